//! What an extension said of itself when it was made, and the calls that are refused because of it.

use crate::instance::{Instance, Tables};
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{CompressionProperties, Error, ErrorKind, IndexProperties, Result, StorageProperties};

/// The properties of an instance, and the bounds that follow from them as calls compare them.
pub(crate) struct Described {
    pub(crate) storage: StorageProperties,
    pub(crate) index: IndexProperties,
    pub(crate) compression: CompressionProperties,
    storage_key: Lengths,
    index_key: Lengths,
    value: usize,
    input: usize,
}

/// The lengths that are taken.
#[derive(Clone, Copy)]
struct Lengths {
    least: usize,
    /// What a length may be above the least one.
    span: usize,
}

impl Lengths {
    const ALL: Self = Self { least: 0, span: usize::MAX };

    fn between(least: usize, most: usize) -> Self {
        Self { least, span: most.saturating_sub(least) }
    }

    /// One comparison for both ends.
    #[inline]
    fn take(self, length: usize) -> bool {
        length.wrapping_sub(self.least) <= self.span
    }
}

/// A limit as calls compare it; none is the largest number.
fn most(figure: Option<u64>) -> usize {
    figure.and_then(|figure| usize::try_from(figure).ok()).unwrap_or(usize::MAX)
}

impl Default for Described {
    fn default() -> Self {
        Self {
            storage: StorageProperties::default(),
            index: IndexProperties::default(),
            compression: CompressionProperties::default(),
            storage_key: Lengths::ALL,
            index_key: Lengths::ALL,
            value: usize::MAX,
            input: usize::MAX,
        }
    }
}

impl Described {
    /// Asks each kind that there is.
    pub(crate) fn ask(instance: &Instance, tables: &Tables) -> Result<Self> {
        let mut all = Self::default();
        if let Some(describe) = tables.storage.and_then(|table| table.describe) {
            all.storage =
                StorageProperties::from_raw(&instance.described(StorageProperties::new().as_raw(), describe)?);
        }
        if let Some(describe) = tables.index.and_then(|table| table.describe) {
            all.index = IndexProperties::from_raw(&instance.described(IndexProperties::new().as_raw(), describe)?);
        }
        if let Some(describe) = tables.compression.and_then(|table| table.describe) {
            let empty = CompressionProperties::new().as_raw();
            all.compression = CompressionProperties::from_raw(&instance.described(empty, describe)?);
        }
        all.storage_key = Lengths::between((!all.storage.takes_empty_key).into(), most(all.storage.max_key));
        let vector = all.index.dimensions.and_then(|dimensions| all.index.element.bytes_of(dimensions));
        all.index_key = match vector.and_then(|bytes| usize::try_from(bytes).ok()) {
            Some(bytes) => Lengths::between(bytes, bytes),
            None => Lengths::between(0, most(all.index.max_key)),
        };
        (all.value, all.input) = (most(all.storage.max_value), most(all.compression.max_input));
        Ok(all)
    }
}

/// How a kind is asked for its properties.
type Describe<T> = unsafe extern "C" fn(*mut c_void, *mut T, *mut soch_error) -> soch_status;

impl Instance {
    fn described<T: Copy>(&self, mut properties: T, describe: Describe<T>) -> Result<T> {
        // SAFETY: the plugin's function on its own instance, with a place for the result that says its size.
        let asked = self.shared("describe", |instance, error| unsafe { describe(instance, &mut properties, error) })?;
        if asked {
            Ok(properties)
        } else {
            Err(self.unexpected_not_found("describe"))
        }
    }

    /// Refuses a key of so many bytes if the storage does not take it.
    #[inline]
    pub(crate) fn takes_key(&self, slot: &str, key: usize) -> Result<()> {
        match self.described.storage_key.take(key) {
            true => Ok(()),
            false => Err(self.key_outside(slot, key)),
        }
    }

    /// Refuses a key and a value of so many bytes if the storage does not take one of them.
    #[inline]
    pub(crate) fn takes_row(&self, slot: &str, key: usize, value: usize) -> Result<()> {
        self.takes_key(slot, key)?;
        match value <= self.described.value {
            true => Ok(()),
            false => Err(self.beyond(slot, "the value has", value, "bytes", self.described.value)),
        }
    }

    /// Refuses a batch that is larger than the storage takes.
    #[inline]
    pub(crate) fn takes_batch(&self, slot: &str, writes: usize) -> Result<()> {
        let most = most(self.described.storage.max_batch);
        match writes <= most {
            true => Ok(()),
            false => Err(self.beyond(slot, "the batch has", writes, "writes", most)),
        }
    }

    /// Refuses a key or a query that the index does not take.
    #[inline]
    pub(crate) fn takes_indexed(&self, slot: &str, key: &[u8]) -> Result<()> {
        match self.described.index_key.take(key.len()) {
            true => Ok(()),
            false => Err(self.indexed_outside(slot, key.len())),
        }
    }

    /// Refuses more neighbours than the index finds at a time.
    #[inline]
    pub(crate) fn takes_neighbors(&self, slot: &str, k: usize) -> Result<()> {
        let most = most(self.described.index.max_neighbors);
        match k <= most {
            true => Ok(()),
            false => Err(self.beyond(slot, "the search is for", k, "neighbours", most)),
        }
    }

    /// Refuses an input that is longer than the codec takes.
    #[inline]
    pub(crate) fn takes_input(&self, slot: &str, input: &[u8]) -> Result<()> {
        match input.len() <= self.described.input {
            true => Ok(()),
            false => Err(self.beyond(slot, "the input has", input.len(), "bytes", self.described.input)),
        }
    }

    /// Refuses a level that the codec does not have.
    pub(crate) fn takes_level(&self, level: i32) -> Result<()> {
        match &self.described.compression.levels {
            Some(levels) if !levels.contains(&level) => {
                let (least, most) = (levels.start(), levels.end());
                let text = format!("`set_level`: the level is {level}; this codec has {least} to {most}");
                Err(self.error(ErrorKind::Invalid, text))
            }
            _ => Ok(()),
        }
    }

    #[cold]
    fn key_outside(&self, slot: &str, length: usize) -> Error {
        match length {
            0 => {
                self.error(ErrorKind::Invalid, format!("`{slot}`: the key is empty, which this storage does not take"))
            }
            _ => self.beyond(slot, "the key has", length, "bytes", most(self.described.storage.max_key)),
        }
    }

    #[cold]
    fn indexed_outside(&self, slot: &str, length: usize) -> Error {
        match self.described.index.dimensions {
            Some(dimensions) => {
                let wanted = self.described.index_key.least;
                let text = format!(
                    "`{slot}`: the vector has {length} bytes; this index takes {wanted}, {dimensions} elements"
                );
                self.error(ErrorKind::Invalid, text)
            }
            None => self.beyond(slot, "the key has", length, "bytes", most(self.described.index.max_key)),
        }
    }

    #[cold]
    fn beyond(&self, slot: &str, what: &str, count: usize, unit: &str, most: usize) -> Error {
        self.error(ErrorKind::Limit, format!("`{slot}`: {what} {count} {unit}; at most {most} are taken"))
    }
}
