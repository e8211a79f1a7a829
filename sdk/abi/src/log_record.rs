//! Log lines with all that OpenTelemetry knows of them.

use crate::attribute::soch_attribute;
use crate::data::soch_str;
use crate::span::soch_trace_context;

/// A line of the database's log, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_log_record {
    /// `sizeof(soch_log_record)` of the host.
    pub size: usize,
    /// Nanoseconds since 1970 in UTC, when it happened; 0 for now.
    pub time: u64,
    /// One of `SOCH_LOG_*` (rule 2).
    pub level: i32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// The message.
    pub message: soch_str,
    /// The part of the database that says it, such as `sochdb::compaction`; may be empty.
    pub target: soch_str,
    /// The sink's own number of the span in which it happened, or 0.
    pub span: u64,
    /// The span in which it happened, if it is of another process, or NULL. Not looked at if `span` is not 0.
    pub remote_span: *const soch_trace_context,
    /// Attributes.
    pub attributes: *const soch_attribute,
    /// How many attributes.
    pub attribute_count: usize,
}
