//! Spans with all that W3C Trace Context and OpenTelemetry know of them.

use crate::attribute::soch_attribute;
use crate::call::{SOCH_SPAN_ID_SIZE, SOCH_TRACE_ID_SIZE};
use crate::data::soch_str;

/// Bit of `soch_trace_context.flags`: somebody keeps this trace.
pub const SOCH_TRACE_SAMPLED: u32 = 1;

/// A span as other processes know it, by the W3C's Trace Context. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_trace_context {
    /// The trace's id, which is not all 0.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))] // As in `soch_error`.
    pub trace_id: [u8; SOCH_TRACE_ID_SIZE],
    /// The span's id, which is not all 0.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub span_id: [u8; SOCH_SPAN_ID_SIZE],
    /// The eight trace flags, such as `SOCH_TRACE_SAMPLED` (rule 14).
    pub flags: u32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// What `tracestate` has, which vendors add to; may be empty.
    pub state: soch_str,
}

/// Another span that has to do with one. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_span_link {
    /// The other span.
    pub context: soch_trace_context,
    /// What is to be said of the link.
    pub attributes: *const soch_attribute,
    /// How many attributes.
    pub attribute_count: usize,
}

/// `soch_span_start.kind`: work inside of the database.
pub const SOCH_SPAN_INTERNAL: u32 = 0;
/// `soch_span_start.kind`: the answer to a request from elsewhere.
pub const SOCH_SPAN_SERVER: u32 = 1;
/// `soch_span_start.kind`: a request to elsewhere.
pub const SOCH_SPAN_CLIENT: u32 = 2;
/// `soch_span_start.kind`: a message that is sent.
pub const SOCH_SPAN_PRODUCER: u32 = 3;
/// `soch_span_start.kind`: a message that is worked on.
pub const SOCH_SPAN_CONSUMER: u32 = 4;

/// The beginning of a span, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_span_start {
    /// `sizeof(soch_span_start)` of the host.
    pub size: usize,
    /// The name.
    pub name: soch_str,
    /// One of `SOCH_SPAN_INTERNAL` to `SOCH_SPAN_CONSUMER` (rule 12).
    pub kind: u32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// The sink's own number of the parent, or 0.
    pub parent: u64,
    /// The parent in another process, or NULL. Not looked at if `parent` is not 0.
    pub remote_parent: *const soch_trace_context,
    /// Nanoseconds since 1970 in UTC, when it began; 0 for now.
    pub time: u64,
    /// Attributes.
    pub attributes: *const soch_attribute,
    /// How many attributes.
    pub attribute_count: usize,
    /// Links to other spans.
    pub links: *const soch_span_link,
    /// How many links.
    pub link_count: usize,
}

/// Something that happened in a span, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_span_event {
    /// `sizeof(soch_span_event)` of the host.
    pub size: usize,
    /// The name.
    pub name: soch_str,
    /// Nanoseconds since 1970 in UTC, when it happened; 0 for now.
    pub time: u64,
    /// Attributes.
    pub attributes: *const soch_attribute,
    /// How many attributes.
    pub attribute_count: usize,
}

/// `soch_span_end.status`: nobody said whether it went well.
pub const SOCH_SPAN_UNSET: u32 = 0;
/// `soch_span_end.status`: it went well.
pub const SOCH_SPAN_OK: u32 = 1;
/// `soch_span_end.status`: it failed.
pub const SOCH_SPAN_ERROR: u32 = 2;

/// The end of a span, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_span_end {
    /// `sizeof(soch_span_end)` of the host.
    pub size: usize,
    /// Nanoseconds since 1970 in UTC, when it ended; 0 for now.
    pub time: u64,
    /// One of `SOCH_SPAN_UNSET` to `SOCH_SPAN_ERROR` (rule 12).
    pub status: u32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// Why it failed; empty otherwise.
    pub text: soch_str,
    /// Attributes that are known at the end; one of the same name replaces that of the beginning.
    pub attributes: *const soch_attribute,
    /// How many attributes.
    pub attribute_count: usize,
}
