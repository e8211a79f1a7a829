use crate::handle::{handle, slot};
use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{boundary, shims};
use sochdb_plugin_sdk::{
    Error, ErrorKind, Extension, ExtensionCapability, Result, RowSink, StorageExtension, StorageStats, TableId,
    TransactionId, Write, Writer,
};
use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::Arc;

handle! {
    /// A storage, loaded or linked in, behind one way of calling it.
    Storage: StorageExtension, storage, soch_storage, Storage
}

impl Storage {
    /// Appends the value of `key` to `value`, which may be reused. False, with nothing appended, if there is none.
    ///
    /// # Errors
    /// As [`StorageExtension::get_into`].
    pub fn get_append(&self, table: TableId, key: &[u8], value: &mut Vec<u8>) -> Result<bool> {
        let get = slot!(self.table.get);
        // SAFETY: the plugin's function; all is lent for the call.
        self.instance.writing("get", value, |instance, writer, error| unsafe {
            get(instance, table, soch_bytes::lend(key), writer, error)
        })
    }
}

impl StorageExtension for Storage {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let get = slot!(self.table.get);
        // SAFETY: the plugin's function; all is lent for the call.
        self.instance.shared("get", |instance, error| unsafe {
            get(instance, table, soch_bytes::lend(key), value.as_raw(), error)
        })
    }

    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        Ok(self.get_append(table, key, &mut value)?.then_some(value))
    }

    fn put(&self, table: TableId, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()> {
        let put = slot!(self.table.put);
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe {
            put(instance, table, soch_bytes::lend(key), soch_bytes::lend(value), txn, error)
        };
        self.done("put", self.instance.shared("put", call))
    }

    fn delete(&self, table: TableId, key: &[u8], txn: TransactionId) -> Result<()> {
        let remove = slot!(self.table.remove);
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe { remove(instance, table, soch_bytes::lend(key), txn, error) };
        self.instance.shared("remove", call).map(drop)
    }

    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let scan = slot!(self.table.scan);
        let mut taken = Taken { rows, left: limit, outcome: Ok(()), panic: None };
        let sink = soch_row_sink { ctx: (&raw mut taken).cast(), row: Some(take_row) };
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe {
            scan(instance, table, soch_bytes::lend(start), soch_bytes::lend(end), limit as u64, &sink, error)
        };
        let result = self.instance.shared("scan", call);
        if let Some(payload) = taken.panic {
            resume_unwind(payload);
        }
        match taken.outcome {
            Ok(()) => self.done("scan", result),
            Err(error) if error.kind() == ErrorKind::Contract => Err(self.instance.broke("scan", error.message())),
            Err(error) => Err(error),
        }
    }

    fn flush(&self) -> Result<()> {
        let flush = slot!(self.table.flush);
        // SAFETY: the plugin's function on its own instance.
        self.done("flush", self.instance.shared("flush", |instance, error| unsafe { flush(instance, error) }))
    }

    fn compact(&self) -> Result<()> {
        let compact = slot!(self.table.compact);
        // SAFETY: the plugin's function on its own instance.
        self.done("compact", self.instance.shared("compact", |instance, error| unsafe { compact(instance, error) }))
    }

    fn stats(&self) -> Result<StorageStats> {
        let stats = slot!(self.table.stats);
        let mut raw =
            soch_storage_stats { bytes_stored: 0, key_count: 0, pending_compaction_bytes: 0, write_amplification: 0.0 };
        // SAFETY: the plugin's function on its own instance, with a place for the result.
        let call = |instance, error| unsafe { stats(instance, &mut raw, error) };
        self.done("stats", self.instance.shared("stats", call))?;
        Ok(StorageStats {
            bytes_stored: raw.bytes_stored,
            key_count: raw.key_count,
            pending_compaction_bytes: raw.pending_compaction_bytes,
            write_amplification: raw.write_amplification,
        })
    }

    fn write_batch(&self, writes: &[Write<'_>], txn: TransactionId) -> Result<()> {
        let write_batch = slot!(self.table.write_batch);
        let raw: Vec<soch_write> = writes.iter().map(Write::as_raw).collect();
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, error| unsafe { write_batch(instance, raw.as_ptr(), raw.len(), txn, error) };
        self.done("write_batch", self.instance.shared("write_batch", call))
    }
}

/// Where `scan` puts its rows, and what became of them.
struct Taken<'a, 'b> {
    rows: &'a mut RowSink<'b>,
    left: usize,
    outcome: Result<()>,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn take_row(ctx: *mut c_void, key: soch_bytes, value: soch_bytes) -> soch_status {
    // SAFETY: the plugin passes the sink's context, which lives until `scan` returns, and lends the row.
    unsafe {
        boundary::guard(std::ptr::null_mut(), || {
            let taken = &mut *ctx.cast::<Taken<'_, '_>>();
            let broke = |how: &str| Err(Error::new(ErrorKind::Contract, how));
            match &taken.outcome {
                Ok(()) => {}
                // The first break says more than what follows from it.
                Err(error) if error.kind() == ErrorKind::Contract => return broke("went on"),
                Err(_) => taken.outcome = broke("went on after the sink had ended the scan"),
            }
            if taken.outcome.is_ok() {
                taken.outcome = match (key.get(), value.get()) {
                    _ if taken.left == 0 => broke("gave more rows than the limit"),
                    (Some(key), Some(value)) => {
                        match catch_unwind(AssertUnwindSafe(|| taken.rows.push(key, value))) {
                            Ok(pushed) => pushed,
                            Err(payload) => {
                                taken.panic = Some(payload);
                                Err(Error::new(ErrorKind::Cancelled, "the caller's sink panicked"))
                            }
                        }
                    }
                    _ => broke("gave a row at NULL with a length"),
                };
                taken.left = taken.left.saturating_sub(1);
            }
            taken.outcome.clone()
        })
    }
}
