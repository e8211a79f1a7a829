//! Gives each call to every sink, and keeps one span number for all of them.

use crate::metrics::{Change, Registry};
use crate::observability::Observability;
use crate::published::Published;
use crate::spans::{Own, Spans};
use sochdb_plugin_sdk::{ErrorKind, Extension, HealthInfo, Labels, LogLevel, ObservabilityExtension};
use std::sync::Arc;

/// All registered sinks.
#[derive(Default)]
pub(crate) struct FanOut {
    sinks: Published<Observability>,
    /// Those of them that do not read metrics.
    pushing: Arc<Published<Observability>>,
    spans: Spans,
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

    /// Sinks that know the span, with their own number of it. One that was registered later, or failed to start
    /// it, does not.
    fn with_own(&self, own: &Own, call: impl Fn(&Observability, u64)) {
        for (sink, span) in self.sinks.get().iter().zip(own.as_slice()).filter(|(_, span)| **span != 0) {
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
        let parents = parent.map_or(Own::NONE, |parent| self.spans.get(parent));
        let parent_of = |at: usize| parents.as_slice().get(at).copied().filter(|parent| *parent != 0);
        let sinks = self.sinks.get();
        self.spans.start(Own::collect(sinks.len(), |at| sinks[at].span_start(name, parent_of(at))))
    }

    pub(crate) fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.with_own(&self.spans.get(span), |sink, own| sink.span_event(own, name, attributes));
    }

    pub(crate) fn span_end(&self, span: u64) {
        self.with_own(&self.spans.end(span), |sink, own| sink.span_end(own));
    }
}
