//! Spans and log lines, which go to each sink, beside the list behind a lock that SochDB has.

use crate::frame::Rows;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, Labels, LogLevel, Metrics, ObservabilityExtension, Result};
use sochdb_plugin_host::{Observability, PluginManager};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, RwLock};

/// What a change is labelled with.
pub const LABELS: Labels<'static> = &[("table", "airports"), ("operation", "get"), ("node", "eu-west-1")];
/// A span to one sink, which the benchmark of instructions has a limit for.
pub const SPAN: &str = "span, manager with 1 sink";
/// A log line to one sink, likewise.
pub const LOG: &str = "log line with 3 fields, manager with 1 sink";

/// Adds the rows of spans.
pub fn spans(rows: &mut impl Rows) {
    let list = locked_list(1);
    rows.row("span, locked list of 1", move |at| {
        for sink in &*list.read().expect("nobody panics") {
            let span = sink.span_start(black_box("get"), None);
            sink.span_end(black_box(span));
        }
        at + 1
    });
    for (name, count) in [(SPAN, 1), ("span, manager with 3 sinks", 3)] {
        let manager = manager(count, true);
        rows.row(name, move |at| {
            let span = manager.span_start(black_box("get"), None);
            manager.span_end(black_box(span));
            at + 1
        });
    }
}

/// Adds the rows of log lines.
pub fn logs(rows: &mut impl Rows) {
    let list = locked_list(1);
    rows.row("log line with 3 fields, locked list of 1", move |at| {
        for sink in &*list.read().expect("nobody panics") {
            sink.log(LogLevel::Info, black_box("compacted"), black_box(LABELS));
        }
        at + 1
    });
    for (name, count) in [(LOG, 1), ("log line with 3 fields, manager with 3 sinks", 3)] {
        let manager = manager(count, true);
        rows.row(name, move |at| {
            manager.log(LogLevel::Info, black_box("compacted"), black_box(LABELS));
            at + 1
        });
    }
}

/// A registry with as many sinks.
pub fn manager(sinks: usize, reads: bool) -> Arc<PluginManager> {
    let manager = PluginManager::new();
    for _ in 0..sinks {
        let sink = Observability::new(Sink { reads, ..Sink::default() }).expect("it starts");
        manager.register_observability(sink).expect("each is another instance");
    }
    Arc::new(manager)
}

/// Sinks behind a lock.
pub type List = Arc<RwLock<Vec<Arc<dyn ObservabilityExtension>>>>;

/// What SochDB's registry is.
pub fn locked_list(sinks: usize) -> List {
    let sink = |_| -> Arc<dyn ObservabilityExtension> { Arc::new(Sink::default()) };
    black_box(Arc::new(RwLock::new((0..sinks).map(sink).collect())))
}

/// A sink that does the least: one addition.
#[derive(Default)]
struct Sink {
    reads: bool,
    total: AtomicU64,
    spans: AtomicU64,
}

impl Extension for Sink {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("sink", "1.0.0")
    }
}

impl ObservabilityExtension for Sink {
    fn attach(&self, _: Metrics) -> Result<()> {
        if self.reads {
            Ok(())
        } else {
            Err(sochdb_plugin_host::sdk::Error::unsupported("attach"))
        }
    }
    fn counter_inc(&self, _: &str, value: u64, _: Labels<'_>) {
        self.total.fetch_add(value, Relaxed);
    }
    fn gauge_set(&self, _: &str, value: f64, _: Labels<'_>) {
        self.total.store(value.to_bits(), Relaxed);
    }
    fn histogram_observe(&self, _: &str, _: f64, _: Labels<'_>) {
        self.total.fetch_add(1, Relaxed);
    }
    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        self.spans.fetch_add(1, Relaxed) + 1
    }
    fn span_end(&self, span: u64) {
        self.total.fetch_add(span, Relaxed);
    }
    fn log(&self, _: LogLevel, message: &str, _: Labels<'_>) {
        self.total.fetch_add(message.len() as u64, Relaxed);
    }
}
