//! A counter with three labels: ours beside those of the metrics crates that Rust programs use, each with a kept handle and by
//! its name.

use bench_support::frame::{Clock, Frame, Rows};
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use prometheus::{IntCounterVec, Opts};
use sochdb_plugin_host::PluginManager;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

const NAMES: [&str; 3] = ["table", "operation", "node"];
const VALUES: [&str; 3] = ["airports", "get", "eu-west-1"];

/// Adds one thread, and two.
pub fn add(frame: &mut Frame) {
    let labels: &'static [(&str, &str)] = Vec::leak(NAMES.into_iter().zip(VALUES).collect());
    let manager = Arc::new(PluginManager::new());
    let ours = manager.counter("operations", labels).expect("a new name");
    let theirs = IntCounterVec::new(Opts::new("operations", "operations"), &NAMES).expect("a name that it takes");
    let kept = theirs.with_label_values(&VALUES);
    metrics::set_global_recorder(PrometheusBuilder::new().build_recorder()).expect("nobody else set one");
    let facade = metrics::counter!("operations", labels);
    let provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(InMemoryMetricExporter::default()).build())
        .build();
    let telemetry = provider.meter("benchmark").u64_counter("operations").build();
    let attributes: &'static [KeyValue] =
        Vec::leak(labels.iter().map(|&(name, value)| KeyValue::new(name, value)).collect());
    // It lives as long as the counter counts.
    std::mem::forget(provider);

    let mut group = frame.group("counter with 3 labels", Clock::Thread);
    let plain = AtomicU64::new(0);
    group.row("relaxed fetch_add", move |at| at + (black_box(&plain).fetch_add(1, Relaxed) & 1));
    let counter = ours.clone();
    group.row("ours, kept", move |at| {
        black_box(&counter).add(1);
        at + 1
    });
    let counter = kept.clone();
    group.row("prometheus, kept", move |at| {
        black_box(&counter).inc();
        at + 1
    });
    let counter = facade.clone();
    group.row("metrics, kept", move |at| {
        black_box(&counter).increment(1);
        at + 1
    });
    let counter = telemetry.clone();
    group.row("opentelemetry, kept attributes", move |at| {
        black_box(&counter).add(1, black_box(attributes));
        at + 1
    });
    group.row("ours, by name", move |at| {
        manager.counter_inc(black_box("operations"), 1, black_box(labels));
        at + 1
    });
    group.row("prometheus, by labels", move |at| {
        theirs.with_label_values(black_box(&VALUES)).inc();
        at + 1
    });
    group.row("metrics, by name", move |at| {
        metrics::counter!("operations", "table" => "airports", "operation" => "get", "node" => "eu-west-1")
            .increment(1);
        at + 1
    });
    drop(group);

    let mut group = frame.group("kept counter, on each of two threads", Clock::Thread);
    let one = ours.clone();
    group.row("ours, one thread", move |at| {
        black_box(&one).add(1);
        at + 1
    });
    group.on_two_threads("ours", || {
        let counter = ours.clone();
        move |at| {
            black_box(&counter).add(1);
            at + 1
        }
    });
    group.on_two_threads("prometheus", || {
        let counter = kept.clone();
        move |at| {
            black_box(&counter).inc();
            at + 1
        }
    });
    group.on_two_threads("metrics", || {
        let counter = facade.clone();
        move |at| {
            black_box(&counter).increment(1);
            at + 1
        }
    });
    group.on_two_threads("opentelemetry, kept attributes", || {
        let counter = telemetry.clone();
        move |at| {
            black_box(&counter).add(1, black_box(attributes));
            at + 1
        }
    });
}
