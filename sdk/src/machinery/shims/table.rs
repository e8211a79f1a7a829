//! The slots of a table handle. Its functions do not depend on the plugin's type.

use crate::machinery::barrier::guard;
use crate::machinery::boundary::ReadLent;
use crate::machinery::instance::shared;
use crate::machinery::shims::{found, keep, release};
use crate::storage::StorageExtension;
use crate::table::StorageTable;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The value that a handle leads to.
type Handle = Box<dyn StorageTable>;

pub(super) unsafe extern "C" fn open<P: StorageExtension>(
    instance: *mut c_void,
    table: u32,
    handle: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and a place for the handle.
    unsafe {
        guard(error, || {
            let opened: Handle = shared::<P>(instance).open_table(table)?;
            *handle = keep(opened);
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn close(handle: *mut c_void) {
    // SAFETY: the handle came from `open`, and the host closes it once, with no other call on it under way.
    unsafe { release::<Handle>(handle) }
}

pub(super) unsafe extern "C" fn get(
    handle: *mut c_void,
    key: soch_bytes,
    value: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `open` made, and lends the rest for the call.
    unsafe { found(error, || (*handle.cast::<Handle>()).get_into(key.read()?, &mut Writer::from_raw(value)?)) }
}

pub(super) unsafe extern "C" fn put(
    handle: *mut c_void,
    key: soch_bytes,
    value: soch_bytes,
    txn: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `open` made, and lends the rest for the call.
    unsafe { guard(error, || (*handle.cast::<Handle>()).put(key.read()?, value.read()?, txn)) }
}
