//! Snapshots of a storage that lend their bytes.

use crate::handles::loan_check::{is_lent, Loan};
use crate::handles::macros::slot;
use crate::handles::storage::Storage;
use crate::instance::end::Handle;
use crate::sync::call_gate::enter::LongGuard;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result, TableId};
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// A reader of a snapshot of a storage: it sees what was written before it was opened, and nothing of what is written
/// later.
///
/// It owns what it needs, so it may live in a struct beside its storage or without one, and move to another thread: any
/// thread may use a reader, one at a time. As long as there is one, a shutdown of the storage waits, and if the
/// extension is an index too, so does a change of that. On the thread that opened the reader or used it last they are
/// refused at once, as they would wait for themselves. Its calls block as those of its storage do.
///
/// ```
/// use sochdb_plugin_host::Storage;
#[doc = include_str!("memory_storage.example")]
/// let storage = Storage::new(Memory::default())?;
/// storage.put(1, b"key", b"old", 0)?;
/// let mut reader = storage.reader()?;
/// storage.put(1, b"key", b"new", 0)?;
/// assert_eq!(reader.get(1, b"key")?, Some(&b"old"[..]));
/// # Ok::<(), Error>(())
/// ```
pub struct Reader {
    pub(crate) raw: *mut c_void,
    /// Cursors that were opened and not closed.
    pub(crate) cursors: Cell<usize>,
    /// A copy of the value that is lent now, with contract checks.
    loan: Option<RefCell<Loan>>,
    // Goes before the storage, whose end waits for it.
    pub(crate) long: ManuallyDrop<LongGuard>,
    pub(crate) storage: Storage,
    // What a reader lends ends with the next call, so two threads may not share one.
    _not_sync: PhantomData<*mut c_void>,
}

// SAFETY: the plugin promises that a reader's functions may be called from any thread, one at a time.
unsafe impl Send for Reader {}

impl Storage {
    /// Opens a reader of a snapshot.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the storage has no snapshots: use [`StorageExtension::get`] and
    /// [`StorageExtension::scan`].
    ///
    /// [`StorageExtension::get`]: sochdb_plugin_sdk::StorageExtension::get
    /// [`StorageExtension::scan`]: sochdb_plugin_sdk::StorageExtension::scan
    pub fn reader(&self) -> Result<Reader> {
        self.or_next(self.open_reader(), |next| next.reader())
    }

    fn open_reader(&self) -> Result<Reader> {
        let instance = &*self.instance;
        let unsupported = || {
            instance.error_in("open_reader", ErrorKind::Unsupported, "has no readers: use `get` and `scan`".to_owned())
        };
        let open_reader = self.table.open_reader.ok_or_else(unsupported)?;
        let long = instance.enter_long("open_reader")?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the plugin's function on its own instance, with a place for the result.
        let opened =
            instance.run("open_reader", (), |instance, error| unsafe { open_reader(instance, &mut raw, error) })?;
        if !opened {
            return Err(instance.unexpected_not_found("open_reader"));
        }
        let (cursors, loan) = (Cell::new(0), instance.limits.contract_checks.then(RefCell::default));
        let long = ManuallyDrop::new(long);
        Ok(Reader { raw, cursors, loan, long, storage: self.clone(), _not_sync: PhantomData })
    }
}

impl Reader {
    /// Lends the value of `key` until the next call, or `None` if there is none. Beside open cursors: [`Reader::split`].
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn get(&mut self, table: TableId, key: &[u8]) -> Result<Option<&[u8]>> {
        // SAFETY: the plugin lends the value until the next call, which `&mut` keeps away.
        Ok(self.find(table, key)?.and_then(|value| unsafe { value.get() }))
    }

    /// Appends the value of `key` to `value`, which may be reused: [`Reader::get`] for calls beside open cursors. Returns
    /// false, with nothing appended, if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn get_append(&self, table: TableId, key: &[u8], value: &mut Vec<u8>) -> Result<bool> {
        let Some(found) = self.find(table, key)? else { return Ok(false) };
        // SAFETY: the plugin lends the value until the next call on this reader, which is not `Sync`.
        value.extend_from_slice(unsafe { found.get() }.unwrap_or_default());
        Ok(true)
    }

    /// A value that is lent until the next call, and not NULL with a length.
    #[inline]
    pub(crate) fn find(&self, table: TableId, key: &[u8]) -> Result<Option<soch_bytes>> {
        let Storage { instance, table: slots, .. } = &self.storage;
        let reader_get = slot!(slots.reader_get);
        instance.takes_key("reader_get", key.len())?;
        self.long.used_here();
        self.end_loan("reader_get")?;
        let mut value = soch_bytes { ptr: std::ptr::null(), len: 0 };
        // SAFETY: the plugin's function on its own reader, which is not `Sync`; the rest is lent for the call.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe {
            reader_get(self.raw, table, soch_bytes::lend(key), &mut value, error)
        };
        if !instance.run_inside("reader_get", call)? {
            return Ok(None);
        }
        if !is_lent(&value) {
            return Err(instance.contract_violation("reader_get", "lent a value at NULL with a length"));
        }
        if let Some(loan) = &self.loan {
            // SAFETY: the plugin lends the value until the next call, which ends this loan.
            unsafe { loan.borrow_mut().begin([value].into_iter()) };
        }
        Ok(Some(value))
    }

    /// Ends the loan. To be called before each call that ends what the reader lends.
    fn end_loan(&self, slot: &str) -> Result<()> {
        let Some(loan) = &self.loan else { return Ok(()) };
        // SAFETY: every call that ends it comes here first.
        unsafe { loan.borrow_mut().end() }.map_err(|how| self.storage.instance.contract_violation(slot, how))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.cursors.get() > 0 {
            // A cursor was forgotten and is still open: the reader stays for it, and so does the storage, whose shutdown is
            // Busy from now on.
            std::mem::forget(self.storage.clone());
            return;
        }
        let instance = &self.storage.instance;
        if let Some(close) = self.storage.table.close_reader.filter(|_| instance.may_close()) {
            // SAFETY: the plugin's function on its own reader, once, after those of its cursors.
            unsafe { instance.close(Handle { slot: "close_reader", raw: self.raw, close }) };
        }
        // SAFETY: once, and nothing uses it any more.
        unsafe { ManuallyDrop::drop(&mut self.long) };
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").finish_non_exhaustive()
    }
}
