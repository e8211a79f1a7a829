//! Operations of an ordered index, whose keys are any bytes.

use crate::frame::instance::Instance;
use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::bytes;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{Error, ErrorKind, IndexExtension};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub(crate) enum IndexOperation {
    Insert {
        key: Vec<u8>,
        row: u64,
    },
    Delete {
        key: Vec<u8>,
        row: u64,
    },
    Lookup {
        key: Vec<u8>,
    },
    Range {
        start: Vec<u8>,
        end: Vec<u8>,
        limit: usize,
    },
    /// Replaces everything by these entries.
    Build(Vec<(Vec<u8>, u64)>),
}

fn key(random: &mut Random) -> Vec<u8> {
    match random.below(30) {
        0 => bytes::pattern(100, 1),
        1 => bytes::pattern(250 + random.below(6) as usize, 2),
        _ => {
            let len = 1 + random.below(3) as usize;
            random.bytes(len).iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect()
        }
    }
}

fn row(random: &mut Random) -> u64 {
    const BORDERS: [u64; 8] = [0, 1, 2, 3, u32::MAX as u64, 1 << 32, 1 << 63, u64::MAX];
    BORDERS[random.below(8) as usize]
}

impl Operation for IndexOperation {
    type Model = BTreeSet<(Vec<u8>, u64)>;
    type Plugin<'a> = Instance;
    type Before = ();

