//! The telemetry that a sink sends to an OpenTelemetry collector, by OTLP: protobuf over HTTP.
//!
//! The numbers of fields are those of opentelemetry-proto, whose stable parts never change. They are read here, and not by a library, as
//! what libraries for this bring along is more than the whole command.

pub(crate) mod collector;

use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::seen::{Format, Record, Seen};
use crate::frame::outputs::wire::Message;
use std::fmt::Write;

/// The kind of telemetry in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Metrics,
    Logs,
}

/// The data points of each kind of metric: the field of the kind, its name, and the field of the attributes.
const KINDS: [(u64, &str, u64); 5] =
    [(5, "gauge", 7), (7, "sum", 7), (9, "histogram", 9), (10, "exponential histogram", 1), (11, "summary", 7)];

/// The value of `aggregation_temporality` of what grows from the begin on.
const CUMULATIVE: u64 = 2;

/// The records of all requests, in their order. Of a metric that grows from the begin on, only the last point of each series is there.
///
/// The texts of a metric begin with name and kind, those of a span with its name, the numbers of its trace, its own and its parent's.
/// The number of a span is its seconds. Its kind, its status and its links are facts, as are the severity of a line and its span.
///
/// # Errors
/// A request is no message of its path; the buckets of a histogram are not those of its count.
pub(super) fn records(requests: &[(Signal, Vec<u8>)]) -> Result<Seen, NotPassed> {
    let mut seen = Seen { format: Format::Otlp, records: Vec::new() };
    for (signal, body) in requests {
        let is_read = match signal {
            Signal::Traces => spans(body, &mut seen.records),
            Signal::Logs => logs(body, &mut seen.records),
            Signal::Metrics => metrics(body, &mut seen.records)?,
        };
        is_read.ok_or_else(|| format!("a request of {} bytes with {signal:?} is no message of OTLP", body.len()))?;
    }
    Ok(seen)
}

/// The messages that the scopes of all resources have in their field 2.
fn items(body: &[u8]) -> Option<Vec<Message<'_>>> {
    let mut all = Vec::new();
    for resource in Message::read(body)?.messages(1)? {
        for scope in resource.messages(2)? {
            all.extend(scope.messages(2)?);
        }
    }
    Some(all)
}

/// Adds the attributes of a message, those in this field.
fn attributes(message: &Message<'_>, field: u64, record: &mut Record) -> Option<()> {
    for attribute in message.messages(field)? {
        let (name, value) = (attribute.text(1)?.to_owned(), any(&Message::read(attribute.bytes(2))?)?);
        record.texts.extend([name.clone(), value.clone()]);
        record.pairs.push((name, value));
    }
    Some(())
}

