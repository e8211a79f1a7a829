//! The records of spans and log lines, to the form that crosses and back.

use crate::attribute::{self, Attributes};
use crate::error::{Error, Result};
use crate::host::LogLevel;
use crate::log_record::LogRecord;
use crate::machinery::boundary::{slice, ReadLent};
use crate::span::{SpanEnd, SpanEvent, SpanKind, SpanLink, SpanParent, SpanStart, SpanStatus};
use crate::trace_context::TraceContext;
use sochdb_plugin_abi::*;
use std::mem::size_of;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The nanoseconds since 1970; 0, which stands for now, for what is no time of those.
#[must_use]
pub fn nanoseconds(time: Option<SystemTime>) -> u64 {
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

pub(crate) fn time(nanoseconds: u64) -> Option<SystemTime> {
    (nanoseconds != 0).then(|| UNIX_EPOCH + Duration::from_nanos(nanoseconds))
}

/// The sink's own number, and the context of another process's span.
fn lend_parent<'a>(parent: SpanParent<'a>) -> (u64, Option<soch_trace_context>) {
    match parent {
        SpanParent::None => (0, None),
        SpanParent::Span(span) => (span, None),
        SpanParent::Remote(context) => (0, Some(context.as_raw())),
    }
}

fn pointer(context: &Option<soch_trace_context>) -> *const soch_trace_context {
    context.as_ref().map_or(std::ptr::null(), |context| context)
}

/// Gives the attributes as pairs of texts, for a sink that takes no others.
pub fn with_texts<R>(attributes: Attributes<'_>, call: impl FnOnce(&[(&str, &str)]) -> R) -> R {
    if attributes.is_empty() {
        return call(&[]);
    }
    let texts: Vec<String> = attributes.iter().map(|(_, value)| value.to_string()).collect();
    let labels: Vec<(&str, &str)> = attributes.iter().zip(&texts).map(|((name, _), text)| (*name, &**text)).collect();
    call(&labels)
}

/// Lends the beginning of a span.
pub fn with_raw_start<R>(start: &SpanStart<'_>, call: impl FnOnce(*const soch_span_start) -> R) -> R {
    let (parent, remote) = lend_parent(start.parent);
    let lend_all = |link: &SpanLink<'_>| attribute::with_lent(link.attributes, <[soch_attribute]>::to_vec);
    let attributes_of_links: Vec<_> = start.links.iter().map(lend_all).collect();
    let link = |(link, attributes): (&SpanLink<'_>, &Vec<soch_attribute>)| soch_span_link {
        context: link.context.as_raw(),
        attributes: attributes.as_ptr(),
        attribute_count: attributes.len(),
    };
    let links: Vec<soch_span_link> = start.links.iter().zip(&attributes_of_links).map(link).collect();
    attribute::with_lent(start.attributes, |attributes| {
        call(&soch_span_start {
            size: size_of::<soch_span_start>(),
            name: soch_str::lend(start.name),
            kind: start.kind.as_raw(),
            reserved: 0,
            parent,
            remote_parent: pointer(&remote),
            time: nanoseconds(start.time),
            attributes: attributes.as_ptr(),
            attribute_count: attributes.len(),
            links: links.as_ptr(),
            link_count: links.len(),
        })
    })
}

/// Lends an event of a span.
pub fn with_raw_event<R>(event: &SpanEvent<'_>, call: impl FnOnce(*const soch_span_event) -> R) -> R {
    attribute::with_lent(event.attributes, |attributes| {
        call(&soch_span_event {
            size: size_of::<soch_span_event>(),
            name: soch_str::lend(event.name),
            time: nanoseconds(event.time),
            attributes: attributes.as_ptr(),
            attribute_count: attributes.len(),
        })
    })
}

/// Lends the end of a span.
pub fn with_raw_end<R>(end: &SpanEnd<'_>, call: impl FnOnce(*const soch_span_end) -> R) -> R {
    let (status, text) = match end.status {
        SpanStatus::Unset => (SOCH_SPAN_UNSET, ""),
        SpanStatus::Ok => (SOCH_SPAN_OK, ""),
        SpanStatus::Error(text) => (SOCH_SPAN_ERROR, text),
    };
    attribute::with_lent(end.attributes, |attributes| {
        call(&soch_span_end {
            size: size_of::<soch_span_end>(),
            time: nanoseconds(end.time),
            status,
            reserved: 0,
            text: soch_str::lend(text),
            attributes: attributes.as_ptr(),
            attribute_count: attributes.len(),
        })
    })
}

/// Lends a line of the log.
pub fn with_raw_log<R>(record: &LogRecord<'_>, call: impl FnOnce(*const soch_log_record) -> R) -> R {
    let (span, remote) = lend_parent(record.span);
    attribute::with_lent(record.attributes, |attributes| {
        call(&soch_log_record {
            size: size_of::<soch_log_record>(),
            time: nanoseconds(record.time),
            level: record.level.as_raw(),
            reserved: 0,
            message: soch_str::lend(record.message),
            target: soch_str::lend(record.target),
            span,
            remote_span: pointer(&remote),
            attributes: attributes.as_ptr(),
            attribute_count: attributes.len(),
        })
    })
}

