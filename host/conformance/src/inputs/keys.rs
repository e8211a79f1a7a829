use crate::frame::must::needed;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use sochdb_plugin_host::sdk::{DistanceMetric, ErrorKind, IndexExtension, KeyElement};
use sochdb_plugin_host::Index;

/// The most dimensions that are tried to find out which vectors an index takes.
const MOST_DIMENSIONS: usize = 4096;

/// The keys that an index takes.
#[derive(Clone, Copy)]
pub(crate) enum Keys {
    /// Any bytes, which have an order.
    Bytes,
    /// Vectors of this many elements, and whether all are of one length, as those of an index by the inner product: only then
    /// is none nearer to one than the vector itself.
    Vectors(KeyElement, usize, bool),
    /// Texts, all of which have a word in common.
    Texts,
}

impl Keys {
    /// A key that no index of these keys takes; None if each is one.
    pub(crate) fn refused(self) -> Option<&'static [u8]> {
        match self {
            Self::Bytes => None,
            Self::Vectors(..) => Some(b"x"),
            Self::Texts => Some(b"\xFF\xFE"),
        }
    }

    /// The keys of an index of the subject's, if its author says them, or the index describes them.
    pub(crate) fn described(subject: &Subject, index: &Index) -> Option<Self> {
        let described = index.describe();
        let one_length = described.metric == DistanceMetric::InnerProduct;
        if let Some(dimensions) = subject.vector_dimensions() {
            return Some(Self::Vectors(KeyElement::F32, dimensions, one_length));
        }
        match (described.element, described.dimensions) {
            (KeyElement::Text, _) => Some(Self::Texts),
            (element, Some(dimensions)) if element.bytes_of(1).is_some() => {
                Some(Self::Vectors(element, dimensions as usize, one_length))
            }
            _ => None,
        }
    }

    /// The keys of the subject's index: as its author says, or it describes them, or else found by trying.
    pub(crate) fn of(subject: &Subject) -> Result<Self, NotPassed> {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        if let Some(keys) = Self::described(subject, index) {
            return Ok(keys);
        }
        let one_length = index.describe().metric == DistanceMetric::InnerProduct;
        let mut refused = |key: &[u8]| {
            let taken = match index.insert(key, 1) {
                Err(error) if error.kind() == ErrorKind::Unsupported => index.build(1, 2, &[(1, key)]),
                inserted => inserted,
            };
            match taken {
                Err(error) if error.kind() == ErrorKind::Invalid => Ok(true),
                taken => needed("build", taken).map(|()| false),
            }
        };
        if !refused(b"key")? {
            return Ok(Self::Bytes);
        }
        for dimensions in 1..=MOST_DIMENSIONS {
            let keys = Self::Vectors(KeyElement::F32, dimensions, one_length);
            if !refused(&keys.key(1))? {
                return Ok(keys);
            }
        }
        Err(format!("the index takes neither a key of 3 bytes nor a vector of up to {MOST_DIMENSIONS} dimensions")
            .into())
    }

    /// The keys of the subject's index, if it takes every change: what makes all of them is skipped where one is missing.
    pub(crate) fn of_all_changes(subject: &Subject) -> Result<Self, NotPassed> {
        let keys = Self::of(subject)?;
        let (mut instance, key) = (subject.instance()?, keys.key(1));
        let index = instance.index()?;
        needed("build", index.build(1, 2, &[(1, &key)]))?;
        needed("insert", index.insert(&key, 2))?;
        needed("delete", index.delete(&key, 2))?;
        Ok(keys)
    }

    /// Key number `number`; those of bytes order as their numbers do.
    pub(crate) fn key(self, number: u64) -> Vec<u8> {
        match self {
            Self::Bytes => number.to_be_bytes().to_vec(),
            Self::Texts => text(number).into_bytes(),
            Self::Vectors(element, dimensions, one_length) => {
                let mut random = Random::new(number);
                // No dimension is left over of what has whole bytes.
                let len = element.bytes_of(dimensions as u64).unwrap_or(0) as usize;
                let mut floats = || match one_length {
                    true => unit(&mut random, dimensions),
                    false => (0..dimensions).map(|_| random.float()).collect(),
                };
                match element {
                    KeyElement::F32 => floats().into_iter().flat_map(f32::to_ne_bytes).collect(),
                    KeyElement::F16 => floats().into_iter().flat_map(|number| half(number).to_ne_bytes()).collect(),
                    KeyElement::I8 if one_length => {
                        floats().iter().map(|number| (number * 127.0) as i8 as u8).collect()
                    }
                    // As many bits are set in each.
                    KeyElement::Bit if one_length => {
                        random.bytes(len).iter().map(|byte| byte & 15 | !byte << 4).collect()
                    }
                    _ => random.bytes(len),
                }
            }
        }
    }

    /// A vector that differs from key number `number` in a low bit of one element, another one for each `at` up to some hundred.
    pub(crate) fn near(self, number: u64, at: u64) -> Vec<u8> {
        let mut key = self.key(number);
        let width = match self {
            Self::Vectors(KeyElement::F32, ..) => 4,
            Self::Vectors(KeyElement::F16, ..) => 2,
            _ => 1,
        };
        let elements = (key.len() / width).max(1) as u64;
        let (element, bits) = ((at % elements) as usize, (1 + at / elements) as u8);
        let low = if cfg!(target_endian = "little") { 0 } else { width - 1 };
        key.get_mut(element * width + low).into_iter().for_each(|byte| *byte ^= bits);
        key
    }

    /// The elements of a key as numbers; those of bits are 0 and 1.
    pub(crate) fn numbers(self, key: &[u8]) -> Vec<f32> {
        let Self::Vectors(element, ..) = self else { return Vec::new() };
        numbers(element, key)
    }

    pub(crate) fn is_bytes(self) -> bool {
        matches!(self, Self::Bytes)
    }

    pub(crate) fn are_vectors(self) -> bool {
        matches!(self, Self::Vectors(..))
    }
}