/// The text of an attribute's value, or of a line's.
fn any(value: &Message<'_>) -> Option<String> {
    if let Some(flag) = value.varint(2) {
        return Some((flag != 0).to_string());
    }
    if let Some(integer) = value.varint(3) {
        return Some(integer.cast_signed().to_string());
    }
    if let Some(number) = value.double(4) {
        return Some(number.to_string());
    }
    value.text(1).map(str::to_owned)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn spans(body: &[u8], records: &mut Vec<Record>) -> Option<()> {
    for span in items(body)? {
        let mut record = Record::default();
        let status = Message::read(span.bytes(15))?;
        record.texts = vec![span.text(5)?.to_owned(), hex(span.bytes(1)), hex(span.bytes(2)), hex(span.bytes(4))];
        record.texts.push(status.text(2)?.to_owned());
        record.moments.extend([span.fixed(7), span.fixed(8)].into_iter().flatten());
        attributes(&span, 9, &mut record)?;
        let number = |number: Option<u64>| number.unwrap_or(0).to_string();
        record.facts = vec![
            ("kind", number(span.varint(6))),
            ("status", number(status.varint(3))),
            ("trace_state", span.text(3)?.to_owned()),
        ];
        for link in span.messages(13)? {
            let mut of_link = Record::default();
            attributes(&link, 4, &mut of_link)?;
            let (trace, span, state) = (hex(link.bytes(1)), hex(link.bytes(2)), link.text(3)?);
            record.facts.push(("link", format!("{trace} {span} {state} {:?}", of_link.pairs)));
        }
        records.push(record);
        for event in span.messages(11)? {
            let texts = vec![event.text(2)?.to_owned()];
            let mut record = Record { texts, moments: event.fixed(1).into_iter().collect(), ..Record::default() };
            attributes(&event, 3, &mut record)?;
            records.push(record);
        }
    }
    Some(())
}

fn logs(body: &[u8], records: &mut Vec<Record>) -> Option<()> {
    for line in items(body)? {
        let text = any(&Message::read(line.bytes(5))?)?;
        let texts = vec![text, line.text(3)?.to_owned()];
        let mut record = Record { texts, moments: line.fixed(1).into_iter().collect(), ..Record::default() };
        attributes(&line, 6, &mut record)?;
        record.facts = vec![
            ("severity_number", line.varint(2).unwrap_or(0).to_string()),
            ("trace_id", hex(line.bytes(9))),
            ("span_id", hex(line.bytes(10))),
        ];
        records.push(record);
    }
    Some(())
}

fn metrics(body: &[u8], records: &mut Vec<Record>) -> Result<Option<()>, NotPassed> {
    let Some(metrics) = items(body) else { return Ok(None) };
    for metric in metrics {
        for (field, kind, attributes_at) in KINDS {
            let Some(data) = metric.messages(field) else { return Ok(None) };
            for data in data {
                let Some(points) = data.messages(1) else { return Ok(None) };
                let grows = data.varint(2) == Some(CUMULATIVE) || kind == "gauge";
                for point in points {
                    let Some(record) = told(&metric, kind, &point, attributes_at) else { return Ok(None) };
                    if let Some(why) = miscounted(kind, &point) {
                        return Err(format!("{} {:?}: {why}", record.texts[0], record.pairs).into());
                    }
                    let is_same = |known: &Record| known.texts == record.texts && known.pairs == record.pairs;
                    match records.iter_mut().find(|known| grows && is_same(known)) {
                        Some(known) => *known = record,
                        None => records.push(record),
                    }
                }
            }
        }
    }
    Ok(Some(()))
}

fn told(metric: &Message<'_>, kind: &str, point: &Message<'_>, attributes_at: u64) -> Option<Record> {
    let mut record = Record { texts: vec![metric.text(1)?.to_owned(), kind.to_owned()], ..Record::default() };
    record.texts.extend([metric.text(2)?.to_owned(), metric.text(3)?.to_owned()]);
    attributes(point, attributes_at, &mut record)?;
    record.pairs.sort();
    record.texts[4..].sort();
    record.numbers = if matches!(kind, "gauge" | "sum") {
        let integer = point.fixed(6).map(u64::cast_signed);
        record.integers.extend(integer.map(i128::from));
        point.double(4).or(integer.map(|integer| integer as f64)).into_iter().collect()
    } else {
        [point.fixed(4).map(|count| count as f64), point.double(5)].into_iter().flatten().collect()
    };
    Some(record)
}

/// The fault of a histogram whose buckets are wrong; None of another metric.
fn miscounted(kind: &str, point: &Message<'_>) -> Option<String> {
    let (counts, bounds) = (point.all_fixed(6)?, point.all_fixed(7)?);
    if kind != "histogram" || counts.is_empty() {
        return None;
    }
    let (all, count) =
        (counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count)), point.fixed(4).unwrap_or(0));
    if counts.len() != bounds.len() + 1 {
        return Some(format!("a histogram with {} bounds has {} buckets", bounds.len(), counts.len()));
    }
    (all != count).then(|| format!("the buckets of a histogram hold {all} observations, and its count is {count}"))
}

#[cfg(test)]
mod tests;
