//! Cursors of a reader.

use crate::handles::loan_check::{is_lent, Checked};
use crate::handles::macros::slot;
use crate::handles::storage::Storage;
use crate::handles::storage_reader::Reader;
use crate::instance::end::Handle;
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{CursorOptions, ErrorKind, Result, RowBatch, StorageCursor, TableId};

/// The most rows that one call of the plugin lends: enough to hide its cost.
const BATCH: usize = 64;

/// A cursor of a [`Reader`](crate::Reader): it walks over rows in ascending order of key, or in descending order.
/// It stays on the thread that its reader is on, as the contract has a reader and its cursors called by one thread at a time: safe
/// code could use the reader meanwhile. For another thread, a struct or an `await`: [`Reader::into_cursor`]. Beside it, values
/// are lent by [`Reader::split`].
///
/// ```
/// use sochdb_plugin_host::Storage;
#[doc = include_str!("memory_storage.example")]
/// let storage = Storage::new(Memory::default())?;
/// storage.put(1, b"a", b"1", 0)?;
/// storage.put(1, b"b", b"2", 0)?;
/// let reader = storage.reader()?;
/// let mut cursor = reader.cursor(1, &CursorOptions::new())?;
/// let keys: Vec<&[u8]> = cursor.next_batch()?.map(|(key, _)| key).collect();
/// assert_eq!(keys, [b"a", b"b"]);
/// assert_eq!(cursor.next_batch()?.len(), 0);
/// cursor.seek(b"aa")?;
/// assert_eq!(cursor.next_batch()?.next(), Some((&b"b"[..], &b"2"[..])));
/// # Ok::<(), Error>(())
/// ```
pub struct Cursor<'r> {
    walk: Walk,
    reader: &'r Reader,
}

/// A [`Cursor`] that keeps its reader, from [`Reader::into_cursor`]: it lives where it is put, and may move to another thread. It has the
/// reader for itself: values beside it are another reader's, of a moment of its own, or [`Reader::split`] lends them on one thread.
///
/// ```
/// use sochdb_plugin_host::sdk::CursorOptions;
/// use sochdb_plugin_host::Storage;
#[doc = include_str!("memory_storage.example")]
/// let storage = Storage::new(Memory::default())?;
/// storage.put(1, b"a", b"1", 0)?;
/// let mut rows = storage.reader()?.into_cursor(1, &CursorOptions::new())?;
/// let count = std::thread::spawn(move || rows.next_batch().map(|rows| rows.len())).join();
/// assert_eq!(count.expect("no panic")?, 1);
/// # Ok::<(), Error>(())
/// ```
pub struct OwnedCursor {
    walk: Walk,
    reader: Reader,
}

// SAFETY: it has the only reader and the only cursor of that, and the plugin promises that any thread may call their
// functions, one at a time.
unsafe impl Send for OwnedCursor {}

/// A cursor of a reader that is behind a lock, as safe code may use the two on two threads.
pub(crate) struct LockedCursor<'r> {
    walk: Walk,
    reader: &'r Mutex<Reader>,
}

// SAFETY: every call of the plugin is made with the reader's lock, and it promises that any thread may make them.
unsafe impl Send for LockedCursor<'_> {}

/// A cursor of the plugin, and what it lent last. Whoever has it passes its reader, and calls [`Walk::close`] at the end.
struct Walk {
    table: TableId,
    bounds: Bounds,
    raw: *mut c_void,
    rows: [soch_row; BATCH],
    /// The places that the plugin gets instead of `rows`, with contract checks.
    checked: Option<Checked>,
}

/// The options that a cursor was opened with, for another one in its place.
struct Bounds {
    start: Vec<u8>,
    end: Vec<u8>,
    options: CursorOptions<'static>,
}

impl Bounds {
    fn of(options: &CursorOptions<'_>) -> Self {
        let mut kept = CursorOptions::new();
        (kept.reverse, kept.keys_only) = (options.reverse, options.keys_only);
        Self { start: options.start.to_vec(), end: options.end.to_vec(), options: kept }
    }