/// The context of another process's span. One that is none, such as an id of zeros, stands for no parent.
///
/// # Safety
/// `context` is NULL or lent.
unsafe fn remote(context: *const soch_trace_context) -> Option<TraceContext> {
    // SAFETY: the caller passes the other side's promise on.
    unsafe { context.as_ref().and_then(|context| TraceContext::from_raw(context).ok()) }
}

fn parent<'a>(span: u64, remote: &'a Option<TraceContext>) -> SpanParent<'a> {
    match (span, remote) {
        (0, Some(context)) => SpanParent::Remote(context),
        (0, None) => SpanParent::None,
        (span, _) => SpanParent::Span(span),
    }
}

/// Reads the beginning of a span, and gives it to `call`.
///
/// # Safety
/// `raw` is NULL or lent for the call, with all that it leads to.
pub(crate) unsafe fn with_start<R>(raw: *const soch_span_start, call: impl FnOnce(&SpanStart<'_>) -> R) -> Result<R> {
    // SAFETY: the caller passes the other side's promise on, here and below.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::invalid("the start of a span is NULL"))?;
    // SAFETY: as above.
    let (name, attributes, remote, raw_links) = unsafe {
        let attributes = attribute::read(raw.attributes, raw.attribute_count)?;
        (raw.name.read()?, attributes, remote(raw.remote_parent), slice(raw.links, raw.link_count)?)
    };
    let mut linked = Vec::with_capacity(raw_links.len());
    for link in raw_links {
        // SAFETY: as above.
        let attributes = unsafe { attribute::read(link.attributes, link.attribute_count)? };
        // SAFETY: as above. A link to nothing is passed over.
        if let Ok(context) = unsafe { TraceContext::from_raw(&link.context) } {
            linked.push((context, attributes));
        }
    }
    let links: Vec<SpanLink<'_>> =
        linked.iter().map(|(context, attributes)| SpanLink { context: context.clone(), attributes }).collect();
    Ok(call(&SpanStart {
        name,
        kind: SpanKind::from_raw(raw.kind),
        parent: parent(raw.parent, &remote),
        time: time(raw.time),
        attributes: &attributes,
        links: &links,
    }))
}

/// Reads an event of a span, and gives it to `call`.
///
/// # Safety
/// As for [`with_start`].
pub(crate) unsafe fn with_event<R>(raw: *const soch_span_event, call: impl FnOnce(&SpanEvent<'_>) -> R) -> Result<R> {
    // SAFETY: the caller passes the other side's promise on, here and below.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::invalid("the event of a span is NULL"))?;
    // SAFETY: as above.
    let (name, attributes) = unsafe { (raw.name.read()?, attribute::read(raw.attributes, raw.attribute_count)?) };
    Ok(call(&SpanEvent { name, time: time(raw.time), attributes: &attributes }))
}

/// Reads the end of a span, and gives it to `call`.
///
/// # Safety
/// As for [`with_start`].
pub(crate) unsafe fn with_end<R>(raw: *const soch_span_end, call: impl FnOnce(&SpanEnd<'_>) -> R) -> Result<R> {
    // SAFETY: the caller passes the other side's promise on, here and below.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::invalid("the end of a span is NULL"))?;
    // SAFETY: as above.
    let (text, attributes) = unsafe { (raw.text.read()?, attribute::read(raw.attributes, raw.attribute_count)?) };
    let status = match raw.status {
        SOCH_SPAN_OK => SpanStatus::Ok,
        SOCH_SPAN_ERROR => SpanStatus::Error(text),
        _ => SpanStatus::Unset,
    };
    Ok(call(&SpanEnd { time: time(raw.time), status, attributes: &attributes }))
}

/// Reads a line of the log, and gives it to `call`.
///
/// # Safety
/// As for [`with_start`].
pub(crate) unsafe fn with_log<R>(raw: *const soch_log_record, call: impl FnOnce(&LogRecord<'_>) -> R) -> Result<R> {
    // SAFETY: the caller passes the other side's promise on, here and below.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::invalid("the log record is NULL"))?;
    // SAFETY: as above.
    let (message, target, remote, attributes) = unsafe {
        let attributes = attribute::read(raw.attributes, raw.attribute_count)?;
        (raw.message.read()?, raw.target.read()?, remote(raw.remote_span), attributes)
    };
    Ok(call(&LogRecord {
        level: LogLevel::from_raw(raw.level),
        message,
        target,
        time: time(raw.time),
        span: parent(raw.span, &remote),
        attributes: &attributes,
    }))
}
