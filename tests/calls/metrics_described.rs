//! Metrics with unit, description, chosen buckets and the kinds that OpenTelemetry has, as sinks in C and in Rust read them.

use sochdb_plugin_host::sdk::{
    Bucket, ExponentialBuckets, ExponentialHistogram, Metric, MetricValue, Metrics, ObservabilityExtension,
};
use sochdb_plugin_host::{ManagerError, MetricDescription, Observability, PluginManager};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use support::plugins::{Private, Recorder};
use support::sink::Sink;

/// What a plugin in C reads.
fn read_in_c(metrics: Metrics) -> Vec<String> {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::compile("reads_metrics", &[]).load_by(&loader).expect("the plugin loads");
    let plugin = library.instance("0").expect("an instance");
    let sink = plugin.observability().expect("a sink");
    sink.attach(metrics).expect("it reads");
    recorder.take();
    sink.report_health(&Default::default());
    recorder.take()
}

#[test]
fn a_description_reaches_every_series_of_its_name_and_no_other() {
    let manager = PluginManager::new();
    let seconds = MetricDescription::new("Time that queries took").with_unit("s").with_bounds(&[0.1, 0.5, 2.5]);
    manager.describe_metric("query_seconds", &seconds).expect("described");
    let before = SystemTime::now();
    for value in [0.1, 0.1000001, 0.5, 2.0, 3.0, -1.0, f64::NAN] {
        manager.histogram("query_seconds", &[("kind", "select")]).expect("a histogram").observe(value);
    }
    manager.histogram_observe("query_seconds", 9.0, &[]);
    manager.histogram_observe("other_seconds", 9.0, &[]);
    manager.counter_inc("reads", 1, &[]);
    manager.describe_metric("reads", &MetricDescription::new("Rows").with_unit("{row}")).expect("described later");
    let open = manager.up_down_counter("open", &[]).expect("an up-down counter");
    open.add(5);
    open.add(-7);
    manager.gauge_set("now", 1.0, &[]);
    let told = [
        "gauge now: 0 1",
        "up-down counter open: 0 -2",
        "histogram other_seconds: 1 9 10:1",
        "histogram query_seconds kind=select: 6 4.7 0.1:2 0.5:2 2.5:1 inf:1 all [s] Time that queries took",
        "histogram query_seconds: 1 9 0.1:0 0.5:0 2.5:0 inf:1 all [s] Time that queries took",
        "counter reads: 1 0 [{row}] Rows",
        "counter sochdb_dropped_updates: 0 0",
    ];
    assert_eq!(read_in_c(manager.metrics()), told);
    let mut starts = 0;
    manager.metrics().collect(|metric| match metric.start {
        Some(start) if !metric.name.starts_with("sochdb_") => {
            assert!(before <= start && start <= SystemTime::now(), "{} began at {start:?}", metric.name);
            starts += 1;
        }
        other => assert_eq!(other.is_none(), metric.name == "now", "{}", metric.name),
    });
    assert_eq!(starts, 5);
}

#[test]
fn an_application_may_give_exponential_histograms() {
    let metrics = Metrics::new(|visit| {
        let positive = ExponentialBuckets { offset: -2, counts: &[1, 0, 4] };
        let histogram =
            ExponentialHistogram { count: 6, sum: 1.5, scale: 4, zero_count: 1, positive, ..Default::default() };
        visit(&Metric::new("spread", &[], MetricValue::Exponential(histogram)).with_start(SystemTime::now()));
    });
    assert_eq!(read_in_c(metrics), ["exponential histogram spread: 6 1.5 scale=4 zero=1 offset=-2 1 0 4"]);
}

#[test]
fn bounds_that_are_none_are_refused_and_good_ones_count_as_they_say() {
    let manager = PluginManager::new();
    let many: Vec<f64> = (0..65).map(f64::from).collect();
    for wrong in [&[1.0, 1.0][..], &[2.0, 1.0], &[f64::NAN], &[0.0, f64::INFINITY], &[f64::NEG_INFINITY, 0.0], &many] {
        let refused = manager.describe_metric("sizes", &MetricDescription::new("").with_bounds(wrong));
        let refused = refused.expect_err("such bounds are none");
        assert!(matches!(&refused, ManagerError::MetricBounds { limit: 64, name } if name == "sizes"), "{refused}");
    }
    for count in [1, 2, 63, 64] {
        let name = format!("sizes_{count}");
        let bounds = &many[..count];
        manager.describe_metric(&name, &MetricDescription::new("").with_bounds(bounds)).expect("described");
        let histogram = manager.histogram(&name, &[]).expect("a histogram");
        let values: Vec<f64> = bounds.iter().flat_map(|bound| [bound.next_down(), *bound, bound.next_up()]).collect();
        values.iter().for_each(|value| histogram.observe(*value));
        let expected: Vec<u64> = bounds
            .iter()
            .map(|bound| values.iter().filter(|value| *value <= bound).count() as u64)
            .chain([values.len() as u64])
            .scan(0, |before, at_most| Some(at_most - std::mem::replace(before, at_most)))
            .collect();
        let mut seen = Vec::new();
        manager.metrics().collect(|metric| {
            if let (true, MetricValue::Histogram { buckets, .. }) = (metric.name == name, metric.value) {
                seen.extend(buckets.iter().map(|Bucket { count, .. }| *count));
            }
        });
        assert_eq!(seen, expected, "{count} bounds");
    }
}

#[test]
fn descriptions_without_end_find_an_end() {
    let manager = PluginManager::new();
    let long = "x".repeat(PluginManager::MAX_SERIES_BYTES / 2);
    for _ in 0..5 {
        manager.describe_metric("one", &MetricDescription::new(&long)).expect("it takes the place of the one before");
    }
    let refused = manager.describe_metric("two", &MetricDescription::new(&long)).expect_err("there is no room");
    assert_eq!(refused, ManagerError::TooManyBytes { limit: PluginManager::MAX_SERIES_BYTES });
    manager.describe_metric("one", &MetricDescription::new("")).expect("that makes room");
    let full = (0..).find(|at| manager.describe_metric(&format!("{at}"), &MetricDescription::new("")).is_err());
    assert_eq!(full, Some(PluginManager::MAX_SERIES - 1));
}

/// It knows no total that shrinks.
#[test]
fn a_sink_that_does_not_read_gets_an_up_down_counter_as_a_gauge() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tells = told.clone();
    let sink = Sink::new("pushing", move |line| tells.lock().expect("no panic").push(line.to_owned()));
    let manager = PluginManager::new();
    manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    let open = manager.up_down_counter("open", &[]).expect("an up-down counter");
    [3, -5].into_iter().for_each(|value| open.add(value));
    let told: Vec<String> = told.lock().expect("no panic").drain(..).filter(|line| line.contains("open")).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("gauge") && told[0].contains('3') && told[1].contains("-2"), "{told:?}");
}
