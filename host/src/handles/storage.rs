use crate::handles::macros::{handle, slot};
use crate::handles::rows_taken::taking;
use crate::instance::Instance;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::{
    BatchOptions, Error, ErrorKind, Extension, ExtensionCapability, Result, RowSink, StorageExtension,
    StorageProperties, StorageReader, StorageStats, StorageTable, StorageTransaction, TableId, TransactionId,
    TransactionOptions, ValueSink, Write, Writer,
};
use std::path::Path;
use std::sync::Arc;

/// The tables that there is room for at first.
const FIRST_TABLES: usize = 8;
/// The tables that there is memory for.
const MOST_TABLES: usize = 1 << 24;
/// How often a storage is asked again, as others add tables meanwhile.
const LISTS: usize = 16;

handle! {
    /// A handle of a storage, loaded or linked in.
    ///
    /// ```
    /// use sochdb_plugin_host::Storage;
    #[doc = include_str!("memory_storage.example")]
    /// let storage = Storage::new(Memory::default())?;
    /// storage.put(1, b"key", b"value", 0)?;
    /// assert_eq!(storage.get(1, b"key")?.as_deref(), Some(&b"value"[..]));
    /// # Ok::<(), Error>(())
    /// ```
    Storage: StorageExtension, storage, soch_storage, Storage
}

impl Storage {
    /// Appends the value of `key` to `value`, which may be reused. Returns false, with nothing appended, if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageExtension::get_into`]; `value` is as before then.
    pub fn get_append(&self, table: TableId, key: &[u8], value: &mut Vec<u8>) -> Result<bool> {
        let get = slot!(self.table.get);
        self.instance.takes_key("get", key.len())?;
        // SAFETY: the plugin's function; all is lent for the call.
        let found = self.instance.writing("get", value, |instance, writer, error| unsafe {
            get(instance, table, soch_bytes::lend(key), writer, error)
        });
        self.or_next(found, |next| next.get_append(table, key, value))
    }
}

impl Storage {
    /// Asks with room for ever more tables.
    fn ask_for_tables(&self) -> Result<Vec<TableId>> {
        let list_tables = slot!(self.table.list_tables);
        let mut tables: Vec<TableId> = vec![0; FIRST_TABLES];
        for _ in 0..LISTS {
            let mut count = 0;
            // SAFETY: the plugin's function on its own instance, with places for the results.
            let call = |instance, error| unsafe {
                list_tables(instance, tables.as_mut_ptr(), tables.len(), &mut count, error)
            };
            self.done("list_tables", self.instance.shared("list_tables", call))?;
            if count <= tables.len() {
                tables.truncate(count);
                let ascending = tables.windows(2).all(|two| two[0] < two[1]);
                let broke = || self.instance.contract_violation("list_tables", "gave tables that do not ascend");
                return ascending.then_some(tables).ok_or_else(broke);
            }
            if count > MOST_TABLES {
                break;
            }
            tables.resize(count, 0);
        }
        Err(self.instance.contract_violation("list_tables", "counts ever more tables, or more than can be"))
    }
}