    /// Calls `open` with the options of those rows that come from `key` on.
    fn from<T>(&self, key: &[u8], open: impl FnOnce(&CursorOptions<'_>) -> T) -> T {
        let mut options: CursorOptions<'_> = self.options;
        (options.start, options.end) = (&self.start, &self.end);
        if !options.reverse {
            options.start = options.start.max(key);
            return open(&options);
        }
        // The first key behind this one.
        let behind = [key, &[0]].concat();
        if options.end.is_empty() || *behind < *options.end {
            options.end = &behind;
        }
        open(&options)
    }
}

impl Reader {
    /// Opens a cursor over the rows of `table` that `options` name.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports; [`ErrorKind::Unsupported`] if it does not walk so, such as backwards.
    pub fn cursor(&self, table: TableId, options: &CursorOptions<'_>) -> Result<Cursor<'_>> {
        Ok(Cursor { walk: Walk::open(self, table, options)?, reader: self })
    }

    /// Opens a cursor that keeps the reader: for whoever holds it in a struct, across an `await`, or on another thread.
    ///
    /// Blocks until the storage has answered.
    ///
    /// ```
    /// use sochdb_plugin_host::sdk::{CursorOptions, Result};
    /// use sochdb_plugin_host::{OwnedCursor, Storage};
    ///
    /// /// A walk over a table from its end, a page at a time.
    /// struct Pages {
    ///     rows: OwnedCursor,
    /// }
    ///
    /// impl Pages {
    ///     fn open(storage: &Storage) -> Result<Self> {
    ///         Ok(Self { rows: storage.reader()?.into_cursor(1, &CursorOptions::new().reversed())? })
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`Reader::cursor`]; the reader is gone then.
    pub fn into_cursor(self, table: TableId, options: &CursorOptions<'_>) -> Result<OwnedCursor> {
        Ok(OwnedCursor { walk: Walk::open(&self, table, options)?, reader: self })
    }
}

impl<'r> Cursor<'r> {
    /// Moves to `key`, backwards too: the next rows are those of the cursor's range from `key` on, in the cursor's order. It
    /// costs another cursor where the storage has no better way.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn seek(&mut self, key: &[u8]) -> Result<()> {
        self.walk.seek(self.reader, key)
    }

    /// Lends the next rows, each key and value, until the next call: at most 64, and none at the end only.
    ///
    /// Blocks until the storage has read them.
    ///
    /// # Errors
    /// Those that the storage reports, and what ends the [`CallOptions`](crate::CallOptions) that it is in. The cursor stands
    /// anywhere then, until it is moved.
    pub fn next_batch(&mut self) -> Result<impl ExactSizeIterator<Item = (&[u8], &[u8])>> {
        self.walk.lend(self.reader, BATCH)
    }
}

impl OwnedCursor {
    /// Moves to `key`: [`Cursor::seek`].
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those of [`Cursor::seek`].
    pub fn seek(&mut self, key: &[u8]) -> Result<()> {
        self.walk.seek(&self.reader, key)
    }

    /// Lends the next rows: [`Cursor::next_batch`].
    ///
    /// Blocks until the storage has read them.
    ///
    /// # Errors
    /// Those of [`Cursor::next_batch`].
    pub fn next_batch(&mut self) -> Result<impl ExactSizeIterator<Item = (&[u8], &[u8])>> {
        self.walk.lend(&self.reader, BATCH)
    }
}

impl<'r> LockedCursor<'r> {
    pub(crate) fn open(reader: &'r Mutex<Reader>, table: TableId, options: &CursorOptions<'_>) -> Result<Self> {
        let walk = Walk::open(&reader.lock(), table, options)?;
        Ok(Self { walk, reader })
    }
}

impl StorageCursor for LockedCursor<'_> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        if rows.is_full() {
            // Of no places, a plugin could not say whether the end is reached.
            return Ok(());
        }
        let lent = self.walk.lend(&self.reader.lock(), rows.room())?;
        lent.into_iter().try_for_each(|(key, value)| rows.push(key, value))
    }

    fn seek(&mut self, key: &[u8]) -> Result<()> {
        self.walk.seek(&self.reader.lock(), key)
    }
}

impl Walk {
    fn open(reader: &Reader, table: TableId, options: &CursorOptions<'_>) -> Result<Self> {
        reader.long.used_here();
        let raw = open(reader, table, options)?;
        reader.cursors.set(reader.cursors.get() + 1);
        let nothing = soch_bytes { ptr: std::ptr::null(), len: 0 };
        let rows = [soch_row { key: nothing, value: nothing }; BATCH];
        let checked = reader.storage.instance.limits.contract_checks.then(|| Checked::new(BATCH));
        Ok(Self { table, bounds: Bounds::of(options), raw, rows, checked })
    }

    fn close(&self, reader: &Reader) {
        reader.cursors.set(reader.cursors.get() - 1);
        close(reader, self.raw);
    }

