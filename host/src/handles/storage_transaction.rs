use crate::handles::macros::slot;
use crate::handles::rows_taken::taking;
use crate::handles::storage::Storage;
use crate::instance::end::Handle;
use crate::sync::call_gate::enter::LongGuard;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result, RowSink, StorageTransaction, TableId, TransactionOptions, Writer};
use std::fmt;
use std::marker::PhantomData;

/// A transaction of a storage. It reads what was committed before it began and its own writes, and nobody else sees these
/// before [`Transaction::commit`]. One that is dropped leaves nothing.
///
/// Any thread may use it, one at a time. As long as it is open, a shutdown of the storage waits, and so does a change of an
/// index in the same extension. On the thread that began the transaction or used it last they are refused at once, as
/// they would wait for themselves; plain writes there are [`ErrorKind::Busy`] after a second if the storage has one writer
/// at a time.
///
/// ```
/// use sochdb_plugin_host::sdk::{ErrorKind, Result, TransactionOptions};
/// use sochdb_plugin_host::Storage;
///
/// /// Adds one to a counter, again as long as others are first.
/// fn count(storage: &Storage) -> Result<()> {
///     loop {
///         let mut transaction = storage.begin(&TransactionOptions::new())?;
///         let count = transaction.get(1, b"count")?.map_or(0, |bytes| bytes[0]);
///         transaction.put(1, b"count", &[count + 1])?;
///         match transaction.commit() {
///             Err(error) if error.kind() == ErrorKind::Conflict => continue,
///             result => return result,
///         }
///     }
/// }
/// ```
pub struct Transaction {
    pub(super) raw: *mut c_void,
    /// Savepoints that are set.
    pub(super) savepoints: usize,
    /// Whether neither `commit` nor `abort` was called.
    open: bool,
    // Goes before the storage, whose end waits for it.
    pub(super) long: LongGuard,
    pub(super) storage: Storage,
    // Two threads may not call one at a time.
    _not_sync: PhantomData<*mut c_void>,
}

// SAFETY: the plugin promises that a transaction's functions may be called from any thread, one at a time.
unsafe impl Send for Transaction {}

impl Storage {
    /// Begins a transaction.
    ///
    /// Blocks until the storage has answered; for another transaction, as long as the options say.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the storage has no transactions; [`ErrorKind::Busy`] if another one has to end before;
    /// what the storage reports.
    pub fn begin(&self, options: &TransactionOptions) -> Result<Transaction> {
        self.or_next(self.begin_here(options), |next| next.begin(options))
    }

    fn begin_here(&self, options: &TransactionOptions) -> Result<Transaction> {
        let instance = &*self.instance;
        let unsupported = || {
            instance.error_in("begin_txn", ErrorKind::Unsupported, "has no transactions: use `write_batch`".to_owned())
        };
        let begin = self.table.begin_txn.ok_or_else(unsupported)?;
        let long = instance.enter_long("begin_txn")?;
        let (mut raw, options) = (std::ptr::null_mut(), options.as_raw());
        // SAFETY: the plugin's function on its own instance, with a place for the result; the options are lent.
        let call = |instance, error: *mut soch_error| unsafe { begin(instance, &options, &mut raw, error) };
        let begun = instance.run("begin_txn", (), call);
        self.done("begin_txn", begun)?;
        Ok(Transaction { raw, savepoints: 0, open: true, long, storage: self.clone(), _not_sync: PhantomData })
    }
}

impl Transaction {
    /// Appends the value of `key` to `value`, which may be reused. Returns false, with nothing appended, if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::get_into`]; `value` is as before then.
    pub fn get_append(&self, table: TableId, key: &[u8], value: &mut Vec<u8>) -> Result<bool> {
        let txn_get = slot!(self.storage.table.txn_get);
        self.storage.instance.takes_key("txn_get", key.len())?;
        self.long.used_here();
        // SAFETY: the plugin's function on its own transaction, which is not `Sync`; all is lent for the call.
        self.storage.instance.writing_inside("txn_get", value, |_, writer, error| unsafe {
            txn_get(self.raw, table, soch_bytes::lend(key), writer, error)
        })
    }