impl StorageExtension for Storage {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let get = slot!(self.table.get);
        self.instance.takes_key("get", key.len())?;
        // SAFETY: the plugin's function; all is lent for the call.
        let found = self.instance.forwarding("get", value, |instance, writer, error| unsafe {
            get(instance, table, soch_bytes::lend(key), writer, error)
        });
        self.or_next(found, |next| next.get_into(table, key, value))
    }

    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        Ok(self.get_append(table, key, &mut value)?.then_some(value))
    }

    /// Gives `values` the value of each of `keys` that is there. A storage without a way of its own is asked key by key.
    fn multi_get_into(&self, table: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
        self.or_next(self.find_many(table, keys, values), |next| next.multi_get_into(table, keys, values))
    }

    fn put(&self, table: TableId, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()> {
        let put = slot!(self.table.put);
        self.instance.takes_row("put", key.len(), value.len())?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe {
            put(instance, table, soch_bytes::lend(key), soch_bytes::lend(value), txn, error)
        };
        self.or_next(self.done("put", self.instance.shared("put", call)), |next| next.put(table, key, value, txn))
    }

    fn delete(&self, table: TableId, key: &[u8], txn: TransactionId) -> Result<()> {
        let remove = slot!(self.table.remove);
        self.instance.takes_key("remove", key.len())?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe { remove(instance, table, soch_bytes::lend(key), txn, error) };
        self.or_next(self.instance.shared("remove", call).map(drop), |next| next.delete(table, key, txn))
    }

    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let scan = slot!(self.table.scan);
        let limits = self.instance.limits_of_call("scan")?;
        let scanned = taking(&self.instance, "scan", rows, limit, |sink| {
            // SAFETY: the plugin's function; all is lent for the call.
            let call = |instance, error| unsafe {
                scan(instance, limits, table, soch_bytes::lend(start), soch_bytes::lend(end), limit as u64, sink, error)
            };
            self.instance.shared("scan", call)
        });
        self.or_next(scanned, |next| next.scan_into(table, start, end, limit, rows))
    }

    fn flush(&self) -> Result<()> {
        let flush = slot!(self.table.flush);
        let limits = self.instance.limits_of_call("flush")?;
        // SAFETY: the plugin's function on its own instance; the limits are lent for the call.
        let call = |instance, error| unsafe { flush(instance, limits, error) };
        self.or_next(self.done("flush", self.instance.shared("flush", call)), |next| next.flush())
    }

    fn compact(&self) -> Result<()> {
        let compact = slot!(self.table.compact);
        let limits = self.instance.limits_of_call("compact")?;
        // SAFETY: the plugin's function on its own instance; the limits are lent for the call.
        let call = |instance, error| unsafe { compact(instance, limits, error) };
        self.or_next(self.done("compact", self.instance.shared("compact", call)), |next| next.compact())
    }

    fn describe(&self) -> StorageProperties {
        self.instance.described.storage
    }

    fn stats(&self) -> Result<StorageStats> {
        let stats = slot!(self.table.stats);
        let mut raw = StorageStats::default().as_raw();
        // SAFETY: the plugin's function on its own instance, with a place for the result.
        let call = |instance, error| unsafe { stats(instance, &mut raw, error) };
        let done = self.done("stats", self.instance.shared("stats", call));
        self.or_next(done.map(|()| StorageStats::from_raw(&raw)), |next| next.stats())
    }

    fn write_batch(&self, writes: &[Write<'_>], batch: &BatchOptions) -> Result<()> {
        let write_batch = slot!(self.table.write_batch);
        self.instance.takes_batch("write_batch", writes.len())?;
        let raw: Vec<soch_write> = writes.iter().map(Write::as_raw).collect();
        self.instance.takes_times_to_live("write_batch", raw.iter().map(|write| write.ttl_ms))?;
        // The ends of a range may be longer than any key.
        let mut rows = raw.iter().filter(|write| write.op != SOCH_WRITE_DELETE_RANGE);
        rows.try_for_each(|write| self.instance.takes_row("write_batch", write.key.len, write.value.len))?;
        let (limits, options) = (self.instance.limits_of_call("write_batch")?, batch.as_raw());
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe { write_batch(instance, limits, raw.as_ptr(), raw.len(), &options, error) };
        let done = self.done("write_batch", self.instance.shared("write_batch", call));
        self.or_next(done, |next| next.write_batch(writes, batch))
    }

    /// Returns the numbers of the tables that have rows, ascending.
    fn list_tables(&self) -> Result<Vec<TableId>> {
        self.or_next(self.ask_for_tables(), |next| next.list_tables())
    }

    fn drop_table(&self, table: TableId) -> Result<()> {
        let drop_table = slot!(self.table.drop_table);
        let limits = self.instance.limits_of_call("drop_table")?;
        // SAFETY: the plugin's function on its own instance; the limits are lent for the call.
        let call = |instance, error| unsafe { drop_table(instance, limits, table, error) };
        self.or_next(self.done("drop_table", self.instance.shared("drop_table", call)), |next| next.drop_table(table))
    }

    /// Writes a copy of all tables to `directory`. A path that is not absolute, that exists, or that is in no directory is refused.
    fn checkpoint(&self, directory: &Path) -> Result<()> {
        self.or_next(self.write_checkpoint(directory), |next| next.checkpoint(directory))
    }

    fn property_into(&self, name: &str, output: &mut Writer<'_>) -> Result<bool> {
        let property = slot!(self.table.property);
        // SAFETY: the plugin's function; all is lent for the call.
        let found = self.instance.forwarding("property", output, |instance, writer, error| unsafe {
            property(instance, soch_str::lend(name), writer, error)
        });
        self.or_next(found, |next| next.property_into(name, output))
    }

    /// Opens a table as [`Storage::open_table`] does, in a box.
    fn open_table(&self, table: TableId) -> Result<Box<dyn StorageTable>> {
        Ok(Box::new(Storage::open_table(self, table)?))
    }

    /// Opens a reader as [`Storage::reader`] does, in a box.
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        self.boxed_reader()
    }

    /// Begins a transaction as [`Storage::begin`] does, in a box.
    fn begin(&self, options: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        Ok(Box::new(Storage::begin(self, options)?))
    }
}