    fn draw(random: &mut Random, (): &mut ()) -> Self {
        match random.below(40) {
            0..=15 => Self::Insert { key: key(random), row: row(random) },
            16..=22 => Self::Delete { key: key(random), row: row(random) },
            23..=30 => Self::Lookup { key: key(random) },
            31..=38 => {
                let end = if random.below(3) == 0 { Vec::new() } else { key(random) };
                let start = if random.below(3) == 0 { Vec::new() } else { key(random) };
                let limit = if random.below(2) == 0 { usize::MAX } else { random.below(20) as usize };
                Self::Range { start, end, limit }
            }
            _ => Self::Build((0..random.below(80)).map(|_| (key(random), row(random))).collect()),
        }
    }

    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Insert { key, .. } | Self::Delete { key, .. } | Self::Lookup { key } => vec![key],
            Self::Range { start, end, .. } => vec![start, end],
            Self::Build(entries) => entries.iter_mut().map(|(key, _)| key).collect(),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Build(entries) if !entries.is_empty() => {
                let half = entries.len() / 2;
                [&entries[..half], &entries[half..], &entries[1..]]
                    .map(|fewer| Self::Build(fewer.to_vec()))
                    .into_iter()
                    .filter(|fewer| matches!(fewer, Self::Build(fewer) if fewer.len() < entries.len()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn expected(&self, model: &Self::Model) -> Option<Expected> {
        let numbers = |rows: Vec<u64>| Expected::answer(Answer::Numbers(rows)).or(true, &[ErrorKind::Unsupported]);
        // What a key is, the index says.
        let odd = |key: &[u8]| key.is_empty() || key.len() > 8;
        let refused = |key: &[u8], expected: Expected| expected.or(odd(key), &[ErrorKind::Invalid, ErrorKind::Limit]);
        Some(match self {
            Self::Insert { key, .. } | Self::Delete { key, .. } => refused(key, Expected::done()),
            Self::Build(entries) => {
                Expected::done().or(entries.iter().any(|(key, _)| odd(key)), &[ErrorKind::Invalid, ErrorKind::Limit])
            }
            Self::Lookup { key } => {
                let rows = model.iter().filter(|(own, _)| own == key).map(|(_, row)| *row).collect();
                refused(key, numbers(rows))
            }
            Self::Range { start, end, limit } => {
                let inside = |own: &Vec<u8>| own >= start && (end.is_empty() || own < end);
                numbers(model.iter().filter(|(own, _)| inside(own)).map(|(_, row)| *row).take(*limit).collect())
            }
        })
    }

    fn apply(&self, model: &mut Self::Model, accepted: bool) {
        match self {
            _ if !accepted => {}
            Self::Insert { key, row } => _ = model.insert((key.clone(), *row)),
            Self::Delete { key, row } => _ = model.remove(&(key.clone(), *row)),
            Self::Build(entries) => *model = entries.iter().cloned().collect(),
            Self::Lookup { .. } | Self::Range { .. } => {}
        }
    }

    fn plugin(subject: &Subject) -> Result<Instance, NotPassed> {
        if !matches!(Keys::of_all_changes(subject)?, Keys::Bytes) {
            skip!("these sequences are drawn for an index whose keys are any bytes");
        }
        subject.instance()
    }

    fn call(&self, plugin: &mut Instance) -> Result<Answer, Error> {
        let index = plugin.index().map_err(|why| Error::failed(why.to_string()))?;
        if index.describe().visible_after_flush {
            index.flush(0)?;
        }
        match self {
            Self::Insert { key, row } => index.insert(key, *row).map(|()| Answer::Done),
            Self::Delete { key, row } => index.delete(key, *row).map(|()| Answer::Done),
            Self::Build(entries) => {
                let entries: Vec<(u64, &[u8])> = entries.iter().map(|(key, row)| (*row, &key[..])).collect();
                index.build(1, 1, &entries).map(|()| Answer::Done)
            }
            Self::Lookup { key } => index.lookup(key).map(Answer::Numbers),
            Self::Range { start, end, limit } => index.range(start, end, *limit).map(Answer::Numbers),
        }
    }

    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        let call = match self {
            Self::Insert { key, row } => format!("table->insert(instance, {}, {row}u, &error)", bytes::in_c(key)),
            Self::Delete { key, row } => format!("table->remove(instance, {}, {row}u, &error)", bytes::in_c(key)),
            Self::Build(entries) => {
                let entries = entries.iter().map(|(key, row)| format!("    entry({row}u, {});\n", bytes::in_c(key)));
                let entries: String = entries.collect();
                return format!("{entries}    {}({step}, build());\n", if accepted { "done" } else { "refused" });
            }
            Self::Lookup { key } => format!("lookup({})", bytes::in_c(key)),
            Self::Range { start, end, limit } => {
                format!("range({}, {}, {limit}u)", bytes::in_c(start), bytes::in_c(end))
            }
        };
        match &expected.answer {
            _ if !accepted => format!("    refused({step}, {call});\n"),
            Some(Answer::Numbers(rows)) => {
                let rows: String = rows.iter().map(|row| format!("    number({step}, {row}u);\n")).collect();
                format!("    done({step}, {call});\n{rows}    no_more({step});\n")
            }
            _ => format!("    done({step}, {call});\n"),
        }
    }

    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        let call = match self {
            Self::Insert { key, row } => format!("index.insert({}, {row})", bytes::in_rust(key)),
            Self::Delete { key, row } => format!("index.delete({}, {row})", bytes::in_rust(key)),
            Self::Build(entries) => {
                let entries = entries.iter().map(|(key, row)| format!("({row}, {})", bytes::in_rust(key)));
                format!("index.build(1, 1, &[{}])", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Lookup { key } => format!("index.lookup({})", bytes::in_rust(key)),
            Self::Range { start, end, limit } => {
                format!("index.range({}, {}, {limit})", bytes::in_rust(start), bytes::in_rust(end))
            }
        };
        match &expected.answer {
            _ if !accepted => format!("    {call}.map(drop).expect_err(\"step {step}\");\n"),
            Some(Answer::Numbers(rows)) => {
                format!("    assert_eq!({call}.expect(\"step {step}\"), {rows:?} as [u64; {}]);\n", rows.len())
            }
            _ => format!("    {call}.expect(\"step {step}\");\n"),
        }
    }
}
