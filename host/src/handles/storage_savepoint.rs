//! Savepoints of a transaction.

use crate::handles::storage_transaction::Transaction;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{Error, ErrorKind, Result};

impl Transaction {
    /// Sets a savepoint, behind all that was written until now. Each is inside of the one before.
    ///
    /// Blocks until the storage has answered.
    ///
    /// ```
    /// use sochdb_plugin_host::sdk::{Result, TransactionOptions};
    /// use sochdb_plugin_host::Storage;
    ///
    /// /// Moves what it can; a row that cannot be written is left where it is.
    /// fn move_all(storage: &Storage, rows: &[(&[u8], &[u8])]) -> Result<()> {
    ///     let mut transaction = storage.begin(&TransactionOptions::new())?;
    ///     for (key, value) in rows {
    ///         transaction.set_savepoint()?;
    ///         transaction.delete(1, key)?;
    ///         if transaction.put(2, key, value).is_err() {
    ///             transaction.rollback_to_savepoint()?;
    ///         }
    ///     }
    ///     transaction.commit()
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the storage's transactions have none; what the storage reports.
    pub fn set_savepoint(&mut self) -> Result<()> {
        let set = self.storage.table.txn_set_savepoint.ok_or_else(|| self.without_savepoints("txn_set_savepoint"))?;
        self.long.used_here();
        // SAFETY: the plugin's function on its own transaction, which `&mut` keeps alone.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe { set(self.raw, error) };
        self.storage.done("txn_set_savepoint", self.storage.instance.run_inside("txn_set_savepoint", call))?;
        self.savepoints += 1;
        Ok(())
    }

    /// Takes back what was written since the last savepoint, and ends that.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if no savepoint is set; [`ErrorKind::Unsupported`] if the storage's transactions have none; what
    /// the storage reports: later calls may fail too then.
    pub fn rollback_to_savepoint(&mut self) -> Result<()> {
        const SLOT: &str = "txn_rollback_to_savepoint";
        let rollback = self.storage.table.txn_rollback_to_savepoint.ok_or_else(|| self.without_savepoints(SLOT))?;
        let Some(left) = self.savepoints.checked_sub(1) else {
            let text = format!("`{SLOT}`: no savepoint is set");
            return Err(self.storage.instance.error_in(SLOT, ErrorKind::Invalid, text));
        };
        self.long.used_here();
        // SAFETY: the plugin's function on its own transaction, which `&mut` keeps alone.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe { rollback(self.raw, error) };
        self.storage.done(SLOT, self.storage.instance.run_inside(SLOT, call))?;
        self.savepoints = left;
        Ok(())
    }

    fn without_savepoints(&self, slot: &'static str) -> Error {
        self.storage.instance.error_in(slot, ErrorKind::Unsupported, "its transactions have no savepoints".to_owned())
    }
}
