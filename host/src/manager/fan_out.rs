//! Gives each call to every sink, and keeps one span number for all of them.

use crate::handles::observability::Observability;
use crate::manager::metered::Metered;
use crate::manager::sinks::{push, Sinks};
use crate::manager::spans::{Own, Spans};
use crate::metrics::series::Change;
use crate::sync::call_gate::live::is_child;
use sochdb_plugin_sdk::{ErrorKind, Extension, HealthInfo, Labels, LogLevel, ObservabilityExtension};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

/// All registered sinks.
#[derive(Default)]
pub(crate) struct FanOut {
    sinks: Sinks,
    /// The sinks that do not read metrics.
    pushing: Arc<Sinks>,
    spans: Spans,
    last: AtomicU64,
}

impl FanOut {
    /// Lends `metrics` to the sink; if it does not read them, it gets each change.
    pub(crate) fn register(&self, sink: Observability, metrics: &Metered) {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        if !sink.takes_metrics() {
            return self.sinks.add(number, sink);
        }
        if let Err(error) = sink.attach(metrics.registry.to_read()) {
            if error.kind() != ErrorKind::Unsupported {
                let plugin = sink.info().name;
                tracing::warn!(target: "sochdb_plugin", plugin, %error, "metrics are pushed, as it does not read them");
            }
            self.pushing.add(number, sink.clone());
            metrics.push_to(&self.pushing);
        }
        self.sinks.add(number, sink);
    }

    /// The sinks that live.
    #[inline]
    fn sinks(&self) -> &Sinks {
        self.refresh();
        &self.sinks
    }

    /// Lets go of sinks that ended.
    #[inline]
    pub(crate) fn refresh(&self) {
        if self.sinks.refresh() {
            self.pushing.refresh();
        }
    }

    /// Whether any sink is as `is` says.
    pub(crate) fn any(&self, is: impl Fn(&Observability) -> bool) -> bool {
        self.sinks().read(|sinks| sinks.iter().any(|(_, sink)| is(sink)))
    }

    /// Calls the sinks that know the span, with their own number of it. One that was registered later, or failed to
    /// start it, does not.
    fn with_own(&self, own: &Own, call: impl Fn(&Observability, u64)) {
        self.sinks().read(|sinks| {
            for (at, (number, sink)) in sinks.iter().enumerate() {
                if let Some(own) = own.of(at, *number) {
                    call(sink, own);
                }
            }
        });
    }

    /// Gives a metric's change to the sinks that do not read.
    pub(crate) fn push(&self, name: &str, labels: Labels<'_>, change: Change) {
        self.pushing.each(|sink| push(change, sink, name, labels));
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.sinks().each(|sink| sink.log(level, message, fields));
    }

    pub(crate) fn report_health(&self, health: &HealthInfo) {
        self.sinks().each(|sink| sink.report_health(health));
    }

    /// 0 in a child of fork, where another thread may have had the lock of the spans for ever.
    pub(crate) fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        if is_child() {
            return 0;
        }
        let parents = parent.map_or(Own::NONE, |parent| self.spans.get(parent));
        let own = self.sinks().read(|sinks| {
            Own::collect(sinks.len(), |at| {
                let (number, sink) = &sinks[at];
                (*number, sink.span_start(name, parents.of(at, *number)))
            })
        });
        self.spans.start(own)
    }

    pub(crate) fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        if !is_child() {
            self.with_own(&self.spans.get(span), |sink, own| sink.span_event(own, name, attributes));
        }
    }

    pub(crate) fn span_end(&self, span: u64) {
        if !is_child() {
            self.with_own(&self.spans.end(span), |sink, own| sink.span_end(own));
        }
    }
}
