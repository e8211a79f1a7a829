use crate::batch::{BatchOptions, Write};
use crate::error::{Error, ErrorKind, Result};
use crate::extension::Extension;
use crate::ids::{TableId, TransactionId};
use crate::properties::storage::StorageProperties;
use crate::reader::StorageReader;
use crate::row_sink::RowSink;
use crate::table::StorageTable;
use crate::transaction::{StorageTransaction, TransactionOptions};
use crate::value_sink::ValueSink;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;
use sochdb_plugin_abi::*;
use std::path::Path;

/// The most bytes of the text of a property.
const MOST_PROPERTY: u64 = 1 << 20;

/// A storage engine: tables of keys and values, ordered by key as unsigned bytes. A table exists from its first
/// `put` on.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// use std::collections::BTreeMap;
/// use std::sync::{Mutex, MutexGuard, PoisonError};
/// # use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
///
/// type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;
///
/// #[derive(Default)]
/// struct Memory(Mutex<Rows>);
/// # impl Extension for Memory {
/// #     fn info(&self) -> ExtensionInfo { extension_info!() }
/// # }
///
/// impl Memory {
///     fn rows(&self) -> MutexGuard<'_, Rows> {
///         self.0.lock().unwrap_or_else(PoisonError::into_inner)
///     }
/// }
///
/// impl StorageExtension for Memory {
///     fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
///         match self.rows().get(&(table, key.to_vec())) {
///             Some(found) => value.write(found).map(|()| true),
///             None => Ok(false),
///         }
///     }
///     fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
///         self.rows().insert((table, key.to_vec()), value.to_vec());
///         Ok(())
///     }
///     fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
///         self.rows().remove(&(table, key.to_vec()));
///         Ok(())
///     }
///     fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
///         let all = self.rows();
///         let from = all.range((table, start.to_vec())..);
///         let within = from.take_while(|((at, key), _)| *at == table && (end.is_empty() || &key[..] < end));
///         within.take(limit).try_for_each(|((_, key), value)| rows.push(key, value))
///     }
///     fn flush(&self) -> Result<()> {
///         Ok(())
///     }
/// }
/// let storage = Memory::default();
/// storage.put(1, b"b", b"2", 0)?;
/// storage.put(1, b"a", b"1", 0)?;
/// assert_eq!(storage.get(1, b"a")?, Some(b"1".to_vec()));
/// assert_eq!(storage.scan(1, b"", b"b", 10)?, [(b"a".to_vec(), b"1".to_vec())]);
/// # Ok::<(), Error>(())
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `storage`",
        label = "it does not implement `StorageExtension`",
        note = "write `impl StorageExtension for {Self}`, or leave `storage` out of the kinds in `export_plugin!`"
    )
)]
pub trait StorageExtension: Extension {
    /// Writes the value of `key` to `value`; false, with nothing written, if there is none.
    ///
    /// # Errors
    /// What the storage reports; what the writer reports, which is returned as it is.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool>;

    /// Stores `value`, which may be empty, under `key`, in place of what was there; it is seen at once. `txn` is the
    /// database's own number for what the write belongs to, 0 for nothing: a storage may record it, and nothing else depends
    /// on it. Writes that can be taken back are those of [`StorageExtension::begin`].
    ///
    /// # Errors
    /// What the storage reports; nothing is stored then.
    fn put(&self, table: TableId, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()>;

    /// Removes `key`; Ok also if there was none.
    ///
    /// # Errors
    /// What the storage reports.
    fn delete(&self, table: TableId, key: &[u8], txn: TransactionId) -> Result<()>;

    /// Gives `rows` the rows with `start <= key < end`, ascending by key, at most `limit` of them. An empty `end` means:
    /// to the end of the table.
    ///
    /// # Errors
    /// What the storage reports; what the sink reports, which is returned as it is.
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()>;

    /// Makes every write that returned before durable, as far as this storage promises it, and then returns.
    ///
    /// # Errors
    /// What could not be made durable. Such an error stays: every later call fails too, `shutdown` included, until a new
    /// instance opens the data again. A second try might succeed only because the kernel counts what it lost as written.
    fn flush(&self) -> Result<()>;

    /// Returns the value of `key` in a new vector; None if there is none.
    ///
    /// # Errors
    /// Those of [`StorageExtension::get_into`].
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let found = self.get_into(table, key, &mut VecWriter::new(&mut value, u64::MAX).writer())?;
        Ok(if found { Some(value) } else { None })
    }

