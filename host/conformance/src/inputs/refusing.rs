//! A writer and sinks that refuse with a status of their own: whoever was lent one returns that as it is.

use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_row_sink, soch_status, soch_value_sink, soch_writer, SOCH_DENIED};
use std::ptr;

/// The status, which no plugin finds by itself.
pub(crate) const REFUSAL: soch_status = SOCH_DENIED;

/// A writer that takes nothing.
pub(crate) fn refusing_writer() -> soch_writer {
    soch_writer {
        ctx: ptr::null_mut(),
        limit: 1 << 30,
        write: Some(write),
        reserve: Some(reserve),
        commit: Some(commit),
    }
}

/// A sink that takes no row.
pub(crate) fn refusing_sink() -> soch_row_sink {
    soch_row_sink { ctx: ptr::null_mut(), row: Some(row) }
}

/// A sink that takes no value.
pub(crate) fn refusing_values() -> soch_value_sink {
    soch_value_sink { ctx: ptr::null_mut(), value: Some(value) }
}

unsafe extern "C" fn write(_: *mut c_void, _: soch_bytes) -> soch_status {
    REFUSAL
}

unsafe extern "C" fn reserve(_: *mut c_void, _: usize, _: *mut *mut u8) -> soch_status {
    REFUSAL
}

unsafe extern "C" fn commit(_: *mut c_void, _: usize) -> soch_status {
    REFUSAL
}

unsafe extern "C" fn row(_: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    REFUSAL
}

unsafe extern "C" fn value(_: *mut c_void, _: usize, _: soch_bytes) -> soch_status {
    REFUSAL
}