/// Text number `number`: a word that every text has, some of a few that many have, and one that no other has.
fn text(number: u64) -> String {
    const WORDS: [&str; 12] =
        ["apple", "bread", "cloud", "dream", "earth", "flame", "grape", "horse", "ivory", "jelly", "knife", "lemon"];
    let mut random = Random::new(number);
    let mut words = vec!["row", WORDS[random.below(12) as usize], WORDS[random.below(12) as usize]];
    words.sort_unstable();
    words.dedup();
    format!("{} w{number}", words.join(" "))
}

/// The elements of a vector as numbers; those of bits are 0 and 1.
pub(crate) fn numbers(element: KeyElement, vector: &[u8]) -> Vec<f32> {
    match element {
        KeyElement::F16 => vector.chunks_exact(2).map(|two| from_half(u16::from_ne_bytes([two[0], two[1]]))).collect(),
        KeyElement::I8 => vector.iter().map(|byte| f32::from(*byte as i8)).collect(),
        KeyElement::Bit => vector.iter().flat_map(|byte| (0..8).map(move |bit| f32::from(byte >> bit & 1))).collect(),
        _ => vector.chunks_exact(4).map(|four| f32::from_ne_bytes([four[0], four[1], four[2], four[3]])).collect(),
    }
}

/// A vector of length 1.
fn unit(random: &mut Random, dimensions: usize) -> Vec<f32> {
    let numbers: Vec<f32> = (0..dimensions).map(|_| random.float()).collect();
    let length = numbers.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    numbers.iter().map(|number| (f64::from(*number) / length) as f32).collect()
}

/// The number as 16 bits by IEEE 754, cut off behind the tenth digit; 0 if it is too small for that.
fn half(number: f32) -> u16 {
    let bits = number.to_bits();
    let (sign, exponent) = ((bits >> 16) as u16 & 0x8000, (bits >> 23 & 0xFF) as i32 - 127 + 15);
    match exponent {
        1..=30 => sign | (exponent as u16) << 10 | (bits >> 13 & 0x3FF) as u16,
        _ => sign,
    }
}

/// The number of such 16 bits; none is infinite or smaller than the smallest normal one.
fn from_half(bits: u16) -> f32 {
    if bits & 0x7C00 == 0 {
        return 0.0;
    }
    let sign = u32::from(bits & 0x8000) << 16;
    f32::from_bits(sign | ((u32::from(bits & 0x7FFF) << 13) + ((127 - 15) << 23)))
}
