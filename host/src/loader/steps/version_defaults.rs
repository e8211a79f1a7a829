//! The functions that fill optional slots of a plugin's table: each does what the slot's documentation says of its
//! default, and is named by kind and slot, so that `version_tables` finds it.

use core::ffi::c_void;
use sochdb_plugin_abi::*;

pub(super) unsafe extern "C" fn storage_compact(_: *mut c_void, _: *mut soch_error) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn storage_stats(
    _: *mut c_void,
    _: *mut soch_storage_stats,
    _: *mut soch_error,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn storage_write_batch(
    _: *mut c_void,
    _: *const soch_write,
    _: usize,
    _: u64,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

pub(super) unsafe extern "C" fn index_lookup(
    _: *mut c_void,
    _: soch_bytes,
    _: *mut u64,
    _: usize,
    _: *mut usize,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

pub(super) unsafe extern "C" fn index_range(
    _: *mut c_void,
    _: soch_bytes,
    _: soch_bytes,
    _: u64,
    _: *mut u64,
    _: usize,
    _: *mut usize,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

pub(super) unsafe extern "C" fn index_nearest(
    _: *mut c_void,
    _: soch_bytes,
    _: usize,
    _: *mut u64,
    _: *mut f32,
    _: *mut usize,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

pub(super) unsafe extern "C" fn observability_counter_inc(
    _: *mut c_void,
    _: soch_str,
    _: u64,
    _: *const soch_label,
    _: usize,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_gauge_set(
    _: *mut c_void,
    _: soch_str,
    _: f64,
    _: *const soch_label,
    _: usize,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_histogram_observe(
    _: *mut c_void,
    _: soch_str,
    _: f64,
    _: *const soch_label,
    _: usize,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_span_start(
    _: *mut c_void,
    _: soch_str,
    _: u64,
    span: *mut u64,
) -> soch_status {
    // SAFETY: the host gives a place for the result.
    unsafe { span.write(1) };
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_span_end(_: *mut c_void, _: u64) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_span_event(
    _: *mut c_void,
    _: u64,
    _: soch_str,
    _: *const soch_label,
    _: usize,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_log(
    _: *mut c_void,
    _: i32,
    _: soch_str,
    _: *const soch_label,
    _: usize,
) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_report_health(_: *mut c_void, _: *const soch_health) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn observability_attach(
    _: *mut c_void,
    _: *const soch_metrics,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

pub(super) unsafe extern "C" fn compression_set_level(_: *mut c_void, _: i32, _: *mut soch_error) -> soch_status {
    SOCH_OK
}

pub(super) unsafe extern "C" fn compression_bound(
    _: *mut c_void,
    _: usize,
    _: *mut usize,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}
