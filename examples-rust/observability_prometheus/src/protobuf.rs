//! The messages `io.prometheus.client.MetricFamily` that Prometheus reads, each after its length. The numbers of their fields
//! are those of `metrics.proto` of Prometheus' `client_model`.

use crate::names::LabelSet;
use crate::native::{Buckets, Native};
use crate::samples::{families, Family, Series};
use std::collections::HashMap;

/// Native histograms by the name of their family, and their labels.
pub(crate) type Natives = HashMap<(String, LabelSet), Native>;

/// `page`, in the OpenMetrics text format, as messages; a histogram among `natives` is a native one, too.
pub(crate) fn encode(page: &str, natives: &Natives) -> Vec<u8> {
    let mut messages = Message::default();
    for family in families(page) {
        let message = family_message(family, natives);
        messages.varint(message.0.len() as u64);
        messages.0.extend_from_slice(&message.0);
    }
    messages.0
}

fn family_message(family: Family, natives: &Natives) -> Message {
    let Family { mut name, help, kind, series } = family;
    let mut metrics = Vec::with_capacity(series.len());
    for one in series {
        let mut message = Message::default();
        for (label, value) in &one.labels {
            let mut pair = Message::default();
            pair.text(1, label);
            pair.text(2, value);
            message.message(1, &pair);
        }
        let mut value = Message::default();
        value.double(1, one.value);
        match &*kind {
            "counter" => message.message(3, &value),
            "histogram" => {
                let key = (std::mem::take(&mut name), one.labels.clone());
                message.message(7, &histogram(&one, natives.get(&key)));
                name = key.0;
            }
            _ => message.message(2, &value),
        }
        metrics.push(message);
    }
    let number = match &*kind {
        "counter" => 0,
        "histogram" => 4,
        _ => 1,
    };
    if kind == "counter" {
        name.push_str("_total");
    }
    let mut message = Message::default();
    message.text(1, &name);
    message.text(2, &help);
    message.number(3, number);
    metrics.iter().for_each(|metric| message.message(4, metric));
    message
}

fn histogram(series: &Series, native: Option<&Native>) -> Message {
    let mut message = Message::default();
    // Prometheus refuses a native one whose buckets have another sum.
    message.number(1, native.map_or(series.count, Native::count));
    message.double(2, series.value);
    for (bound, count) in &series.buckets {
        let mut bucket = Message::default();
        bucket.number(1, *count);
        bucket.double(2, *bound);
        message.message(3, &bucket);
    }
    if let Some(native) = native {
        message.signed(5, native.schema.into());
        message.double(6, native.zero_threshold);
        message.number(7, native.zero_count);
        buckets(&mut message, 9, &native.negative);
        buckets(&mut message, 12, &native.positive);
        if native.positive.is_empty() {
            // By a span, be it empty, Prometheus knows a native one.
            span(&mut message, 12, 0, 0);
        }
    }
    message
}

/// Spans of buckets that follow each other in field `first`, and how much each has more than the one before it in the next.
fn buckets(message: &mut Message, first: u32, buckets: &Buckets) {
    let mut end = 0;
    for run in buckets.chunk_by(|one, other| one.0 + 1 == other.0) {
        span(message, first, run[0].0 - end, run.len() as u64);
        end = run[0].0 + run.len() as i64;
    }
    let mut before = 0;
    for (_, count) in buckets {
        message.signed(first + 1, count.wrapping_sub(before) as i64);
        before = *count;
    }
}

fn span(message: &mut Message, field: u32, offset: i64, length: u64) {
    let mut span = Message::default();
    span.signed(1, offset);
    span.number(2, length);
    message.message(field, &span);
}

/// A message in the wire format of protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn key(&mut self, field: u32, wire: u32) {
        self.varint(u64::from(field << 3 | wire));
    }

    fn number(&mut self, field: u32, number: u64) {
        self.key(field, 0);
        self.varint(number);
    }

    /// As a number without a sign, the small ones first.
    fn signed(&mut self, field: u32, number: i64) {
        self.number(field, (number << 1 ^ number >> 63) as u64);
    }

    fn double(&mut self, field: u32, number: f64) {
        self.key(field, 1);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, field: u32, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    fn message(&mut self, field: u32, message: &Self) {
        self.bytes(field, &message.0);
    }

    fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}
