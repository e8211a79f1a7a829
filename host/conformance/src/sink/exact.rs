//! Tests of a sink: numbers that a double has no room for are told to the last digit, where the format has room for it.

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Format, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use crate::sink::readable::readable;
use crate::sink::told::{lines, of_logs, of_spans};
use sochdb_plugin_host::sdk::{
    AttributeValue, ErrorKind, HealthInfo, LogLevel, LogRecord, Metric, MetricValue, Metrics, ObservabilityExtension,
    SpanEvent,
};

suite!(Observability, "observability_exact":
    counters_keep_each_digit,
    lent_counters_keep_each_digit,
    attributes_keep_each_digit,
    health_keeps_each_digit,
);

/// Counts that are no doubles.
const COUNTS: [u64; 7] =
    [(1 << 53) + 1, 9_999_999_999_999_999, (1 << 60) + 3, (1 << 63) - 1, (1 << 63) + 1, u64::MAX - 2, u64::MAX];

/// The counts for which a format has room, each with its place among all: an integer of OTLP has a sign.
fn counts(seen: &Seen) -> Result<impl Iterator<Item = (usize, u64)>, NotPassed> {
    if seen.format == Format::Prometheus {
        skip!("Prometheus has no integers beyond those of a double");
    }
    let most = if seen.format == Format::Otlp { i64::MAX.cast_unsigned() } else { u64::MAX };
    Ok(COUNTS.into_iter().enumerate().filter(move |(_, count)| *count <= most))
}

fn are_whole(seen: &Seen, name: &str) -> Result<(), NotPassed> {
    for (at, count) in counts(seen)? {
        let records = seen.of(&format!("{name}_{at}"), &[]);
        let is_told = records.last().is_some_and(|record| seen.counts(record, count));
        ensure!(
            is_told,
            "a counter of {count} is told otherwise, where the format has room for each digit: numbers come as they were \
             given{}",
            told(&records)
        );
    }
    Ok(())
}

fn counters_keep_each_digit(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    for (at, count) in COUNTS.into_iter().enumerate() {
        instance.observability()?.counter_inc(&format!("checked_digits_{at}"), count, &[]);
    }
    are_whole(&flushed(&mut instance)?, "checked_digits")
}

fn lent_counters_keep_each_digit(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let lent = Metrics::new(|visit| {
        for (at, count) in COUNTS.into_iter().enumerate() {
            visit(&Metric::new(&format!("checked_lent_digits_{at}"), &[], MetricValue::Counter(count)));
        }
    });
    match instance.observability()?.attach(lent) {
        Err(error) if error.kind() == ErrorKind::Unsupported => skip!("`attach` is unsupported"),
        result => result.must("attach")?,
    }
    are_whole(&flushed(&mut instance)?, "checked_lent_digits")
}

const INTEGERS: [i64; 5] = [(1 << 53) + 1, -(1 << 53) - 1, i64::MAX, i64::MIN, -1];
const NUMBERS: [f64; 4] = [0.1 + 0.2, -1.5e-7, 7.25e12, 1.234_567_890_123e300];

/// Of lines of the log and of events, whose attributes come by other ways, too.
fn attributes_keep_each_digit(subject: &Subject) -> Result<(), NotPassed> {
    let names: Vec<String> = (0..9).map(|at| format!("checked_attribute_{at}")).collect();
    let values = INTEGERS.map(AttributeValue::Integer).into_iter().chain(NUMBERS.map(AttributeValue::Number));
    let attributes: Vec<(&str, AttributeValue<'_>)> = names.iter().map(|name| &**name).zip(values).collect();
    let are_whole = |seen: &Seen, what: &str| {
        let records = seen.saying(what);
        let record = records.first().ok_or_else(|| format!("{what:?} is not told"))?;
        for (name, value) in &attributes {
            let is = record.pairs.iter().filter(|(known, _)| known == name).map(|(_, text)| &**text);
            let is_told = is.clone().any(|text| match value {
                AttributeValue::Integer(integer) => text == integer.to_string(),
                AttributeValue::Number(number) => {
                    text.parse::<f64>().is_ok_and(|told| (told - number).abs() <= number.abs() * 1e-12)
                }
                _ => true,
            });
            ensure!(
                is_told,
                "{what:?} has the attribute {name} = {value:?}, and is told with {:?}: numbers come as they were given",
                is.collect::<Vec<_>>()
            );
        }
        Ok(())
    };
    let mut instance = readable(subject)?;
    let properties = instance.observability()?.describe();
    drop(instance);
    if properties.takes_spans {
        let mut instance = of_spans(subject)?;
        let sink = instance.observability()?;
        let span = sink.span_start("checked span", None);
        sink.add_span_event(span, &SpanEvent::new("checked event of digits").with_attributes(&attributes));
        sink.span_end(span);
        are_whole(&lines(flushed(&mut instance)?)?, "checked event of digits")?;
    }
    let mut instance = of_logs(subject)?;
    let record = LogRecord::new(LogLevel::Error, "checked line of digits").with_attributes(&attributes);
    instance.observability()?.log_record(&record);
    are_whole(&lines(flushed(&mut instance)?)?, "checked line of digits")
}

/// In StatsD, Prometheus and OTLP these are gauges, which are doubles.
fn health_keeps_each_digit(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = readable(subject)?;
    let mut health = HealthInfo::new(true);
    health.wal_size_bytes = (1 << 53) + 1;
    health.active_txns = (1 << 60) + 3;
    health.checkpoint_age_secs = u64::MAX;
    instance.observability()?.report_health(&health);
    instance.observability()?.flush().must("flush")?;
    let seen = instance.output().ok_or("no output")?.seen()?;
    if seen.format != Format::Json || !seen.records.iter().any(|record| record.tells(health.active_txns as f64)) {
        skip!("reports of health are not told as integers");
    }
    for (field, value) in [
        ("wal_size_bytes", health.wal_size_bytes),
        ("active_txns", health.active_txns),
        ("checkpoint_age_secs", health.checkpoint_age_secs),
    ] {
        let is_told = seen.records.iter().any(|record| seen.counts(record, value));
        ensure!(
            is_told,
            "{field} of a report of health is {value}, and told otherwise: numbers come as they were given"
        );
    }
    Ok(())
}
