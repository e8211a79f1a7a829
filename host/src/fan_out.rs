//! Gives each call to every sink, and keeps one span number for all of them.

use crate::metrics::{Change, Registry};
use crate::observability::Observability;
use crate::published::Published;
use parking_lot::Mutex;
use sochdb_plugin_sdk::{ErrorKind, Extension, HealthInfo, Labels, LogLevel, ObservabilityExtension};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

const SHARDS: usize = 16;

/// All registered sinks.
#[derive(Default)]
pub(crate) struct FanOut {
    sinks: Published<Observability>,
    /// Those of them that do not read metrics.
    pushing: Arc<Published<Observability>>,
    last_span: AtomicU64,
    /// By the host's number of an open span: each sink's own number, in the order of the sinks.
    spans: [Mutex<HashMap<u64, Box<[u64]>>>; SHARDS],
}

impl FanOut {
    /// Lends `metrics` to the sink; if it does not take them, it gets each change.
    pub(crate) fn register(&self, sink: Observability, metrics: &Arc<Registry>) {
        if let Err(error) = sink.attach(metrics.to_read()) {
            if error.kind() != ErrorKind::Unsupported {
                let plugin = sink.info().name;
                tracing::warn!(target: "sochdb_plugin", plugin, %error, "metrics are pushed, as it does not read them");
            }
            self.pushing.push(sink.clone());
            metrics.push_to(&self.pushing);
        }
        self.sinks.push(sink);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sinks.get().is_empty()
    }

    fn shard(&self, span: u64) -> &Mutex<HashMap<u64, Box<[u64]>>> {
        &self.spans[span as usize % SHARDS]
    }

    fn own_spans(&self, span: u64) -> Box<[u64]> {
        self.shard(span).lock().get(&span).cloned().unwrap_or_default()
    }

    /// Sinks that know the span, with their own number of it. One that was registered later, or failed to start
    /// it, does not.
    fn with_own(&self, own: &[u64], call: impl Fn(&Observability, u64)) {
        for (sink, span) in self.sinks.get().iter().zip(own).filter(|(_, span)| **span != 0) {
            call(sink, *span);
        }
    }

    /// Gives a metric's change to the sinks that do not read.
    pub(crate) fn push(&self, name: &str, labels: Labels<'_>, change: Change) {
        self.pushing.get().iter().for_each(|sink| change.push(sink, name, labels));
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.sinks.get().iter().for_each(|sink| sink.log(level, message, fields));
    }

    pub(crate) fn report_health(&self, health: &HealthInfo) {
        self.sinks.get().iter().for_each(|sink| sink.report_health(health));
    }

    pub(crate) fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        let span = self.last_span.fetch_add(1, Ordering::Relaxed) + 1;
        let parents = parent.map(|parent| self.own_spans(parent)).unwrap_or_default();
        let parent_of = |at: usize| parents.get(at).copied().filter(|parent| *parent != 0);
        let own: Box<[u64]> =
            self.sinks.get().iter().enumerate().map(|(at, sink)| sink.span_start(name, parent_of(at))).collect();
        if !own.is_empty() {
            self.shard(span).lock().insert(span, own);
        }
        span
    }

    pub(crate) fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.with_own(&self.own_spans(span), |sink, own| sink.span_event(own, name, attributes));
    }

    pub(crate) fn span_end(&self, span: u64) {
        let own = self.shard(span).lock().remove(&span).unwrap_or_default();
        self.with_own(&own, |sink, own| sink.span_end(own));
    }
}
