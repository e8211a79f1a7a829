//! Tests of a sink: texts of any length come whole, as far as the format has room for them.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use crate::sink::told::{lines, of_logs, of_spans, one_line};
use sochdb_plugin_host::sdk::{LogLevel, LogRecord, ObservabilityExtension};

suite!(Observability, "observability_sizes":
    metrics_with_long_texts_come_whole,
    metrics_with_many_labels_come_whole,
    lines_of_any_length_come_whole,
    spans_of_any_length_come_whole,
);

/// Lengths around those of rooms that are made in advance.
const SIZES: [usize; 16] =
    [100, 255, 256, 400, 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097, 33_001, 65_535, 65_537];
/// The longest line that passes every network in a datagram, what else is in it taken off. A sink of StatsD may leave out a longer
/// one; half of one tells of another metric.
const PASSES: usize = 1200;

/// The longest text that a page for Prometheus has in any case.
const SERVED: usize = 2048;
/// A datagram has room for a text of so many bytes, and not for two.
const HALF: usize = 33_000;

/// A text of so many bytes, in which a place that is cut shows.
fn text(begin: &str, len: usize) -> String {
    let mut text = begin.to_owned();
    while text.len() < len {
        text.push_str("0123456789x");
    }
    text.truncate(len.max(begin.len()));
    text
}

/// Checks what is told of one metric: all of it, or nothing where it has no room.
fn is_whole(seen: &Seen, begin: &str, (name, labels): (&str, &[(&str, &str)]), room: usize) -> Result<(), NotPassed> {
    let records: Vec<_> =
        seen.records.iter().filter(|record| record.texts.iter().any(|text| text.contains(begin))).collect();
    let len = name.len() + labels.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
    let whole = records.iter().filter(|record| record.is_of(name) && record.has_all(labels)).count();
    let is_left_out = records.is_empty() && len > room;
    ensure!(
        is_left_out || (whole > 0 && records.len() == whole),
        "a metric whose name and labels have {len} bytes is told in {} records, {whole} of them with all: texts come as they were \
         given",
        records.len()
    );
    Ok(())
}

/// The bytes of a metric and of its name for which there is room in this format. OpenTelemetry has names of 255 bytes, and who serves
/// pages for Prometheus bounds what they may become.
fn room(format: Format) -> (usize, usize) {
    match format {
        Format::StatsD => (PASSES, PASSES),
        Format::Prometheus => (SERVED, SERVED),
        Format::Otlp => (usize::MAX, 255),
        Format::Json => (usize::MAX, usize::MAX),
    }
}

fn metrics_with_long_texts_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    for len in SIZES {
        let (named, labelled) = (format!("checkedn{len}x"), format!("checkedl{len}x"));
        let (name, value) = (text(&named, len), text("begin", len));
        let sink = instance.observability()?;
        sink.gauge_set(&name, 1.5, &[("last", "end")]);
        sink.gauge_set(&labelled, 2.5, &[("text", &value), ("last", "end")]);
        // More may not come by UDP before somebody reads. What is left out as it has no room may be an error.
        let flushed = sink.flush();
        let seen = instance.output().ok_or("no output")?.something()?;
        let (room, of_name) = room(seen.format);
        if len <= of_name {
            flushed.must("flush")?;
        }
        is_whole(&seen, &named, (&name, &[("last", "end")]), of_name)?;
        is_whole(&seen, &labelled, (&labelled, &[("text", &value), ("last", "end")]), room)?;
        if seen.format == Format::StatsD && len > HALF {
            break;
        }
    }
    Ok(())
}

fn metrics_with_many_labels_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    for count in [30, 60, 120] {
        let names: Vec<String> = (0..count).map(|at| format!("label_{at:03}")).collect();
        let values: Vec<String> = (0..count).map(|at| format!("{at:05}")).collect();
        let labels: Vec<(&str, &str)> = names.iter().map(|name| &**name).zip(values.iter().map(|v| &**v)).collect();
        let name = format!("checkedmany{count}labels");
        instance.observability()?.counter_inc(&name, 30_011, &labels);
        let seen = flushed(&mut instance)?;
        is_whole(&seen, &name, (&name, &labels), room(seen.format).0)?;
    }
    Ok(())
}

/// Of characters of two bytes, one of which is at each border.
fn of_two(begin: &str, len: usize) -> String {
    let mut text = begin.to_owned();
    while text.len() < len {
        text.push('ü');
    }
    text
}

fn lines_of_any_length_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    instance.observability()?.log(LogLevel::Error, "checked short", &[]);
    lines(flushed(&mut instance)?)?;
    let sink = instance.observability()?;
    let message = |len: usize| text(&format!("checked message {len}"), len);
    let in_two = |len: usize| of_two(&format!("checked line {len}:"), len);
    let target = |len: usize| of_two("checked::", len);
    for len in SIZES {
        sink.log(LogLevel::Error, &message(len), &[("text", &of_two("", len)), ("last", "end")]);
        sink.log_record(
            &LogRecord::new(LogLevel::Error, &in_two(len))
                .with_target(&target(len))
                .with_attributes(&[("text", (&*text("", len)).into()), ("last", "end".into())]),
        );
    }
    let seen = lines(flushed(&mut instance)?)?;
    for len in SIZES {
        for (message, field) in [(message(len), of_two("", len)), (in_two(len), text("", len))] {
            let line = one_line(&seen, &message)?;
            ensure!(
                line.has_all(&[("text", &field), ("last", "end")]),
                "a line of the log with a message and a field of {len} bytes each is told with another field"
            );
            let cut = line.texts.iter().find(|text| text.starts_with("checked::") && **text != target(len));
            ensure!(cut.is_none(), "a line of the log with a target of {len} bytes is told with another target");
        }
    }
    Ok(())
}

fn spans_of_any_length_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    sink.span_end(sink.span_start("checked short", None));
    lines(flushed(&mut instance)?)?;
    let sink = instance.observability()?;
    let span_name = |len: usize| text(&format!("checked span {len}"), len);
    let event_name = |len: usize| of_two(&format!("checked event {len}:"), len);
    for len in SIZES {
        let span = sink.span_start(&span_name(len), None);
        sink.span_event(span, &event_name(len), &[("text", &of_two("", len)), (&text("name", len), "long")]);
        sink.span_end(span);
    }
    let seen = lines(flushed(&mut instance)?)?;
    for len in SIZES {
        let name = span_name(len);
        ensure!(!seen.saying(&name).is_empty(), "a span whose name has {len} bytes is not told with that name");
        let events = seen.saying(&event_name(len));
        let is_whole =
            events.iter().any(|event| event.has_all(&[("text", &of_two("", len)), (&text("name", len), "long")]));
        ensure!(is_whole, "an event whose name and attributes have {len} bytes each is told otherwise");
    }
    Ok(())
}
