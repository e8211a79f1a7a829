use crate::handles::macros::slot;
use crate::handles::storage::Storage;
use crate::instance::end::Handle;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result, StorageExtension, StorageTable, TableId, TransactionId, Writer};
use std::fmt;

/// A table of a storage, found once for many calls. Any thread may use it, several at once.
///
/// A table keeps its storage alive, but does not keep it from being shut down: every call is an error from then on. If
/// the storage is replaced, calls go to the next one, which finds the table each time: open it again for its speed.
///
/// ```
/// use sochdb_plugin_host::Storage;
#[doc = include_str!("memory_storage.example")]
/// let users = Storage::new(Memory::default())?.open_table(1)?;
/// users.put(b"ada", b"1815", 0)?;
/// assert_eq!(users.get(b"ada")?.as_deref(), Some(&b"1815"[..]));
/// # Ok::<(), Error>(())
/// ```
pub struct Table {
    storage: Storage,
    number: TableId,
    /// None if the storage has no such handles: each call finds the table then.
    handle: Option<Kept>,
}

/// A handle of the plugin's, and its number among those of the instance.
#[derive(Clone, Copy)]
struct Kept {
    raw: *mut c_void,
    number: usize,
}

// SAFETY: the plugin promises that a handle's functions may be called from any thread, by several at once.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Storage {
    /// Finds a table once, for many calls; it need not exist yet. With a storage that does not offer that, the table's
    /// calls find it each time.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn open_table(&self, table: TableId) -> Result<Table> {
        let with = |handle| Table { storage: self.clone(), number: table, handle };
        let (Some(open_table), Some(close)) = (self.table.open_table, self.table.close_table) else {
            return Ok(with(None));
        };
        let (mut raw, mut kept) = (std::ptr::null_mut(), 0);
        let opened = self.instance.shared("open_table", |instance, error| {
            // SAFETY: the plugin's function on its own instance, with a place for the result.
            let status = unsafe { open_table(instance, table, &mut raw, error) };
            if status == SOCH_OK {
                // While this call holds the instance open.
                kept = self.instance.keep(Handle { slot: "close_table", raw, close });
            }
            status
        });
        match opened {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(with(None)),
            opened => {
                let table_of = |()| with(Some(Kept { raw, number: kept }));
                self.or_next(self.done("open_table", opened).map(table_of), |next| next.open_table(table))
            }
        }
    }
}

impl Table {
    /// Returns the table's number.
    ///
    /// Never blocks.
    #[must_use]
    pub fn id(&self) -> TableId {
        self.number
    }

    /// Appends the value of `key` to `value`, which may be reused. Returns false, with nothing appended, if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`StorageExtension::get_into`]; `value` is as before then.
    pub fn get_append(&self, key: &[u8], value: &mut Vec<u8>) -> Result<bool> {
        let Some(handle) = &self.handle else { return self.storage.get_append(self.number, key, value) };
        let table_get = slot!(self.storage.table.table_get);
        self.storage.instance.takes_key("table_get", key.len())?;
        // SAFETY: the plugin's function on its own handle, which is open as long as calls get in; all is lent for it.
        let found = self.storage.instance.writing("table_get", value, |_, writer, error| unsafe {
            table_get(handle.raw, soch_bytes::lend(key), writer, error)
        });
        self.storage.or_next(found, |next| next.get_append(self.number, key, value))
    }
}

impl StorageTable for Table {
    fn get_into(&self, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let Some(handle) = &self.handle else { return self.storage.get_into(self.number, key, value) };
        let table_get = slot!(self.storage.table.table_get);
        self.storage.instance.takes_key("table_get", key.len())?;
        // SAFETY: the plugin's function on its own handle, which is open as long as calls get in; all is lent for it.
        let found = self.storage.instance.forwarding("table_get", value, |_, writer, error| unsafe {
            table_get(handle.raw, soch_bytes::lend(key), writer, error)
        });
        self.storage.or_next(found, |next| next.get_into(self.number, key, value))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        Ok(self.get_append(key, &mut value)?.then_some(value))
    }

    fn put(&self, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()> {
        let Some(handle) = &self.handle else { return self.storage.put(self.number, key, value, txn) };
        let table_put = slot!(self.storage.table.table_put);
        self.storage.instance.takes_row("table_put", key.len(), value.len())?;
        // SAFETY: the plugin's function on its own handle, which is open as long as calls get in; all is lent for it.
        let put = self.storage.instance.shared("table_put", |_, error| unsafe {
            table_put(handle.raw, soch_bytes::lend(key), soch_bytes::lend(value), txn, error)
        });
        self.storage.or_next(self.storage.done("table_put", put), |next| next.put(self.number, key, value, txn))
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        if let Some(handle) = self.handle {
            // SAFETY: it was kept when it was opened, and ends here.
            unsafe { self.storage.instance.release(handle.number) };
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Table").field("storage", &self.storage).field("id", &self.number).finish()
    }
}
