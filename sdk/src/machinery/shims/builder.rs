//! The slots of a builder. The first and the one that finishes depend on the plugin's type.

use crate::call::Call;
use crate::error::Result;
use crate::ids::RowId;
use crate::index::IndexExtension;
use crate::index_builder::IndexBuilder;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::{slice, ReadLent};
use crate::machinery::instance::{exclusive, shared};
use crate::machinery::shims::{keep, release};
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The value that a handle leads to.
struct Handle {
    instance: *mut c_void,
    builder: Box<dyn IndexBuilder>,
}

/// # Safety
/// The host lends `count` entries and their keys for `'a`.
pub(super) unsafe fn read_entries<'a>(
    entries: *const soch_index_entry,
    count: usize,
) -> Result<Vec<(RowId, &'a [u8])>> {
    // SAFETY: the caller passes the host's promise on.
    unsafe { slice(entries, count)?.iter().map(|entry| Ok((entry.row, entry.key.read()?))).collect() }
}

pub(super) unsafe extern "C" fn begin<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    table: u32,
    column: u16,
    builder: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, lends the limits, and gives a place for the handle.
    unsafe {
        guard(error, || {
            let begun = Call::within(call, || shared::<P>(instance).begin_build(table, column))?;
            *builder = keep(Handle { instance, builder: begun });
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn add(
    builder: *mut c_void,
    call: *const soch_call,
    entries: *const soch_index_entry,
    count: usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it, and lends `count` entries for the call.
    unsafe {
        guard(error, || {
            let entries = read_entries(entries, count)?;
            Call::within(call, || (*builder.cast::<Handle>()).builder.add(&entries))
        })
    }
}

pub(super) unsafe extern "C" fn finish<P: IndexExtension>(
    builder: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the handle came from `begin` of the same type, the host ends it once, and no other call on its instance is
    // under way.
    unsafe {
        guard(error, || {
            let Handle { instance, builder } = *Box::from_raw(builder.cast::<Handle>());
            Call::within(call, || exclusive::<P>(instance).finish_build(builder))
        })
    }
}

pub(super) unsafe extern "C" fn abandon(builder: *mut c_void) {
    // SAFETY: the handle came from `begin`, and the host ends it once.
    unsafe { release::<Handle>(builder) }
}
