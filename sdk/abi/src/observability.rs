//! Metrics, spans, logs and health.

use crate::call::soch_call;
use crate::data::{soch_label, soch_str, soch_writer};
use crate::log_record::soch_log_record;
use crate::metrics::soch_metrics;
use crate::span::{soch_span_end, soch_span_event, soch_span_start, soch_trace_context};
use crate::status::{soch_error, soch_status};
use core::ffi::c_void;

/// The database's state, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_health {
    /// `sizeof(soch_health)` of the host.
    pub size: usize,
    /// Whether the database serves (rule 17).
    pub operational: u32,
    /// 0 (rule 16).
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

/// `soch_observability_properties.flags`: metrics are dropped. The host gives none, and lends none.
pub const SOCH_OBSERVABILITY_NO_METRICS: u64 = 1;
/// `soch_observability_properties.flags`: spans are dropped. The host starts none.
pub const SOCH_OBSERVABILITY_NO_SPANS: u64 = 2;
/// `soch_observability_properties.flags`: log lines are dropped. The host gives none.
pub const SOCH_OBSERVABILITY_NO_LOGS: u64 = 4;

/// The properties of a sink, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at its
/// end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_observability_properties {
    /// `sizeof(soch_observability_properties)` of the host: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// Some of `SOCH_OBSERVABILITY_*` and `SOCH_PROPERTY_*` (rule 14).
    pub flags: u64,
    /// The least level of the log lines that it takes: one of `SOCH_LOG_*`.
    pub log_level: i32,
    /// 0 (rule 16).
    pub reserved: u32,
}

/// A sink of metrics, spans and logs, or of one of them. Its calls report no text: a plugin that cannot deliver says so
/// through `soch_host.log`, and the host goes on whatever the status. Grows at its end.
///
/// What a sink takes, as `describe` says, it delivers once: its texts and numbers as they were given, as far as its format has
/// room for them, the log lines of one thread in their order. Numbers may be NaN or infinite and names empty: what its format
/// has no room for it leaves out, and takes no harm.
///
/// A span's number is the sink's own. It is given again only after its span has ended. A sink takes no harm from a number
/// that no open span has.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_observability {
    /// `sizeof(soch_observability)` of the plugin.
    pub size: usize,
    /// Adds `value` to a counter. The order of labels has no meaning. Optional; the default does nothing. [any-thread]
    pub counter_inc: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: u64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Sets a gauge. Optional; the default does nothing. [any-thread]
    pub gauge_set: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: f64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Adds one observation to a histogram. Optional; the default does nothing. [any-thread]
    pub histogram_observe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            value: f64,
            labels: *const soch_label,
            count: usize,
        ) -> soch_status,
    >,
    /// Starts a span under `parent`, 0 for none, and sets `span` to its number, which is not 0. Optional; the default
    /// counts spans. [any-thread]
    pub span_start:
        Option<unsafe extern "C" fn(instance: *mut c_void, name: soch_str, parent: u64, span: *mut u64) -> soch_status>,
    /// Ends a span, once. `SOCH_NOT_FOUND` may be said of one that is not open. Optional; the default does nothing. [any-thread]
    pub span_end: Option<unsafe extern "C" fn(instance: *mut c_void, span: u64) -> soch_status>,
    /// Notes something that happened in a span. `SOCH_NOT_FOUND` may be said of one that is not open. Optional; the default does
    /// nothing. [any-thread]
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
    /// Fills `properties`. The host asks once, after `create`, and gives the sink nothing that it drops: the database does
    /// not even put together the text of a line that no sink takes. Optional; the default fills nothing, and the sink
    /// gets all. [any-thread]
    pub describe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            properties: *mut soch_observability_properties,
            error: *mut soch_error,
        ) -> soch_status,
    >,

    /// Lends the host's metrics, to be read whenever the plugin wants, until `destroy`; after any other status than
    /// `SOCH_OK` they are not lent. It comes at most once, before any metric. What `collect` gives is not pushed:
    /// the three functions at the top then get only metrics that the host keeps elsewhere. Reading costs the
    /// database nothing, while each push costs it a call. Optional; the default is `SOCH_UNSUPPORTED`, and the host
    /// pushes each change. Since 1.1. [any-thread]
    pub attach: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            metrics: *const soch_metrics,
            error: *mut soch_error,
        ) -> soch_status,
    >,

    /// Starts a span as `span_start` does, of which the host knows more. The number is one of those of `span_start`: a
    /// span that either started, `span_end` and `span_record_end` end alike. Optional group `span_record`; without it the
    /// host calls `span_start`, `span_event` with the attributes as texts, and `span_end`; what these do not take is lost.
    /// Since 1.1. [any-thread]
    pub span_record_start: Option<
        unsafe extern "C" fn(instance: *mut c_void, start: *const soch_span_start, span: *mut u64) -> soch_status,
    >,
    /// Notes something that happened in a span. `SOCH_NOT_FOUND` may be said of one that is not open. Optional group `span_record`.
    /// Since 1.1. [any-thread]
    pub span_record_event:
        Option<unsafe extern "C" fn(instance: *mut c_void, span: u64, event: *const soch_span_event) -> soch_status>,
    /// Ends a span, once. `SOCH_NOT_FOUND` may be said of one that is not open. Optional group `span_record`. Since 1.1. [any-thread]
    pub span_record_end:
        Option<unsafe extern "C" fn(instance: *mut c_void, span: u64, end: *const soch_span_end) -> soch_status>,
    /// Sets `context` to a span's ids and flags, by which another process continues the trace, and writes what
    /// `tracestate` has to `state`; `context.state` stays empty. `SOCH_NOT_FOUND` if the span is not open or has no ids.
    /// Optional group `span_record`. Since 1.1. [any-thread]
    pub span_context: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            span: u64,
            context: *mut soch_trace_context,
            state: *const soch_writer,
        ) -> soch_status,
    >,

    /// Takes a line of the database's log, of which the host knows more than `log` takes. Optional group `log_record`;
    /// without it the host calls `log` with the attributes as texts; what it does not take is lost. Since 1.1. [any-thread]
    pub log_record: Option<unsafe extern "C" fn(instance: *mut c_void, record: *const soch_log_record) -> soch_status>,

    /// Delivers what it was given and has buffered, and returns when that has arrived, or with what `call` answers. The host
    /// calls it when the application asks, not before `shutdown`, which delivers too. Optional; the default does nothing, as
    /// of a sink that buffers nothing. Since 1.1. [any-thread]
    pub flush: Option<
        unsafe extern "C" fn(instance: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status,
    >,
}
