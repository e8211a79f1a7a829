use crate::properties::instance::{of_its_instance, InstanceProperties};
use crate::properties::limit;
use sochdb_plugin_abi::*;
use std::mem::size_of;

/// The properties of a storage, which do not change: they depend on its configuration alone.
///
/// ```
/// use sochdb_plugin_sdk::StorageProperties;
///
/// let properties = StorageProperties::new().with_max_key(511).without_empty_key().durable();
/// assert_eq!(properties.max_key, Some(511));
/// assert!(properties.durable && !properties.takes_empty_key);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageProperties {
    /// The bytes of the longest key; None if there is no limit, or none that is known.
    pub max_key: Option<u64>,
    /// The bytes of the longest value; None if there is no limit, or none that is known.
    pub max_value: Option<u64>,
    /// The most writes of one batch; None if there is no limit, or none that is known.
    pub max_batch: Option<u64>,
    /// Whether the empty key is a key.
    pub takes_empty_key: bool,
    /// Whether what was flushed is there after the process and the machine stopped.
    pub durable: bool,
    /// Whether the number of keys in [`StorageStats`](crate::StorageStats) is exact.
    pub counts_exactly: bool,
    /// Whether [`StorageExtension::begin`](crate::StorageExtension::begin) begins transactions.
    pub transactions: bool,
    /// Whether [`StorageExtension::write_batch`](crate::StorageExtension::write_batch) has
    /// [`Write::DeleteRange`](crate::Write::DeleteRange).
    pub deletes_ranges: bool,
    /// Whether [`StorageExtension::write_batch`](crate::StorageExtension::write_batch) has
    /// [`Write::Expect`](crate::Write::Expect) and [`Write::ExpectAbsent`](crate::Write::ExpectAbsent). Beside a range of the
    /// same batch they may be unsupported.
    pub expects: bool,
    /// Whether transactions that commit are as if they had run one after the other. Otherwise two may commit of which each read
    /// what the other one changed.
    pub serializable: bool,
    /// Whether [`StorageExtension::write_batch`](crate::StorageExtension::write_batch) has
    /// [`Write::PutExpiring`](crate::Write::PutExpiring).
    pub expires: bool,
    /// The properties of the instance, whatever its kind.
    pub instance: InstanceProperties,
}

of_its_instance!(StorageProperties);

impl Default for StorageProperties {
    fn default() -> Self {
        Self::from_raw(&EMPTY_STORAGE)
    }
}

const EMPTY_STORAGE: soch_storage_properties = soch_storage_properties {
    size: size_of::<soch_storage_properties>(),
    flags: 0,
    max_key: 0,
    max_value: 0,
    max_batch: 0,
};

impl StorageProperties {
    /// Makes the properties of a storage of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with keys of at most `bytes`; 0 is no limit.
    #[must_use]
    pub fn with_max_key(self, bytes: u64) -> Self {
        Self { max_key: limit(bytes), ..self }
    }

    /// The same with values of at most `bytes`; 0 is no limit.
    #[must_use]
    pub fn with_max_value(self, bytes: u64) -> Self {
        Self { max_value: limit(bytes), ..self }
    }

    /// The same with at most `writes` in a batch; 0 is no limit.
    #[must_use]
    pub fn with_max_batch(self, writes: u64) -> Self {
        Self { max_batch: limit(writes), ..self }
    }

    /// The same of a storage that refuses the empty key.
    #[must_use]
    pub fn without_empty_key(self) -> Self {
        Self { takes_empty_key: false, ..self }
    }

    /// The same of a storage that keeps what was flushed.
    #[must_use]
    pub fn durable(self) -> Self {
        Self { durable: true, ..self }
    }

    /// The same of a storage that knows how many keys it has.
    #[must_use]
    pub fn counting_exactly(self) -> Self {
        Self { counts_exactly: true, ..self }
    }

    /// The same of a storage that has transactions.
    #[must_use]
    pub fn with_transactions(self) -> Self {
        Self { transactions: true, ..self }
    }

    /// The same of a storage whose batches delete ranges.
    #[must_use]
    pub fn deleting_ranges(self) -> Self {
        Self { deletes_ranges: true, ..self }
    }

    /// The same of a storage whose batches may expect what there is.
    #[must_use]
    pub fn expecting(self) -> Self {
        Self { expects: true, ..self }
    }

    /// The same of a storage whose transactions are as if they ran one after the other.
    #[must_use]
    pub fn serializable(self) -> Self {
        Self { serializable: true, ..self }
    }

    /// The same of a storage whose batches put rows for a time.
    #[must_use]
    pub fn expiring(self) -> Self {
        Self { expires: true, ..self }
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_storage_properties {
        let flag = |set, bit| if set { bit } else { 0 };
        soch_storage_properties {
            flags: self.instance.as_raw()
                | flag(self.durable, SOCH_STORAGE_DURABLE)
                | flag(!self.takes_empty_key, SOCH_STORAGE_NO_EMPTY_KEY)
                | flag(self.counts_exactly, SOCH_STORAGE_EXACT_COUNT)
                | flag(self.transactions, SOCH_STORAGE_TRANSACTIONS)
                | flag(self.deletes_ranges, SOCH_STORAGE_DELETE_RANGE)
                | flag(self.expects, SOCH_STORAGE_EXPECT)
                | flag(self.serializable, SOCH_STORAGE_SERIALIZABLE)
                | flag(self.expires, SOCH_STORAGE_TIME_TO_LIVE),
            max_key: self.max_key.unwrap_or(0),
            max_value: self.max_value.unwrap_or(0),
            max_batch: self.max_batch.unwrap_or(0),
            ..EMPTY_STORAGE
        }
    }

    /// Reads the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn from_raw(raw: &soch_storage_properties) -> Self {
        Self {
            max_key: limit(raw.max_key),
            max_value: limit(raw.max_value),
            max_batch: limit(raw.max_batch),
            takes_empty_key: raw.flags & SOCH_STORAGE_NO_EMPTY_KEY == 0,
            durable: raw.flags & SOCH_STORAGE_DURABLE != 0,
            counts_exactly: raw.flags & SOCH_STORAGE_EXACT_COUNT != 0,
            transactions: raw.flags & SOCH_STORAGE_TRANSACTIONS != 0,
            deletes_ranges: raw.flags & SOCH_STORAGE_DELETE_RANGE != 0,
            expects: raw.flags & SOCH_STORAGE_EXPECT != 0,
            serializable: raw.flags & SOCH_STORAGE_SERIALIZABLE != 0,
            expires: raw.flags & SOCH_STORAGE_TIME_TO_LIVE != 0,
            instance: InstanceProperties::from_raw(raw.flags),
        }
    }
}