    /// Gives `values` the value of each of `keys` that is there, once and in any order, with the place of its key, from 0 on. A
    /// key may be there twice, and the values need not be of one moment. It is for an engine to which many keys are one round
    /// trip.
    ///
    /// ```
    /// # use sochdb_plugin_sdk::{Result, TableId, ValueSink};
    /// # struct Rows(std::collections::BTreeMap<Vec<u8>, Vec<u8>>);
    /// # impl Rows {
    /// fn multi_get_into(&self, _: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
    ///     let found = keys.iter().enumerate().filter_map(|(at, key)| Some((at, self.0.get(*key)?)));
    ///     found.map(|(at, value)| values.push(at, value)).collect()
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default, from a storage where that saves nothing, and
    /// nothing was given: the host then calls `get_into` for each key. What the storage reports; what the sink reports, which is
    /// returned as it is.
    fn multi_get_into(&self, _table: TableId, _keys: &[&[u8]], _values: &mut ValueSink<'_>) -> Result<()> {
        Err(Error::unsupported("multi_get"))
    }

    /// Returns the value of each of `keys`, in their order, in a new vector; None for one that is not there. Every storage has
    /// it: without [`StorageExtension::multi_get_into`] each key is a `get`.
    ///
    /// ```
    /// use sochdb_plugin_sdk::{Result, StorageExtension};
    ///
    /// fn is_complete(storage: &dyn StorageExtension, parts: &[&[u8]]) -> Result<bool> {
    ///     Ok(storage.multi_get(1, parts)?.iter().all(Option::is_some))
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`StorageExtension::get`] and [`StorageExtension::multi_get_into`].
    fn multi_get(&self, table: TableId, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut found = vec![None; keys.len()];
        let mut take = |at: usize, value: &[u8]| {
            let place = found.get_mut(at).ok_or_else(|| Error::failed("a value of a key that was not asked for"))?;
            *place = Some(value.to_vec());
            Ok(())
        };
        match self.multi_get_into(table, keys, &mut ValueSink::new(&mut take)) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                keys.iter().map(|key| self.get(table, key)).collect()
            }
            result => result.map(|()| found),
        }
    }

    /// Returns the rows of `scan_into` in a new vector.
    ///
    /// # Errors
    /// Those of [`StorageExtension::scan_into`].
    fn scan(&self, table: TableId, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut rows = Vec::new();
        let mut push = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            Ok(())
        };
        self.scan_into(table, start, end, limit, &mut RowSink::new(&mut push))?;
        Ok(rows)
    }

    /// Gives space that nothing needs any more back to the system. The default does nothing.
    ///
    /// # Errors
    /// What the storage reports.
    fn compact(&self) -> Result<()> {
        Ok(())
    }

    /// Returns the properties of the storage, which do not change. The host asks once, and refuses by itself what exceeds
    /// them. The default knows none.
    fn describe(&self) -> StorageProperties {
        StorageProperties::default()
    }

    /// Returns the numbers that the storage keeps of itself; zeros, the default, if it does not count.
    ///
    /// # Errors
    /// What the storage reports.
    fn stats(&self) -> Result<StorageStats> {
        Ok(StorageStats::default())
    }

    /// Applies all `writes` in their order, or none of them. What they expect is of the rows right before the batch, wherever it
    /// stands among them.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if what the batch expects is not so; [`ErrorKind::Unsupported`], the default, from a storage
    /// without atomic batches, and for a write or an option that it does not have; what the storage reports. No write is
    /// applied then.
    fn write_batch(&self, _writes: &[Write<'_>], _options: &BatchOptions) -> Result<()> {
        Err(Error::unsupported("write_batch"))
    }

    /// Puts `value` under `key`, or removes it for None, if it has exactly the value `expected`, or is not there for None.
    /// Returns whether it was so; nothing is changed if not.
    ///
    /// ```
    /// use sochdb_plugin_sdk::{Result, StorageExtension, TableId};
    ///
    /// fn take_lock(storage: &dyn StorageExtension, locks: TableId, name: &[u8], owner: &[u8]) -> Result<bool> {
    ///     storage.compare_and_set(locks, name, None, Some(owner))
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`StorageExtension::write_batch`], but no conflict.
    fn compare_and_set(
        &self,
        table: TableId,
        key: &[u8],
        expected: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<bool> {
        let expect = expected.map_or(Write::ExpectAbsent { table, key }, |value| Write::Expect { table, key, value });
        let write = value.map_or(Write::Delete { table, key }, |value| Write::Put { table, key, value });
        match self.write_batch(&[expect, write], &BatchOptions::new()) {
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(false),
            result => result.map(|()| true),
        }
    }

    /// Finds a table once, for many calls; it need not exist yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default, from a storage where that saves nothing:
    /// the host then calls `get_into` and `put`.
    fn open_table(&self, _table: TableId) -> Result<Box<dyn StorageTable>> {
        Err(Error::unsupported("open_table"))
    }

    /// Returns the numbers of the tables that have rows, in any order.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default; what the storage reports.
    fn list_tables(&self) -> Result<Vec<TableId>> {
        Err(Error::unsupported("list_tables"))
    }

    /// Removes all rows of a table at one moment; Ok also if there are none. Handles of the table stay, and readers that
    /// were opened before see the rows.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default; what the storage reports. No row is removed
    /// then.
    fn drop_table(&self, _table: TableId) -> Result<()> {
        Err(Error::unsupported("drop_table"))
    }

    /// Writes a copy of all tables, as they are at one moment, to `directory`: an absolute path at which there is nothing yet, in a
    /// directory that exists. Writes go on beside it. The copy is as durable as after `flush`, and a new instance that is
    /// configured to keep its data there opens it.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default; what the storage reports. There is nothing at `directory` then.
    fn checkpoint(&self, _directory: &Path) -> Result<()> {
        Err(Error::unsupported("checkpoint"))
    }

    /// Writes what the engine tells its operators under `name` to `output`, as text; names and texts are its own. False, with
    /// nothing written, for another name; the default knows none.
    ///
    /// # Errors
    /// What the storage reports; what the writer reports, which is returned as it is.
    fn property_into(&self, _name: &str, _output: &mut Writer<'_>) -> Result<bool> {
        Ok(false)
    }

    /// Returns the text of [`StorageExtension::property_into`]; None for a name that the engine does not know. Whoever shows it to
    /// a terminal makes it printable.
    ///
    /// # Errors
    /// Those of [`StorageExtension::property_into`]; [`ErrorKind::Limit`] for a text of more than 1 MiB.
    fn property(&self, name: &str) -> Result<Option<String>> {
        let mut text = Vec::new();
        let found = self.property_into(name, &mut VecWriter::new(&mut text, MOST_PROPERTY).writer())?;
        let text = String::from_utf8(text).map_err(|_| Error::failed(format!("the text of `{name}` is not UTF-8")))?;
        Ok(found.then_some(text))
    }

    /// Opens a snapshot that lends its bytes. As long as one is open, the host calls no method with `&mut self`.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default, from a storage without snapshots.
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Err(Error::unsupported("reader"))
    }

    /// Begins a transaction. As long as it is open, the host calls no method with `&mut self`. Plain writes that it is in the
    /// way of wait at most a second, and are [`ErrorKind::Busy`](crate::ErrorKind::Busy).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default, from a storage without transactions;
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy) if another transaction has to end before, and did not in the time that
    /// `options` allow.
    fn begin(&self, _options: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        Err(Error::unsupported("begin"))
    }
}

/// The numbers that a storage keeps of itself.
///
/// ```
/// let mut stats = sochdb_plugin_sdk::StorageStats::default();
/// (stats.key_count, stats.bytes_stored) = (12, 340);
/// assert_eq!(stats.write_amplification, 0.0, "it is not known");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StorageStats {
    /// The bytes that all keys and values take, as stored.
    pub bytes_stored: u64,
    /// The number of keys in all tables, as an estimate.
    pub key_count: u64,
    /// The bytes that a compaction would rewrite.
    pub pending_compaction_bytes: u64,
    /// The bytes that are written to the device for each byte that is put; 0 if that is not known.
    pub write_amplification: f64,
}

impl StorageStats {
    /// Returns the struct of the C ABI with these numbers.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_storage_stats {
        soch_storage_stats {
            size: std::mem::size_of::<soch_storage_stats>(),
            bytes_stored: self.bytes_stored,
            key_count: self.key_count,
            pending_compaction_bytes: self.pending_compaction_bytes,
            write_amplification: self.write_amplification,
        }
    }

    /// Makes the numbers from the struct of the C ABI.
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