    /// Returns the value of `key` in a new vector; None if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::get_into`].
    pub fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        Ok(self.get_append(table, key, &mut value)?.then_some(value))
    }

    /// Returns the rows with `start <= key < end`, at most `limit` of them, in a new vector.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::scan_into`].
    pub fn scan(&mut self, table: TableId, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        StorageTransaction::scan(self, table, start, end, limit)
    }

    /// Stores `value` under `key`, in place of what was there.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::put`].
    pub fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        let txn_put = slot!(self.storage.table.txn_put);
        self.storage.instance.takes_row("txn_put", key.len(), value.len())?;
        self.long.used_here();
        // SAFETY: the plugin's function on its own transaction, which `&mut` keeps alone; all is lent for the call.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe {
            txn_put(self.raw, table, soch_bytes::lend(key), soch_bytes::lend(value), error)
        };
        self.storage.done("txn_put", self.storage.instance.run_inside("txn_put", call))
    }

    /// Removes `key`; Ok also if there was none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::delete`].
    pub fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
        let txn_remove = slot!(self.storage.table.txn_remove);
        self.storage.instance.takes_key("txn_remove", key.len())?;
        // SAFETY: the plugin's function on its own transaction, which `&mut` keeps alone; the key is lent for the call.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe {
            txn_remove(self.raw, table, soch_bytes::lend(key), error)
        };
        self.long.used_here();
        self.storage.instance.run_inside("txn_remove", call).map(drop)
    }

    /// Makes all writes seen, in all tables, at one moment.
    ///
    /// Blocks until the storage has written all, for durable ones to the disk.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another transaction changed what this one writes since it began: try again from
    /// [`Storage::begin`]; what the storage reports. Nothing is written then, and the transaction is gone; after an error that
    /// the storage cannot undo, whoever opens it again finds all or nothing.
    pub fn commit(mut self) -> Result<()> {
        let commit = slot!(self.storage.table.commit_txn);
        let limits = self.storage.instance.limits_of_call("commit_txn")?;
        self.long.used_here();
        let Self { raw, open, storage, .. } = &mut self;
        let committed = storage.instance.run_inside("commit_txn", |_, error| {
            *open = false;
            // SAFETY: the plugin's function on its own transaction, once.
            unsafe { commit(*raw, limits, error) }
        });
        self.storage.done("commit_txn", committed)
    }

    /// Ends the transaction as if it had never begun. Dropping it does the same.
    ///
    /// Blocks until the storage has answered.
    pub fn abort(self) {}
}

impl StorageTransaction for Transaction {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let txn_get = slot!(self.storage.table.txn_get);
        self.storage.instance.takes_key("txn_get", key.len())?;
        self.long.used_here();
        // SAFETY: the plugin's function on its own transaction, which is not `Sync`; all is lent for the call.
        self.storage.instance.forwarding_inside("txn_get", value, |_, writer, error| unsafe {
            txn_get(self.raw, table, soch_bytes::lend(key), writer, error)
        })
    }

    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Transaction::get(self, table, key)
    }

    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        Transaction::put(self, table, key, value)
    }

    fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
        Transaction::delete(self, table, key)
    }

    fn scan_into(
        &mut self,
        table: TableId,
        start: &[u8],
        end: &[u8],
        limit: usize,
        rows: &mut RowSink<'_>,
    ) -> Result<()> {
        let txn_scan = slot!(self.storage.table.txn_scan);
        let limits = self.storage.instance.limits_of_call("txn_scan")?;
        self.long.used_here();
        taking(&self.storage.instance, "txn_scan", rows, limit, |sink| {
            // SAFETY: the plugin's function on its own transaction, which `&mut` keeps alone; all is lent for the call.
            let call = |_: *mut c_void, error: *mut soch_error| unsafe {
                txn_scan(
                    self.raw,
                    limits,
                    table,
                    soch_bytes::lend(start),
                    soch_bytes::lend(end),
                    limit as u64,
                    sink,
                    error,
                )
            };
            self.storage.instance.run_inside("txn_scan", call)
        })
    }

    fn set_savepoint(&mut self) -> Result<()> {
        Transaction::set_savepoint(self)
    }

    fn rollback_to_savepoint(&mut self) -> Result<()> {
        Transaction::rollback_to_savepoint(self)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        Transaction::commit(*self)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let instance = &self.storage.instance;
        if let Some(close) = self.storage.table.abort_txn.filter(|_| self.open && instance.may_close()) {
            // SAFETY: the plugin's function on its own transaction, once.
            unsafe { instance.close(Handle { slot: "abort_txn", raw: self.raw, close }) };
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transaction").field("storage", &self.storage).finish_non_exhaustive()
    }
}