    fn seek(&mut self, reader: &Reader, key: &[u8]) -> Result<()> {
        reader.long.used_here();
        let instance = &*reader.storage.instance;
        if let Some(checked) = &mut self.checked {
            // SAFETY: the plugin promised to lend the last rows until this call.
            let kept = unsafe { checked.before() };
            kept.map_err(|how| instance.contract_violation("cursor_seek", how))?;
        }
        if let Some(cursor_seek) = reader.storage.table.cursor_seek {
            let limits = instance.limits_of_call("cursor_seek")?;
            // SAFETY: the plugin's function on its own cursor, which `&mut` keeps alone; the key is lent for the call.
            let call = |_: *mut c_void, error: *mut soch_error| unsafe {
                cursor_seek(self.raw, limits, soch_bytes::lend(key), error)
            };
            match instance.run_inside("cursor_seek", call) {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(instance.unexpected_not_found("cursor_seek")),
                Err(error) if error.kind() != ErrorKind::Unsupported => return Err(error),
                Err(_) => {}
            }
        }
        let opened = self.bounds.from(key, |options| open(reader, self.table, options))?;
        close(reader, std::mem::replace(&mut self.raw, opened));
        Ok(())
    }

    /// Lends the next rows, at most `most` and at most [`BATCH`].
    fn lend<'c>(
        &'c mut self,
        reader: &Reader,
        most: usize,
    ) -> Result<impl ExactSizeIterator<Item = (&'c [u8], &'c [u8])>> {
        let asked = most.min(BATCH);
        let instance = &*reader.storage.instance;
        let cursor_next = slot!(reader.storage.table.cursor_next);
        let limits = instance.limits_of_call("cursor_next")?;
        reader.long.used_here();
        let broke = |how: &str| instance.contract_violation("cursor_next", how);
        let places = match &mut self.checked {
            // SAFETY: the plugin promised to lend the last rows until this call.
            Some(checked) => unsafe { checked.before() }.map_err(broke)?,
            None => self.rows.as_mut_ptr(),
        };
        let mut count = 0;
        // SAFETY: the plugin's function on its own cursor, which `&mut` keeps alone, with places for the result.
        let call = |_: *mut c_void, error: *mut soch_error| unsafe {
            cursor_next(self.raw, limits, places, asked, &mut count, error)
        };
        let found = instance.run_inside("cursor_next", call);
        let rows = &mut self.rows[..if matches!(found, Ok(true)) { count.min(asked) } else { 0 }];
        let wrote = self.checked.as_mut().map_or(Ok(()), |checked| checked.after(asked, rows));
        if found? && count > asked {
            return Err(broke(&format!("lent {count} rows where {asked} were asked for")));
        }
        wrote.map_err(broke)?;
        if !rows.iter().all(|row| is_lent(&row.key) && is_lent(&row.value)) {
            return Err(broke("lent a row at NULL with a length"));
        }
        if let Some(checked) = &mut self.checked {
            // SAFETY: the plugin lends the rows until the next call, which begins with `before`.
            unsafe { checked.lent(rows) };
        }
        let bytes = |bytes: soch_bytes| match bytes.len {
            0 => &[][..],
            // SAFETY: the plugin lends the rows until the next call, which `&mut` keeps away, and none is at NULL.
            len => unsafe { std::slice::from_raw_parts(bytes.ptr, len) },
        };
        let rows = &*rows;
        Ok(rows.iter().map(move |row| (bytes(row.key), bytes(row.value))))
    }
}

/// Opens a cursor of the plugin.
fn open(reader: &Reader, table: TableId, options: &CursorOptions<'_>) -> Result<*mut c_void> {
    let Storage { instance, table: slots, .. } = &reader.storage;
    let open_cursor = slot!(slots.open_cursor);
    let (options, mut raw) = (options.as_raw(), std::ptr::null_mut());
    // SAFETY: the plugin's function on its own reader, which is not `Sync`; the rest is lent for the call.
    let call =
        |_: *mut c_void, error: *mut soch_error| unsafe { open_cursor(reader.raw, table, &options, &mut raw, error) };
    if !instance.run_inside("open_cursor", call)? {
        return Err(instance.unexpected_not_found("open_cursor"));
    }
    Ok(raw)
}

fn close(reader: &Reader, raw: *mut c_void) {
    let Storage { instance, table: slots, .. } = &reader.storage;
    if let Some(close) = slots.close_cursor.filter(|_| instance.may_close()) {
        // SAFETY: the plugin's function on its own cursor, which whoever calls this forgets; its reader is still open.
        unsafe { instance.close(Handle { slot: "close_cursor", raw, close }) };
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        self.walk.close(self.reader);
    }
}

impl Drop for OwnedCursor {
    fn drop(&mut self) {
        self.walk.close(&self.reader);
    }
}

impl Drop for LockedCursor<'_> {
    fn drop(&mut self) {
        self.walk.close(&self.reader.lock());
    }
}

impl std::fmt::Debug for Cursor<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cursor").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OwnedCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OwnedCursor").finish_non_exhaustive()
    }
}
