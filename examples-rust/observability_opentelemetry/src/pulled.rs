//! The host's metrics as messages of OTLP.

use crate::config::SCOPE;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{any_value, AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint,
    Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use opentelemetry_sdk::Resource;
use sochdb_plugin_sdk::{Bucket, ExponentialBuckets, Labels, MetricValue, Metrics};
use std::time::{SystemTime, UNIX_EPOCH};

/// All totals count from the start on.
const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;
/// The bounds of a histogram whose bounds nobody chose: powers of 4 from a millionth to 67 millions, each of which is a bound
/// of the host's too, so that no count is a guess; and what is above. They stay the same while buckets fill.
const BOUNDS: usize = 24;
const SMALLEST: f64 = 1.0 / (1u64 << 20) as f64;

/// Reads the host's metrics; those of one name are one metric.
pub(crate) fn read(metrics: &Metrics) -> Vec<Metric> {
    let time_unix_nano = unix_nanoseconds(SystemTime::now());
    let mut all: Vec<Metric> = Vec::new();
    metrics.collect(|metric| {
        let attributes = attributes(metric.labels);
        let start_time_unix_nano = metric.start.map_or(0, unix_nanoseconds);
        let number = |value| NumberDataPoint {
            attributes: attributes.clone(),
            start_time_unix_nano,
            time_unix_nano,
            value: Some(value),
            ..Default::default()
        };
        let data = match metric.value {
            MetricValue::Counter(total) => sum(number(whole(total)), true),
            MetricValue::UpDown(total) => sum(number(Value::AsDouble(total)), false),
            MetricValue::Gauge(value) => Data::Gauge(Gauge { data_points: vec![number(Value::AsDouble(value))] }),
            MetricValue::Histogram { count, sum, buckets } => {
                let (explicit_bounds, bucket_counts) =
                    if metric.all_buckets { chosen(buckets) } else { coarser(buckets) };
                let point = HistogramDataPoint {
                    attributes: attributes.clone(),
                    start_time_unix_nano,
                    time_unix_nano,
                    count,
                    sum: Some(sum),
                    explicit_bounds,
                    bucket_counts,
                    ..Default::default()
                };
                Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality: CUMULATIVE })
            }
            MetricValue::Exponential(histogram) => {
                let point = ExponentialHistogramDataPoint {
                    attributes: attributes.clone(),
                    start_time_unix_nano,
                    time_unix_nano,
                    count: histogram.count,
                    sum: Some(histogram.sum),
                    scale: histogram.scale,
                    zero_count: histogram.zero_count,
                    zero_threshold: histogram.zero_threshold,
                    positive: buckets_of_sign(histogram.positive),
                    negative: buckets_of_sign(histogram.negative),
                    ..Default::default()
                };
                let data_points = vec![point];
                Data::ExponentialHistogram(ExponentialHistogram { data_points, aggregation_temporality: CUMULATIVE })
            }
            // Of a later version of the SDK.
            _ => return,
        };
        match all.last_mut() {
            Some(last) if last.name == metric.name => add(last, data),
            _ => all.push(Metric {
                name: metric.name.into(),
                description: metric.description.into(),
                unit: metric.unit.into(),
                data: Some(data),
                ..Default::default()
            }),
        }
    });
    all
}

/// A gauge with one value.
pub(crate) fn gauge(name: &str, unit: &str, description: &str, value: f64, time_unix_nano: u64) -> Metric {
    let point = NumberDataPoint { time_unix_nano, value: Some(Value::AsDouble(value)), ..Default::default() };
    let data = Some(Data::Gauge(Gauge { data_points: vec![point] }));
    Metric { name: name.into(), unit: unit.into(), description: description.into(), data, ..Default::default() }
}

pub(crate) fn request(metrics: Vec<Metric>, resource: &Resource) -> ExportMetricsServiceRequest {
    let scope = Some(InstrumentationScope { name: SCOPE.into(), ..Default::default() });
    let scope_metrics = vec![ScopeMetrics { scope, metrics, ..Default::default() }];
    let resource = Some(resource.into());
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { resource, scope_metrics, ..Default::default() }],
    }
}

pub(crate) fn unix_nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Adds the points of `more` to a metric of the same kind; one name is of one kind.
fn add(metric: &mut Metric, more: Data) {
    match (&mut metric.data, more) {
        (Some(Data::Sum(all)), Data::Sum(more)) => all.data_points.extend(more.data_points),
        (Some(Data::Gauge(all)), Data::Gauge(more)) => all.data_points.extend(more.data_points),
        (Some(Data::Histogram(all)), Data::Histogram(more)) => all.data_points.extend(more.data_points),
        (Some(Data::ExponentialHistogram(all)), Data::ExponentialHistogram(more)) => {
            all.data_points.extend(more.data_points);
        }
        // The host promises one kind a name.
        _ => {}
    }
}

fn sum(point: NumberDataPoint, is_monotonic: bool) -> Data {
    Data::Sum(Sum { data_points: vec![point], aggregation_temporality: CUMULATIVE, is_monotonic })
}

/// An integer, unless it is one that OTLP cannot write.
fn whole(total: u64) -> Value {
    i64::try_from(total).map_or(Value::AsDouble(total as f64), Value::AsInt)
}

fn attributes(labels: Labels<'_>) -> Vec<KeyValue> {
    let one = |(name, value): &(&str, &str)| KeyValue {
        key: (*name).into(),
        value: Some(AnyValue { value: Some(any_value::Value::StringValue((*value).into())) }),
        ..Default::default()
    };
    labels.iter().map(one).collect()
}

/// The bounds that the application chose, but for infinity, which OTLP does not write, and the counts.
fn chosen(buckets: &[Bucket]) -> (Vec<f64>, Vec<u64>) {
    let bounds = buckets.iter().map(|bucket| bucket.upper).filter(|upper| upper.is_finite());
    (bounds.collect(), buckets.iter().map(|bucket| bucket.count).collect())
}

/// The counts of the host's buckets in ours.
fn coarser(finer: &[Bucket]) -> (Vec<f64>, Vec<u64>) {
    let bounds: Vec<f64> = std::iter::successors(Some(SMALLEST), |bound| Some(bound * 4.0)).take(BOUNDS).collect();
    let mut counts = vec![0u64; BOUNDS + 1];
    for bucket in finer {
        let at = bounds.partition_point(|bound| *bound < bucket.upper);
        counts[at] = counts[at].wrapping_add(bucket.count);
    }
    (bounds, counts)
}

fn buckets_of_sign(buckets: ExponentialBuckets<'_>) -> Option<Buckets> {
    Some(Buckets { offset: buckets.offset, bucket_counts: buckets.counts.to_vec() })
}
