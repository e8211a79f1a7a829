//! The host's metrics, as a scrape finds them.

use crate::names::{Kind, LabelSet, Names};
use crate::native::Native;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use sochdb_plugin_sdk::{Bucket, ExponentialHistogram, Metric, MetricValue, Metrics};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// A histogram's bounds are powers of 4 from a millionth to 67 millions, each of which is a bound of the host's too,
/// so that no count is a guess; and infinity.
const BOUNDS: usize = 25;
const SMALLEST: f64 = 1.0 / (1u64 << 20) as f64;

/// What is shown of what was read, by the family's name and kind, and its labels.
#[derive(Debug, Default)]
pub(crate) struct Pulled(BTreeMap<(String, Kind), Family>);

#[derive(Debug, Default)]
struct Family {
    /// The database's sentence, if it has one.
    help: String,
    unit: String,
    series: BTreeMap<LabelSet, Value>,
}

#[derive(Debug)]
enum Value {
    Counter(u64),
    Gauge(f64),
    Histogram { count: u64, sum: f64, buckets: Vec<(f64, u64)>, native: Option<Native> },
}

impl Pulled {
    /// Reads the host's metrics, and keeps the series for which `admit` says so.
    pub(crate) fn read(metrics: &Metrics, mut admit: impl FnMut(&Metric<'_>, Kind) -> Option<Names>) -> Self {
        let mut pulled = Self::default();
        metrics.collect(|metric| {
            let (kind, value) = match metric.value {
                MetricValue::Counter(total) => (Kind::Counter, Value::Counter(total)),
                MetricValue::Gauge(value) => (Kind::Gauge, Value::Gauge(value)),
                MetricValue::Histogram { count, sum, buckets } => {
                    let buckets = if metric.all_buckets { as_they_are(buckets) } else { coarser(buckets) };
                    (Kind::Histogram, Value::Histogram { count, sum, buckets, native: None })
                }
                MetricValue::UpDown(total) => (Kind::Gauge, Value::Gauge(total)),
                MetricValue::Exponential(histogram) => {
                    let (count, sum, native) = (histogram.count, histogram.sum, Native::new(&histogram));
                    (Kind::Histogram, Value::Histogram { count, sum, buckets: coarser(&bounded(&histogram)), native })
                }
                // A kind that Prometheus does not know.
                _ => return,
            };
            if let Some(Names { family, kind, labels, .. }) = admit(metric, kind) {
                let family = pulled.0.entry((family, kind)).or_default();
                family.series.insert(labels, value);
                (family.help, family.unit) = (metric.description.to_owned(), metric.unit.to_owned());
            }
        });
        pulled
    }

    /// The histograms that Prometheus knows as native ones.
    pub(crate) fn natives(&self) -> HashMap<(String, LabelSet), Native> {
        let mut natives = HashMap::new();
        for ((name, _), family) in &self.0 {
            for (labels, value) in &family.series {
                if let Value::Histogram { native: Some(native), .. } = value {
                    natives.insert((name.clone(), labels.clone()), native.clone());
                }
            }
        }
        natives
    }
}

impl Value {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Counter(total) => encoder.encode_counter::<NoLabelSet, _, f64>(total, None),
            Self::Gauge(value) => encoder.encode_gauge(value),
            Self::Histogram { count, sum, buckets, .. } => {
                encoder.encode_histogram::<NoLabelSet>(*sum, *count, buckets, None)
            }
        }
    }
}

impl Collector for Pulled {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for ((family, kind), Family { help, unit, series }) in &self.0 {
            let help = help_text(family, *kind, help, unit);
            let mut encoder = encoder.encode_descriptor(family, &help, None, kind.metric_type())?;
            for (labels, value) in series {
                value.encode(encoder.encode_family(labels)?)?;
            }
        }
        Ok(())
    }
}

/// Lines that a series takes on the page: a histogram its buckets, its sum and its count.
pub(crate) fn lines(kind: Kind, chosen_buckets: Option<usize>) -> usize {
    match kind {
        Kind::Histogram => chosen_buckets.unwrap_or(BOUNDS) + 2,
        _ => 1,
    }
}

/// The buckets of a histogram whose bounds the application chose.
pub(crate) fn chosen_buckets(metric: &Metric<'_>) -> Option<usize> {
    match metric.value {
        MetricValue::Histogram { buckets, .. } if metric.all_buckets => Some(buckets.len()),
        _ => None,
    }
}

fn bounds() -> impl Iterator<Item = f64> {
    let finite = std::iter::successors(Some(SMALLEST), |bound| Some(bound * 4.0));
    finite.take(BOUNDS - 1).chain([f64::INFINITY])
}

/// A family's help as OpenMetrics writes it, with its unit: OpenMetrics has a line for that too, but only for names that end with the
/// unit's.
fn help_text(family: &str, kind: Kind, text: &str, unit: &str) -> String {
    let mut help = match text {
        "" => format!("The {} {family} of the database.", kind.name()),
        text => escaped(text),
    };
    if !unit.is_empty() {
        help.push_str(&format!(" Unit: {}", escaped(unit)));
    }
    help
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\\' | '"' => escaped.extend(['\\', character]),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

/// The bounds that the application chose.
fn as_they_are(chosen: &[Bucket]) -> Vec<(f64, u64)> {
    chosen.iter().map(|bucket| (bucket.upper, bucket.count)).collect()
}

/// The buckets of an exponential histogram by their upper bounds, which need not ascend. Those of a base that is at most 4, so
/// unless amounts differ by more than 4^160, have our bounds among theirs.
fn bounded(histogram: &ExponentialHistogram<'_>) -> Vec<Bucket> {
    let bound = |bucket: i64| (bucket as f64 * 2f64.powi(-histogram.scale)).exp2();
    let (positive, negative) = (histogram.positive, histogram.negative);
    let above = (i64::from(positive.offset) + 1..).zip(positive.counts);
    let above = above.map(|(upper, count)| Bucket { upper: bound(upper), count: *count });
    // The amount is above the lower bound, so the value is below 0.
    let below = negative.counts.iter().map(|count| Bucket { upper: 0.0, count: *count });
    below.chain([Bucket { upper: histogram.zero_threshold, count: histogram.zero_count }]).chain(above).collect()
}

/// The counts of the host's buckets in ours.
fn coarser(finer: &[Bucket]) -> Vec<(f64, u64)> {
    let mut buckets = [0; BOUNDS];
    for bucket in finer {
        let at = bounds().position(|bound| bucket.upper <= bound).unwrap_or(BOUNDS - 1);
        buckets[at] = bucket.count.wrapping_add(buckets[at]);
    }
    bounds().zip(buckets).collect()
}
