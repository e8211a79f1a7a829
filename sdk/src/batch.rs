use crate::cursor_options::CursorOptions;
use crate::error::{Error, Result};
use crate::ids::{TableId, TransactionId};
use crate::machinery::boundary::ReadLent;
use sochdb_plugin_abi::*;
use std::time::Duration;

/// A write of a batch, or what the batch expects.
///
/// ```
/// use sochdb_plugin_sdk::{BatchOptions, Result, StorageExtension, Write};
/// use std::time::Duration;
///
/// /// Fails with a conflict if somebody was there before.
/// fn rename(storage: &dyn StorageExtension, from: &[u8], to: &[u8], value: &[u8]) -> Result<()> {
///     let unchanged = [Write::Expect { table: 1, key: from, value }, Write::ExpectAbsent { table: 1, key: to }];
///     let writes = [Write::Delete { table: 1, key: from }, Write::Put { table: 1, key: to, value }];
///     storage.write_batch(&[unchanged, writes].concat(), &BatchOptions::new())
/// }
///
/// /// Keeps it for a minute, if the storage describes that it can.
/// fn remember(storage: &dyn StorageExtension, key: &[u8], value: &[u8]) -> Result<()> {
///     let write = Write::PutExpiring { table: 1, key, value, time_to_live: Duration::from_secs(60) };
///     storage.write_batch(&[write], &BatchOptions::new())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Write<'a> {
    /// Stores a value under a key.
    Put {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
        /// The value.
        value: &'a [u8],
    },
    /// Stores a value under a key for a time. The row is not gone before, and a second later at the latest. A later write of the
    /// key ends it. The host refuses it for a storage that [does not describe it](crate::StorageProperties::expires).
    PutExpiring {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
        /// The value.
        value: &'a [u8],
        /// The time for which the row is there; it is passed on in milliseconds, at least one.
        time_to_live: Duration,
    },
    /// Removes a key.
    Delete {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
    },
    /// Removes the rows with `start <= key < end`.
    DeleteRange {
        /// The table.
        table: TableId,
        /// The first key that may be among the rows.
        start: &'a [u8],
        /// The key before which the rows end; empty at the end of the table.
        end: &'a [u8],
    },
    /// Expects that a key has exactly a value.
    Expect {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
        /// The value.
        value: &'a [u8],
    },
    /// Expects that there is no such key.
    ExpectAbsent {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
    },
}

impl<'a> Write<'a> {
    /// Returns the struct of the C ABI for this write. It borrows key and value, and must not outlive them. A range whose start
    /// is behind its end, where there are no rows, begins at its end.
    #[must_use]
    pub fn as_raw(&self) -> soch_write {
        let mut ttl_ms = 0;
        let (op, table, key, value): (_, _, _, &[u8]) = match *self {
            Self::Put { table, key, value } => (SOCH_WRITE_PUT, table, key, value),
            Self::PutExpiring { table, key, value, time_to_live } => {
                ttl_ms = u64::try_from(time_to_live.as_millis()).unwrap_or(u64::MAX).max(1);
                (SOCH_WRITE_PUT, table, key, value)
            }
            Self::Delete { table, key } => (SOCH_WRITE_DELETE, table, key, &[]),
            Self::DeleteRange { table, start, end } => {
                let CursorOptions { start, end, .. } = CursorOptions::range(start, end);
                (SOCH_WRITE_DELETE_RANGE, table, start, end)
            }
            Self::Expect { table, key, value } => (SOCH_WRITE_EXPECT, table, key, value),
            Self::ExpectAbsent { table, key } => (SOCH_WRITE_EXPECT_ABSENT, table, key, &[]),
        };
        soch_write { op, table, key: soch_bytes::lend(key), value: soch_bytes::lend(value), ttl_ms }
    }

    pub(crate) unsafe fn from_raw(raw: &soch_write) -> Result<Self> {
        // SAFETY: the host lends key and value for the call.
        let (table, key, value) = unsafe { (raw.table, raw.key.read()?, raw.value.read()?) };
        match raw.op {
            SOCH_WRITE_PUT if raw.ttl_ms > 0 => {
                Ok(Self::PutExpiring { table, key, value, time_to_live: Duration::from_millis(raw.ttl_ms) })
            }
            SOCH_WRITE_PUT => Ok(Self::Put { table, key, value }),
            SOCH_WRITE_DELETE => Ok(Self::Delete { table, key }),
            SOCH_WRITE_DELETE_RANGE => Ok(Self::DeleteRange { table, start: key, end: value }),
            SOCH_WRITE_EXPECT => Ok(Self::Expect { table, key, value }),
            SOCH_WRITE_EXPECT_ABSENT => Ok(Self::ExpectAbsent { table, key }),
            op => Err(Error::unsupported(&format!("write {op}"))),
        }
    }
}

/// The wishes of whoever writes a batch.
///
/// ```
/// use sochdb_plugin_sdk::BatchOptions;
///
/// let options = BatchOptions::new().with_transaction(7).durable();
/// assert!(options.durable && options.transaction == 7);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// Whether `write_batch` returns when the batch is as durable as after `flush`.
    pub durable: bool,
    /// The database's own number for what the batch belongs to, as `put` takes it.
    pub transaction: TransactionId,
}

impl BatchOptions {
    /// Makes the options of a batch that is as durable as any write.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for a batch that is durable when `write_batch` returns.
    #[must_use]
    pub fn durable(self) -> Self {
        Self { durable: true, ..self }
    }

    /// The same with the database's own number for what the batch belongs to.
    #[must_use]
    pub fn with_transaction(self, transaction: TransactionId) -> Self {
        Self { transaction, ..self }
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_batch_options {
        soch_batch_options {
            size: std::mem::size_of::<soch_batch_options>(),
            flags: if self.durable { SOCH_BATCH_DURABLE } else { 0 },
            txn: self.transaction,
        }
    }

    /// Reads the struct of the C ABI.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a flag that must be understood and is not known.
    #[doc(hidden)]
    pub fn from_raw(raw: &soch_batch_options) -> Result<Self> {
        match raw.flags & SOCH_OPTIONS_MUST_UNDERSTAND & !SOCH_BATCH_DURABLE {
            0 => Ok(Self { durable: raw.flags & SOCH_BATCH_DURABLE != 0, transaction: raw.txn }),
            unknown => Err(Error::unsupported(&format!("a batch with the flags {unknown:#x}"))),
        }
    }
}
