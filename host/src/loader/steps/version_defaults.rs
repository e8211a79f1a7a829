//! The functions that fill optional slots of a plugin's table: each does what the slot's documentation says of its
//! default, and is named by kind and slot, so that `version_tables` finds it.

use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Functions that look at nothing and answer this.
macro_rules! answers {
    ($($name:ident($($argument:ty),+) = $status:ident;)+) => {
        $(pub(super) unsafe extern "C" fn $name($(_: $argument),+) -> soch_status {
            $status
        })+
    };
}

type Instance = *mut c_void;
type Failure = *mut soch_error;
type Labels = *const soch_label;

answers! {
    storage_compact(Instance, *const soch_call, Failure) = SOCH_OK;
    storage_stats(Instance, *mut soch_storage_stats, Failure) = SOCH_OK;
    storage_describe(Instance, *mut soch_storage_properties, Failure) = SOCH_OK;
    storage_write_batch(Instance, *const soch_call, *const soch_write, usize, *const soch_batch_options, Failure)
        = SOCH_UNSUPPORTED;
    storage_list_tables(Instance, *mut u32, usize, *mut usize, Failure) = SOCH_UNSUPPORTED;
    storage_drop_table(Instance, *const soch_call, u32, Failure) = SOCH_UNSUPPORTED;
    storage_checkpoint(Instance, *const soch_call, soch_str, Failure) = SOCH_UNSUPPORTED;
    storage_property(Instance, soch_str, *const soch_writer, Failure) = SOCH_NOT_FOUND;

    index_describe(Instance, *mut soch_index_properties, Failure) = SOCH_OK;
    index_build(Instance, *const soch_call, u32, u16, *const soch_index_entry, usize, Failure) = SOCH_UNSUPPORTED;
    index_insert(Instance, soch_bytes, u64, Failure) = SOCH_UNSUPPORTED;
    index_remove(Instance, soch_bytes, u64, Failure) = SOCH_UNSUPPORTED;
    index_size_bytes(Instance, *mut u64, Failure) = SOCH_UNSUPPORTED;
    index_lookup(Instance, soch_bytes, *mut u64, usize, *mut usize, Failure) = SOCH_UNSUPPORTED;
    index_range(Instance, *const soch_call, soch_bytes, soch_bytes, u64, *mut u64, usize, *mut usize, Failure)
        = SOCH_UNSUPPORTED;
    index_nearest(Instance, soch_bytes, usize, *mut u64, *mut f32, *mut usize, Failure) = SOCH_UNSUPPORTED;
    index_drop_index(Instance, *const soch_call, Failure) = SOCH_UNSUPPORTED;

    observability_counter_inc(Instance, soch_str, u64, Labels, usize) = SOCH_OK;
    observability_gauge_set(Instance, soch_str, f64, Labels, usize) = SOCH_OK;
    observability_histogram_observe(Instance, soch_str, f64, Labels, usize) = SOCH_OK;
    observability_span_end(Instance, u64) = SOCH_OK;
    observability_span_event(Instance, u64, soch_str, Labels, usize) = SOCH_OK;
    observability_log(Instance, i32, soch_str, Labels, usize) = SOCH_OK;
    observability_report_health(Instance, *const soch_health) = SOCH_OK;
    observability_describe(Instance, *mut soch_observability_properties, Failure) = SOCH_OK;
    observability_flush(Instance, *const soch_call, Failure) = SOCH_OK;
    observability_attach(Instance, *const soch_metrics, Failure) = SOCH_UNSUPPORTED;

    compression_set_level(Instance, i32, Failure) = SOCH_OK;
    compression_describe(Instance, *mut soch_compression_properties, Failure) = SOCH_OK;
    compression_bound(Instance, usize, *mut usize, Failure) = SOCH_UNSUPPORTED;
    compression_decompressed_size(Instance, soch_bytes, *mut u64, Failure) = SOCH_NOT_FOUND;
    compression_train(Instance, *const soch_call, *const soch_bytes, usize, usize, *const soch_writer, Failure)
        = SOCH_UNSUPPORTED;
}

pub(super) unsafe extern "C" fn observability_span_start(
    _: Instance,
    _: soch_str,
    _: u64,
    span: *mut u64,
) -> soch_status {
    static LAST: AtomicU64 = AtomicU64::new(0);
    // SAFETY: the host gives a place for the result.
    unsafe { span.write(LAST.fetch_add(1, Relaxed) + 1) };
    SOCH_OK
}
