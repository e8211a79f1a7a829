//! What a sink says that it drops does not reach it, in a manager or by its handle, and what it takes does.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, Metrics, ObservabilityProperties};
use sochdb_plugin_host::{Observability, PluginManager};
use std::sync::{Arc, Mutex};

const LEVELS: [LogLevel; 4] = [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];

/// A sink that notes each call that reaches it.
#[derive(Clone, Default)]
struct Noting {
    properties: ObservabilityProperties,
    reached: Arc<Mutex<Vec<&'static str>>>,
}

impl Noting {
    fn new(properties: ObservabilityProperties) -> Self {
        Self { properties, ..Self::default() }
    }
    fn note(&self, call: &'static str) {
        self.reached.lock().expect("no panic").push(call);
    }
    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.reached.lock().expect("no panic"))
    }
}

impl Extension for Noting {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("noting", "1.0.0")
    }
}

impl ObservabilityExtension for Noting {
    fn counter_inc(&self, _: &str, _: u64, _: Labels<'_>) {
        self.note("counter");
    }
    fn gauge_set(&self, _: &str, _: f64, _: Labels<'_>) {
        self.note("gauge");
    }
    fn histogram_observe(&self, _: &str, _: f64, _: Labels<'_>) {
        self.note("histogram");
    }
    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        self.note("start");
        7
    }
    fn span_end(&self, _: u64) {
        self.note("end");
    }
    fn span_event(&self, _: u64, _: &str, _: Labels<'_>) {
        self.note("event");
    }
    fn log(&self, level: LogLevel, _: &str, _: Labels<'_>) {
        self.note(["debug", "info", "warn", "error"][level.as_raw() as usize]);
    }
    fn describe(&self) -> ObservabilityProperties {
        self.properties
    }
    fn attach(&self, _: Metrics) -> Result<()> {
        self.note("attach");
        Err(Error::unsupported("attach"))
    }
}

/// What reaches the sink of all that a database reports, and what its handle says of each level.
fn by_handle(noting: &Noting) -> (Vec<&'static str>, [bool; 4]) {
    let sink = Observability::new(noting.clone()).expect("a sink");
    assert_eq!(sink.describe(), noting.properties);
    assert_eq!(sink.attach(PluginManager::new().metrics()).map_err(|error| error.kind()), Err(ErrorKind::Unsupported));
    sink.counter_inc("c", 1, &[]);
    sink.gauge_set("g", 1.0, &[]);
    sink.histogram_observe("h", 1.0, &[]);
    let span = sink.span_start("s", None);
    sink.span_event(span, "e", &[]);
    sink.span_end(span);
    LEVELS.into_iter().for_each(|level| sink.log(level, "text", &[]));
    (noting.take(), LEVELS.map(|level| sink.enabled(level)))
}

/// The same through a manager.
fn by_manager(noting: &Noting) -> (Vec<&'static str>, [bool; 4]) {
    let manager = PluginManager::new();
    assert!(!manager.takes_spans() && LEVELS.into_iter().all(|level| !manager.enabled(level)));
    let sink = Observability::new(noting.clone()).expect("a sink");
    manager.register_observability(sink).expect("registered");
    manager.counter("c", &[]).expect("a counter").add(1);
    manager.gauge_set("g", 1.0, &[]);
    manager.histogram_observe("h", 1.0, &[]);
    let span = manager.span_start("s", None);
    assert_ne!(span, 0);
    manager.span_event(span, "e", &[]);
    manager.span_end(span);
    assert_eq!(manager.takes_spans(), noting.properties.takes_spans);
    LEVELS.into_iter().for_each(|level| manager.log(level, "text", &[]));
    (noting.take(), LEVELS.map(|level| manager.enabled(level)))
}

#[test]
fn nothing_that_a_sink_drops_reaches_it() {
    let least = LEVELS.map(Some).into_iter().chain([None]);
    for (metrics, spans, least) in
        least.flat_map(|least| [(false, false), (false, true), (true, false), (true, true)].map(|(m, s)| (m, s, least)))
    {
        let all = ObservabilityProperties::new();
        let properties = if metrics { all } else { all.without_metrics() };
        let properties = if spans { properties } else { properties.without_spans() };
        let properties = least.map_or(properties.without_logs(), |level| properties.with_log_level(level));
        let mut expected = Vec::new();
        if metrics {
            expected.extend(["attach", "counter", "gauge", "histogram"]);
        }
        if spans {
            expected.extend(["start", "event", "end"]);
        }
        let first = least.map_or(4, |level| level.as_raw() as usize);
        expected.extend(&["debug", "info", "warn", "error"][first..]);
        let levels = [0, 1, 2, 3].map(|level| level >= first);
        let noting = Noting::new(properties);
        assert_eq!(by_handle(&noting), (expected.clone(), levels), "{properties:?}");
        assert_eq!(by_manager(&noting), (expected, levels), "{properties:?}");
    }
}

#[test]
fn what_one_sink_drops_another_gets() {
    let (quiet, loud) = (Noting::new(ObservabilityProperties::new().without_logs().without_spans()), Noting::default());
    let manager = PluginManager::new();
    for noting in [&quiet, &loud] {
        manager.register_observability(Observability::new(noting.clone()).expect("a sink")).expect("registered");
    }
    quiet.take();
    loud.take();
    assert!(manager.enabled(LogLevel::Debug) && manager.takes_spans());
    manager.span_end(manager.span_start("s", None));
    manager.log_debug("text", &[]);
    assert_eq!((quiet.take(), loud.take()), (vec![], vec!["start", "end", "debug"]));
}
