//! Tests of a sink: metrics of each kind that it reads, and what it tells of them.

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Format, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, is_typed, of_metrics};
use sochdb_plugin_host::sdk::{
    ErrorKind, ExponentialBuckets, ExponentialHistogram, Labels, Metric, MetricValue, Metrics, ObservabilityExtension,
};

suite!(Observability, "observability_kinds": a_lent_metric_of_each_kind_is_told);

/// The labels of two series that differ in one of them, whichever it is.
const SERIES: [Labels<'static>; 4] = [
    &[("a", "1"), ("b", "1"), ("c", "1")],
    &[("a", "1"), ("b", "1"), ("c", "2")],
    &[("a", "1"), ("b", "2"), ("c", "1")],
    &[("a", "2"), ("b", "1"), ("c", "1")],
];

/// The exponential histogram of 3 observations below 0, one of about 0, and 5 of which 4 are at most 2.
fn spread(sum: f64) -> ExponentialHistogram<'static> {
    ExponentialHistogram {
        count: 9,
        sum,
        scale: 0,
        zero_count: 1,
        zero_threshold: 0.0,
        positive: ExponentialBuckets { offset: 0, counts: &[4, 1] },
        negative: ExponentialBuckets { offset: 0, counts: &[2, 1] },
    }
}

fn lent() -> Metrics {
    Metrics::new(|visit| {
        for (at, labels) in (0..).zip(SERIES) {
            visit(&Metric::new("checked_turns", labels, MetricValue::Counter(30_011 + at)));
        }
        for (at, labels) in (0..).zip(SERIES) {
            visit(&Metric::new("checked_open", labels, MetricValue::UpDown(-12.5 - f64::from(at))));
        }
        for (at, labels) in (0..).zip(SERIES) {
            visit(&Metric::new("checked_spread", labels, MetricValue::Exponential(spread(-2.5 - f64::from(at)))));
        }
    })
}

/// The one record of a name with these labels tells a number.
fn tells(seen: &Seen, name: &str, labels: Labels<'_>, value: f64) -> Result<(), NotPassed> {
    let records = seen.of(name, labels);
    let is_told = records.last().is_some_and(|record| record.tells(value));
    ensure!(is_told, "{name} with the labels {labels:?} is {value}, and told otherwise{}", told(&records));
    ensure!(
        seen.format != Format::Prometheus || records.len() == 1,
        "the page has {} samples of {name} with the labels {labels:?}",
        records.len()
    );
    Ok(())
}

fn a_lent_metric_of_each_kind_is_told(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    match instance.observability()?.attach(lent()) {
        Err(error) if error.kind() == ErrorKind::Unsupported => skip!("`attach` is unsupported"),
        result => result.must("attach")?,
    }
    let seen = flushed(&mut instance)?;
    for (at, labels) in (0..).zip(SERIES) {
        tells(&seen, "checked_turns", labels, f64::from(30_011 + at))?;
        tells(&seen, "checked_open", labels, -12.5 - f64::from(at))?;
        if seen.format == Format::Prometheus {
            tells(&seen, "checked_spread_sum", labels, -2.5 - f64::from(at))?;
            tells(&seen, "checked_spread_count", labels, 9.0)?;
            at_most(&seen, labels)?;
        }
    }
    if seen.format == Format::Prometheus {
        is_typed(&seen, "checked_open", &["gauge", "unknown", "untyped", ""])?;
    }
    Ok(())
}

/// Each bucket counts all that is not above its bound, what is below 0 as well.
fn at_most(seen: &Seen, labels: Labels<'_>) -> Result<(), NotPassed> {
    for record in seen.of("checked_spread_bucket", labels) {
        let bound = record.pairs.iter().find(|(name, _)| name == "le").ok_or("a bucket has no label `le`")?.1.as_str();
        let upper: f64 = bound.parse().ok().ok_or_else(|| format!("a bucket has the bound {bound:?}"))?;
        let least = match upper {
            upper if upper == f64::INFINITY => 9,
            // Of a bound within a bucket of the host's it is not known how many are below.
            upper if upper >= 4.0 => 9,
            upper if upper >= 2.0 => 8,
            upper if upper >= 0.0 => 4,
            _ => 0,
        };
        let count = record.numbers.first().copied().unwrap_or(-1.0);
        let most = if upper >= 4.0 { 9 } else { least + 4 };
        ensure!(
            (f64::from(least)..=f64::from(most)).contains(&count),
            "of 9 observations, 3 of them below 0, at least {least} are not above {bound}, and its bucket has {count}"
        );
    }
    Ok(())
}
