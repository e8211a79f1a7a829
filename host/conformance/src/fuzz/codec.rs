//! Operations of a codec.

use crate::frame::instance::Instance;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::bytes::{self, noise, pattern, same};
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use sochdb_plugin_host::sdk::{CompressionExtension, Error, ErrorKind};

#[derive(Clone, Debug)]
pub(crate) enum CodecOperation {
    /// Compresses, and decompresses what came of it.
    ThereAndBack(Vec<u8>),
    /// Sets one of the levels that are described, by its number among them.
    Level(u8),
}

impl Operation for CodecOperation {
    type Model = ();
    type Plugin<'a> = Instance;
    type Before = ();

    fn draw(random: &mut Random, (): &mut ()) -> Self {
        const BORDERS: [usize; 12] = [0, 1, 2, 3, 15, 16, 17, 127, 128, 255, 256, 4096];
        if random.below(10) == 0 {
            return Self::Level(random.next() as u8);
        }
        let border = BORDERS[random.below(BORDERS.len() as u64) as usize];
        let len = if random.below(2) == 0 { random.below(300) as usize } else { border };
        let len = match random.below(500) {
            0 => 1 << 20,
            1..=9 => 65_533 + random.below(6) as usize,
            _ => len,
        };
        let first = random.next() as u8;
        Self::ThereAndBack([same, pattern, noise][random.below(3) as usize](len, first))
    }

    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::ThereAndBack(input) => vec![input],
            Self::Level(_) => Vec::new(),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        Vec::new()
    }

    fn expected(&self, _: &()) -> Option<Expected> {
        match self {
            Self::ThereAndBack(input) => {
                let long = input.len() as u64 > sochdb_plugin_host::sdk::abi::SOCH_LEAST_MAX_INPUT;
                Some(Expected::answer(Answer::Value(Some(input.clone()))).or(long, &[ErrorKind::Limit]))
            }
            Self::Level(_) => Some(Expected::done().or(true, &[ErrorKind::Unsupported])),
        }
    }

    fn apply(&self, (): &mut (), _: bool) {}

    fn plugin(subject: &Subject) -> Result<Instance, NotPassed> {
        subject.instance()
    }

    fn call(&self, plugin: &mut Instance) -> Result<Answer, Error> {
        let codec = plugin.compression().map_err(|why| Error::failed(why.to_string()))?;
        match self {
            Self::ThereAndBack(input) => {
                let compressed = codec.compress(input)?;
                codec.decompress(&compressed).map(Some).map(Answer::Value)
            }
            Self::Level(number) => {
                let Some(levels) = codec.describe().levels else {
                    return Err(Error::new(ErrorKind::Unsupported, "no levels are described"));
                };
                let count = i64::from(*levels.end()) - i64::from(*levels.start()) + 1;
                codec.set_level((i64::from(*levels.start()) + i64::from(*number) % count) as i32).map(|()| Answer::Done)
            }
        }
    }

    fn in_c(&self, step: usize, _: &Expected, accepted: bool) -> String {
        match self {
            Self::ThereAndBack(input) => format!("    there_and_back({step}, {});\n", bytes::in_c(input)),
            Self::Level(number) if accepted => format!("    level({step}, {number});\n"),
            Self::Level(_) => String::new(),
        }
    }

    fn in_rust(&self, step: usize, _: &Expected, accepted: bool) -> String {
        match self {
            Self::ThereAndBack(input) => {
                let input = bytes::in_rust(input);
                format!("    there_and_back({step}, &codec, {input});\n")
            }
            Self::Level(number) if accepted => format!("    level({step}, &mut codec, {number});\n"),
            Self::Level(_) => String::new(),
        }
    }
}
