//! Tests of a sink: the times that it tells are in the unit that it says.

use crate::frame::must::{ensure, skip};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Record, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::told::of_spans;
use sochdb_plugin_host::sdk::{ObservabilityExtension, SpanEnd, SpanStart};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

suite!(Observability, "observability_times": a_span_has_its_time_in_the_unit_that_is_said);

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
        (Format::Otlp, [time]) if record.says(SPAN) => vec![("the end without the start".to_owned(), *time)],
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
