//! Metrics, spans, logs and health.

use super::data::{soch_label, soch_str};
use super::status::{soch_error, soch_status};
use core::ffi::c_void;

/// The database's state. Frozen.
#[repr(C)]
#[derive(Clone, Copy)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_health {
    /// 1 if the database serves, 0 if not; any other value means 1.
    pub operational: u32,
    /// Always 0.
    pub reserved: u32,
    /// Bytes of the write-ahead log.
    pub wal_size_bytes: u64,
    /// Transactions that are open.
    pub active_txns: u64,
    /// Share of the buffer pool in use, 0 to 1.
    pub buffer_pool_usage: f64,
    /// Seconds since the last checkpoint.
    pub checkpoint_age_secs: u64,
}

/// `bind`: a counter, for `metric_add`.
pub const SOCH_METRIC_COUNTER: u32 = 0;
/// `bind`: a gauge, for `metric_set`.
pub const SOCH_METRIC_GAUGE: u32 = 1;
/// `bind`: a histogram, for `metric_set`, each call one observation.
pub const SOCH_METRIC_HISTOGRAM: u32 = 2;

/// A sink of metrics, spans and logs. Its calls report no text: a plugin that cannot deliver says so through
/// `soch_host.log`, and the host goes on whatever the status. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_observability {
    /// `sizeof(soch_observability)` of the plugin.
    pub size: usize,
    /// Adds `value` to a counter. The order of labels has no meaning. Required. [any-thread]
    pub counter_inc: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: u64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Sets a gauge. Required. [any-thread]
    pub gauge_set: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: f64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Adds one observation to a histogram. Required. [any-thread]
    pub histogram_observe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: f64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Starts a span under `parent`, 0 for none, and sets `span` to its number, which is not 0. Required. [any-thread]
    pub span_start:
        Option<unsafe extern "C" fn(instance: *mut c_void, name: soch_str, parent: u64, span: *mut u64) -> soch_status>,
    /// Ends a span, once. Required. [any-thread]
    pub span_end: Option<unsafe extern "C" fn(instance: *mut c_void, span: u64) -> soch_status>,
    /// Notes something that happened in a span. Required. [any-thread]
    pub span_event: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            span: u64,
            name: soch_str,
            attributes: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Takes a line of the database's log; `level` is one of `SOCH_LOG_*`. Optional; the default does nothing. [any-thread]
    pub log: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            level: i32,
            message: soch_str,
            fields: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Takes the database's state. Optional; the default does nothing. [any-thread]
    pub report_health: Option<unsafe extern "C" fn(instance: *mut c_void, health: *const soch_health) -> soch_status>,

    /// Resolves a metric's name and labels once. The handle lives until `unbind`, which comes before `shutdown`.
    /// The host uses `bind` to `metric_set` only if all four are there. Optional; the default keeps the name and
    /// calls the functions above. Since 1.1. [any-thread]
    pub bind: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            kind: u32,
            name: soch_str,
            labels: *const soch_label,
            count: usize,
            metric: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Ends a handle; the metric keeps its value. [exclusive]
    pub unbind: Option<unsafe extern "C" fn(metric: *mut c_void)>,
    /// Adds to a bound counter. [any-thread]
    pub metric_add: Option<unsafe extern "C" fn(metric: *mut c_void, value: u64) -> soch_status>,
    /// Sets a bound gauge, or adds an observation to a bound histogram. [any-thread]
    pub metric_set: Option<unsafe extern "C" fn(metric: *mut c_void, value: f64) -> soch_status>,
}
