//! The calls that are refused because of what the extension described.

use crate::instance::described::{most, Described};
use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{
    CompressionProperties, Error, ErrorKind, IndexProperties, ObservabilityProperties, Result, StorageProperties,
};

/// The slot of a kind that is asked for its properties.
type Describe<T> = unsafe extern "C" fn(*mut c_void, *mut T, *mut soch_error) -> soch_status;

impl Instance {
    /// Asks each kind that there is for its properties.
    pub(super) fn describe(&self) -> Result<Described> {
        let storage = self.tables.storage.and_then(|table| table.describe);
        let index = self.tables.index.and_then(|table| table.describe);
        let observability = self.tables.observability.and_then(|table| table.describe);
        let compression = self.tables.compression.and_then(|table| table.describe);
        let index = IndexProperties::from_raw(&self.described(IndexProperties::new().as_raw(), index)?);
        if index.visible_after_flush && self.tables.index.is_none_or(|table| table.flush_index.is_none()) {
            let how = "says that changes are seen after a flush, and the group `flush` is not there";
            return Err(self.contract_violation("describe", how));
        }
        Ok(Described::new(
            StorageProperties::from_raw(&self.described(StorageProperties::new().as_raw(), storage)?),
            index,
            ObservabilityProperties::from_raw(&self.described(ObservabilityProperties::new().as_raw(), observability)?),
            CompressionProperties::from_raw(&self.described(CompressionProperties::new().as_raw(), compression)?),
        ))
    }

    /// The answer of a kind, if there is one to ask; else what was given.
    fn described<T: Copy>(&self, mut properties: T, describe: Option<Describe<T>>) -> Result<T> {
        let Some(describe) = describe else { return Ok(properties) };
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

    /// Refuses a time to live, of any of these milliseconds, if the storage has none.
    pub(crate) fn takes_times_to_live(&self, slot: &str, mut ttls_ms: impl Iterator<Item = u64>) -> Result<()> {
        if self.described.storage.expires || ttls_ms.all(|ttl_ms| ttl_ms == 0) {
            return Ok(());
        }
        let text = format!("`{slot}`: a row is to expire, and this storage describes no time to live");
        Err(self.error_in(slot, ErrorKind::Unsupported, text))
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
    pub(crate) fn takes_level(&self, slot: &str, level: i32) -> Result<()> {
        match &self.described.compression.levels {
            Some(levels) if !levels.contains(&level) => {
                let (least, most) = (levels.start(), levels.end());
                let text = format!("`{slot}`: the level is {level}; this codec has {least} to {most}");
                Err(self.error_in(slot, ErrorKind::Invalid, text))
            }
            _ => Ok(()),
        }
    }

    #[cold]
    fn key_outside(&self, slot: &str, length: usize) -> Error {
        match length {
            0 => self.error_in(
                slot,
                ErrorKind::Invalid,
                format!("`{slot}`: the key is empty, which this storage does not take"),
            ),
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
                self.error_in(slot, ErrorKind::Invalid, text)
            }
            None => self.beyond(slot, "the key has", length, "bytes", most(self.described.index.max_key)),
        }
    }

    #[cold]
    fn beyond(&self, slot: &str, what: &str, count: usize, unit: &str, most: usize) -> Error {
        self.error_in(slot, ErrorKind::Limit, format!("`{slot}`: {what} {count} {unit}; at most {most} are taken"))
    }
}
