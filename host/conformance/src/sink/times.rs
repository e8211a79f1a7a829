//! Tests of a sink: the times that it tells are in the unit that it says.

use crate::frame::must::{ensure, skip};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Record, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::readable::readable;
use crate::sink::told::{lines, of_spans};
use sochdb_plugin_host::sdk::abi::{SOCH_OK, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{LogLevel, LogRecord, ObservabilityExtension, SpanEnd, SpanEvent, SpanStart};
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

suite!(Observability, "observability_times":
    a_span_has_its_time_in_the_unit_that_is_said,
    what_happens_is_told_with_its_time,
);

const SPAN: &str = "checked slow";
/// The time of each span, of which there are two.
const TIME: Duration = Duration::from_millis(20);

/// The ends of names, and the seconds that one of their unit is.
const UNITS: [(&str, f64); 8] = [
    ("_seconds", 1.0),
    ("_milliseconds", 1e-3),
    ("_ms", 1e-3),
    ("_microseconds", 1e-6),
    ("_us", 1e-6),
    ("_nanoseconds", 1e-9),
    ("_ns", 1e-9),
    ("_s", 1.0),
];

/// The seconds that a number under this name means, if the name has a unit.
fn seconds(name: &str, number: f64) -> Option<f64> {
    UNITS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, unit)| number * unit)
}

/// The seconds that a record tells of the spans, each with the name that says the unit.
fn times(seen: &Seen, record: &Record) -> Vec<(String, f64)> {
    match (seen.format, &record.numbers[..]) {
        (Format::Prometheus, [sum]) if record.says(SPAN) => {
            let name = record.texts[0].strip_suffix("_sum");
            name.and_then(|name| Some((name.to_owned(), seconds(name, *sum)?))).into_iter().collect()
        }
        (Format::Otlp, _) if record.says(SPAN) => match record.moments[..] {
            [start, end] => vec![("the end without the start".to_owned(), (end as f64 - start as f64) / 1e9)],
            _ => Vec::new(),
        },
        (Format::Json, _) => {
            let is_time = |name: &str| ["duration", "elapsed", "took"].iter().any(|word| name.contains(word));
            let of_span = record.pairs.iter().filter(|(name, _)| is_time(name));
            of_span.filter_map(|(name, text)| Some((name.clone(), seconds(name, text.parse().ok()?)?))).collect()
        }
        _ => Vec::new(),
    }
}

/// The sum of the times of the spans, by name.
fn sums(seen: &Seen) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for (name, time) in seen.records.iter().flat_map(|record| times(seen, record)) {
        *sums.entry(name).or_default() += time;
    }
    sums
}

fn a_span_has_its_time_in_the_unit_that_is_said(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let begin = Instant::now();
    let simple = sink.span_start(SPAN, None);
    std::thread::sleep(TIME);
    sink.span_end(simple);
    let recorded = sink.start_span(&SpanStart::new(SPAN));
    std::thread::sleep(TIME);
    sink.end_span(recorded, &SpanEnd::new());
    let all = begin.elapsed().as_secs_f64();
    let sums = sums(&flushed(&mut instance)?);
    for (name, sum) in &sums {
        // A sink may time the spans of one way to start them.
        let least = TIME.as_secs_f64() / 2.0;
        ensure!(
            (least..=2.0 * all).contains(sum),
            "two spans took {all} s, each of them {TIME:?} at least, and {name} tells {sum} s by its unit"
        );
    }
    if sums.is_empty() {
        skip!("no time of a span is told under a name with a unit");
    }
    Ok(())
}

/// The time that is stated, in nanoseconds since 1970.
const STATED: u64 = 1_500_000_000_125_000_000;
/// Between what is told as now, and now: clocks are set meanwhile.
const NEAR: f64 = 3600.0;

/// The moments that a record tells: names with a unit, each with the seconds since 1970.
fn since_1970(record: &Record) -> impl Iterator<Item = (&str, f64)> {
    let is_moment = |name: &str| ["time", "start", "end"].iter().any(|word| name.starts_with(word));
    let named = record.pairs.iter().filter(move |(name, _)| is_moment(name));
    // The field of OpenTelemetry's JSON.
    let unit =
        |name: &str, number: f64| seconds(name, number).or_else(|| name.ends_with("UnixNano").then_some(number * 1e-9));
    named.filter_map(move |(name, text)| Some((&**name, unit(name, text.parse().ok()?)?)))
}

/// The seconds that this machine runs: a number up to these may be of a clock that began with it, or later.
fn up() -> f64 {
    let text = std::fs::read_to_string("/proc/uptime").ok();
    text.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_default()
}

fn is_now(seconds: f64) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    (seconds - now).abs() < NEAR
}

/// A sink may tell when it was told; what is neither that nor what was stated is another unit, or another clock's.
fn what_happens_is_told_with_its_time(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = readable(subject)?;
    let sink = instance.observability()?;
    if !sink.enabled(LogLevel::Error) && !sink.describe().takes_spans {
        skip!("log lines and spans are described as not taken");
    }
    // Where it lacks these, no time comes to it.
    let takes_records = sink
        .alone("log_record", |table, _, _| match (table.log_record, table.span_record_start) {
            (Some(_), Some(_)) => SOCH_OK,
            _ => SOCH_UNSUPPORTED,
        })
        .is_ok();
    let after = |milliseconds: u64| STATED + milliseconds * 1_000_000;
    let at = |milliseconds: u64| UNIX_EPOCH + Duration::from_nanos(after(milliseconds));
    sink.log(LogLevel::Error, "checked now", &[]);
    sink.log_record(&LogRecord::new(LogLevel::Error, "checked line").with_time(at(0)));
    let span = sink.start_span(&SpanStart::new("checked span").with_time(at(1)));
    sink.add_span_event(span, &SpanEvent::new("checked event").with_time(at(2)));
    sink.end_span(span, &SpanEnd::new().with_time(at(1003)));
    sink.end_span(sink.start_span(&SpanStart::new("checked now, too")), &SpanEnd::new());
    let seen = lines(flushed(&mut instance)?)?;
    let stated = [("checked line", vec![0]), ("checked span", vec![1, 1003]), ("checked event", vec![2])];
    let mut told = 0;
    for record in &seen.records {
        for (name, second) in since_1970(record) {
            let is_stated = (second - STATED as f64 * 1e-9).abs() < 2.0;
            ensure!(
                is_stated || is_now(second) || second <= up(),
                "{name} tells {second} s since 1970 by its unit, which is neither now nor what was stated: {:?}",
                record.pairs
            );
            told += 1;
        }
        let Some(expected) = stated.iter().find(|(name, _)| record.says(name)).map(|(_, moments)| moments) else {
            let wrong = record.moments.iter().find(|moment| !is_now(**moment as f64 * 1e-9));
            ensure!(wrong.is_none(), "what happens now is told as {wrong:?} ns since 1970: {:?}", record.texts);
            continue;
        };
        let expected: Vec<u64> = expected.iter().map(|milliseconds| after(*milliseconds)).collect();
        ensure!(
            seen.format != Format::Otlp || record.moments == expected || !takes_records,
            "{} is said to be at {expected:?} ns since 1970, and is told at {:?}",
            record.texts[0],
            record.moments
        );
        told += record.moments.len();
    }
    if told == 0 {
        skip!("no time is told under a name with a unit");
    }
    Ok(())
}
