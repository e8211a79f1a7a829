use crate::random::Random;
use crate::subject::Subject;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, KeyElement};

/// The most dimensions that are tried to find out which vectors an index takes.
const MOST_DIMENSIONS: usize = 4096;

/// The keys that an index takes.
#[derive(Clone, Copy)]
pub(crate) enum Keys {
    /// Any bytes, which have an order.
    Bytes,
    /// Vectors of this many `f32`s.
    Vectors(usize),
}

impl Keys {
    /// The keys of the subject's index: as its author says, or it describes them, or else found by trying.
    pub(crate) fn of(subject: &Subject) -> Result<Self, String> {
        if let Some(dimensions) = subject.vector_dimensions() {
            return Ok(Self::Vectors(dimensions));
        }
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        let described = index.describe();
        if let (KeyElement::F32, Some(dimensions)) = (described.element, described.dimensions) {
            return Ok(Self::Vectors(dimensions as usize));
        }
        let refused = |result: Result<(), sochdb_plugin_host::sdk::Error>| match result {
            Ok(()) => Ok(false),
            Err(error) if error.kind() == ErrorKind::Invalid => Ok(true),
            Err(error) => Err(format!("insert: {error}")),
        };
        if !refused(index.insert(b"key", 1))? {
            return Ok(Self::Bytes);
        }
        for dimensions in 1..=MOST_DIMENSIONS {
            if !refused(index.insert(&Self::Vectors(dimensions).key(1), 1))? {
                return Ok(Self::Vectors(dimensions));
            }
        }
        Err(format!("the index takes neither a key of 3 bytes nor a vector of up to {MOST_DIMENSIONS} dimensions"))
    }

    /// Key number `number`; those of bytes order as their numbers do.
    pub(crate) fn key(self, number: u64) -> Vec<u8> {
        match self {
            Self::Bytes => number.to_be_bytes().to_vec(),
            Self::Vectors(dimensions) => {
                let mut random = Random::new(number);
                (0..dimensions).flat_map(|_| random.float().to_ne_bytes()).collect()
            }
        }
    }

    pub(crate) fn are_vectors(self) -> bool {
        matches!(self, Self::Vectors(_))
    }
}
