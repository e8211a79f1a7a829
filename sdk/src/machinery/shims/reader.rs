//! The slots of snapshots and their cursors. Only the first depends on the plugin's type.

use crate::call::Call;
use crate::cursor::{RowBatch, StorageCursor};
use crate::cursor_options::CursorOptions;
use crate::error::Error;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::ReadLent;
use crate::machinery::instance::shared;
use crate::machinery::shims::{found, keep, release, room};
use crate::reader::StorageReader;
use crate::storage::StorageExtension;
use crate::value::Value;
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The value that a reader's handle leads to. It borrows from the instance, which the host uses for nothing exclusive, and does
/// not end, before the reader is closed.
struct Reader {
    /// The value that is lent, which borrows from the reader: it goes first.
    lent: Option<Value<'static>>,
    reader: Box<dyn StorageReader>,
}

/// The value that a cursor's handle leads to. It borrows from its reader, which the host closes after it.
type Cursor = Box<dyn StorageCursor>;

pub(super) unsafe extern "C" fn open<P: StorageExtension>(
    instance: *mut c_void,
    handle: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and a place for the handle.
    unsafe {
        guard(error, || {
            // As the contract says, the reader is closed before the instance is used for anything exclusive, so the
            // borrow, which the handle cannot name, holds as long as the handle.
            let instance: &'static P = shared::<P>(instance);
            let reader = Reader { lent: None, reader: instance.reader()? };
            *handle = keep(reader);
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn close(handle: *mut c_void) {
    // SAFETY: the handle came from `open`, and the host closes it once, after all its cursors.
    unsafe { release::<Reader>(handle) }
}

pub(super) unsafe extern "C" fn get(
    handle: *mut c_void,
    table: u32,
    key: soch_bytes,
    value: *mut soch_bytes,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `open` made and no other call of it, lends the key, and gives a place for
    // the value. Cursors share the reader; what is lent is this function's alone, and dropped before the reader.
    unsafe {
        found(error, || {
            let handle = handle.cast::<Reader>();
            let lent = &mut *std::ptr::addr_of_mut!((*handle).lent);
            // The last loan ends before the reader is asked again.
            *lent = None;
            let reader: &'static dyn StorageReader = &*(*handle).reader;
            *lent = reader.get(table, key.read()?)?;
            let Some(found) = lent else { return Ok(false) };
            *value = soch_bytes::lend(found);
            Ok(true)
        })
    }
}

pub(super) unsafe extern "C" fn open_cursor(
    handle: *mut c_void,
    table: u32,
    options: *const soch_cursor_options,
    cursor: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `open` made, which it closes after the cursor, lends the options, and gives a
    // place for the cursor.
    unsafe {
        guard(error, || {
            let reader: &'static dyn StorageReader = &*(*handle.cast::<Reader>()).reader;
            let options = options.as_ref().ok_or_else(|| Error::invalid("the options are NULL"))?;
            let opened: Cursor = reader.cursor(table, &CursorOptions::from_raw(options)?)?;
            *cursor = keep(opened);
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn cursor_next(
    handle: *mut c_void,
    call: *const soch_call,
    rows: *mut soch_row,
    capacity: usize,
    count: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a cursor that `open_cursor` made and no other call of it, with places for the results.
    // What is lent lives until the next call.
    unsafe {
        guard(error, || {
            let mut batch = RowBatch::new(room(rows, capacity)?);
            Call::within(call, || (*handle.cast::<Cursor>()).next_batch(&mut batch))?;
            *count = batch.len();
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn cursor_seek(
    handle: *mut c_void,
    call: *const soch_call,
    key: soch_bytes,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a cursor that `open_cursor` made and no other call of it, and lends the key.
    unsafe {
        guard(error, || {
            let key = key.read()?;
            Call::within(call, || (*handle.cast::<Cursor>()).seek(key))
        })
    }
}

pub(super) unsafe extern "C" fn close_cursor(handle: *mut c_void) {
    // SAFETY: the handle came from `open_cursor`, and the host closes it once.
    unsafe { release::<Cursor>(handle) }
}
