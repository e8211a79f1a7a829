use crate::error::{Error, Result};
use crate::extension::Extension;
use crate::ids::{TableId, TransactionId};
use crate::machinery::boundary::ReadLent;
use crate::reader::StorageReader;
use crate::row_sink::RowSink;
use crate::table::StorageTable;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;
use sochdb_plugin_abi::*;

/// A storage engine: tables of keys and values, ordered by key as unsigned bytes. A table exists from its first
/// `put` on.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `storage`",
        label = "it does not implement `StorageExtension`",
        note = "write `impl StorageExtension for {Self}`, or leave `storage` out of the kinds in `export_plugin!`"
    )
)]
pub trait StorageExtension: Extension {
    /// Writes the value of `key`. False, with nothing written, if there is none.
    ///
    /// # Errors
    /// What the storage or the writer reports.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool>;

    /// Stores `value` under `key`, in place of what was there.
    ///
    /// # Errors
    /// What the storage reports; nothing is stored then.
    fn put(&self, table: TableId, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()>;

    /// Removes `key`; Ok also if there was none.
    ///
    /// # Errors
    /// What the storage reports.
    fn delete(&self, table: TableId, key: &[u8], txn: TransactionId) -> Result<()>;

    /// Gives `rows` those with `start <= key < end`, ascending, at most `limit` of them. An empty `end` means: to
    /// the end of the table.
    ///
    /// # Errors
    /// What the storage or the sink reports.
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()>;

    /// Returns when every write that returned before is durable, as far as this storage promises it.
    ///
    /// # Errors
    /// What could not be made durable. Such an error stays: every later call fails too, `shutdown` included, until a new
    /// instance opens the data again. A second try may succeed only because the kernel takes for written what it lost.
    fn flush(&self) -> Result<()>;

    /// The value of `key` in a new vector.
    ///
    /// # Errors
    /// As `get_into`.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let found = self.get_into(table, key, &mut VecWriter::new(&mut value, u64::MAX).writer())?;
        Ok(if found { Some(value) } else { None })
    }

    /// The rows of `scan_into` in a new vector.
    ///
    /// # Errors
    /// As `scan_into`.
    fn scan(&self, table: TableId, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut rows = Vec::new();
        let mut push = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            Ok(())
        };
        self.scan_into(table, start, end, limit, &mut RowSink::new(&mut push))?;
        Ok(rows)
    }

    /// Gives space back.
    ///
    /// # Errors
    /// What the storage reports.
    fn compact(&self) -> Result<()> {
        Ok(())
    }

    /// What the storage says of itself; zeros if it does not count.
    ///
    /// # Errors
    /// What the storage reports.
    fn stats(&self) -> Result<StorageStats> {
        Ok(StorageStats::default())
    }

    /// Applies all `writes` in their order, or none of them.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if this storage has no atomic batches.
    fn write_batch(&self, _writes: &[Write<'_>], _txn: TransactionId) -> Result<()> {
        Err(Error::unsupported("write_batch"))
    }

    /// Finds a table once, for many calls; it need not exist yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if that saves nothing here: the host calls `get_into` and `put` then.
    fn open_table(&self, _table: TableId) -> Result<Box<dyn StorageTable>> {
        Err(Error::unsupported("open_table"))
    }

    /// Opens a snapshot that lends its bytes. As long as there is one, no `&mut self` method is called.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if this storage has no snapshots.
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Err(Error::unsupported("reader"))
    }
}

/// What a storage says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StorageStats {
    /// Bytes of all keys and values, as stored.
    pub bytes_stored: u64,
    /// How many keys all tables hold.
    pub key_count: u64,
    /// Bytes that a compaction would rewrite.
    pub pending_compaction_bytes: u64,
    /// Bytes written to the device for each byte put; 0 if it is not known.
    pub write_amplification: f64,
}

impl StorageStats {
    /// The form that crosses.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_storage_stats {
        soch_storage_stats {
            bytes_stored: self.bytes_stored,
            key_count: self.key_count,
            pending_compaction_bytes: self.pending_compaction_bytes,
            write_amplification: self.write_amplification,
        }
    }

    /// What came in the form that crosses.
    #[doc(hidden)]
    #[must_use]
    pub fn from_raw(raw: &soch_storage_stats) -> Self {
        Self {
            bytes_stored: raw.bytes_stored,
            key_count: raw.key_count,
            pending_compaction_bytes: raw.pending_compaction_bytes,
            write_amplification: raw.write_amplification,
        }
    }
}

/// One write of a batch.
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
    /// Removes a key.
    Delete {
        /// The table.
        table: TableId,
        /// The key.
        key: &'a [u8],
    },
}

impl<'a> Write<'a> {
    /// The form that crosses.
    #[must_use]
    pub fn as_raw(&self) -> soch_write {
        let (op, table, key, value): (_, _, _, &[u8]) = match *self {
            Self::Put { table, key, value } => (SOCH_WRITE_PUT, table, key, value),
            Self::Delete { table, key } => (SOCH_WRITE_DELETE, table, key, &[]),
        };
        soch_write { op, table, key: soch_bytes::lend(key), value: soch_bytes::lend(value) }
    }

    pub(crate) unsafe fn from_raw(raw: &soch_write) -> Result<Self> {
        // SAFETY: the host lends key and value for the call.
        let (table, key, value) = unsafe { (raw.table, raw.key.read()?, raw.value.read()?) };
        match raw.op {
            SOCH_WRITE_PUT => Ok(Self::Put { table, key, value }),
            SOCH_WRITE_DELETE => Ok(Self::Delete { table, key }),
            op => Err(Error::unsupported(&format!("write {op}"))),
        }
    }
}
