//! Attributes and trace contexts, from the contract's form to OpenTelemetry's and back.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use opentelemetry::KeyValue;
use sochdb_plugin_sdk::{AttributeValue, Attributes, Labels, TraceContext};
use std::str::FromStr;

pub(crate) fn of(attributes: Attributes<'_>) -> Vec<KeyValue> {
    let one = |(name, value): &(&str, AttributeValue<'_>)| {
        let name = (*name).to_owned();
        Some(match *value {
            AttributeValue::Text(text) => KeyValue::new(name, text.to_owned()),
            AttributeValue::Integer(integer) => KeyValue::new(name, integer),
            AttributeValue::Number(number) => KeyValue::new(name, number),
            AttributeValue::Bool(is) => KeyValue::new(name, is),
            // Of a later version of the SDK.
            _ => return None,
        })
    };
    let mut kept = Vec::with_capacity(attributes.len());
    attributes.iter().filter_map(one).for_each(|attribute| put(&mut kept, attribute));
    kept
}

pub(crate) fn of_labels(labels: Labels<'_>) -> Vec<KeyValue> {
    labels.iter().map(|(name, value)| KeyValue::new((*name).to_owned(), (*value).to_owned())).collect()
}

/// Adds an attribute, in place of that of the same name: in OpenTelemetry there is one of each, and its SDK does not see to it.
pub(crate) fn put(attributes: &mut Vec<KeyValue>, attribute: KeyValue) {
    match attributes.iter_mut().find(|kept| kept.key == attribute.key) {
        Some(kept) => *kept = attribute,
        None => attributes.push(attribute),
    }
}

/// The context of a span of another process.
pub(crate) fn remote(context: &TraceContext) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(context.trace_id()),
        SpanId::from_bytes(context.span_id()),
        TraceFlags::new(context.flags()),
        true,
        // A state that is none is left out, as the W3C says.
        TraceState::from_str(context.state()).unwrap_or_default(),
    )
}

pub(crate) fn to_context(context: &SpanContext) -> Option<TraceContext> {
    let (trace, span) = (context.trace_id().to_bytes(), context.span_id().to_bytes());
    let context = TraceContext::new(trace, span, context.trace_flags().to_u8()).ok().map(|made| (made, context));
    context.map(|(made, context)| made.with_state(&context.trace_state().header()))
}
