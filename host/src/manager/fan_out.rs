//! Gives each call to every sink, and keeps one span number for all of them.

use crate::handles::observability::Observability;
use crate::instance::Instance;
use crate::manager::metered::Metered;
use crate::manager::sinks::{push, Sinks};
use crate::manager::spans::{Own, Spans};
use crate::metrics::series::Change;
use crate::sync::call_gate::live::is_child;
use sochdb_plugin_sdk::{
    ErrorKind, Extension, HealthInfo, Labels, LogLevel, LogRecord, ObservabilityExtension, Result, SpanEnd, SpanEvent,
    SpanParent, SpanStart, TraceContext,
};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

/// The same with a sink's own number of a span of the manager's.
fn owned(parent: SpanParent<'_>, own: Option<u64>) -> SpanParent<'_> {
    match parent {
        SpanParent::Span(_) => own.into(),
        other => other,
    }
}

/// All registered sinks.
#[derive(Default)]
pub(crate) struct FanOut {
    sinks: Arc<Sinks>,
    /// The sinks that do not read metrics.
    pushing: Arc<Sinks>,
    spans: Spans,
    last: AtomicU64,
}

impl FanOut {
    /// Lends `metrics` to the sink; if it does not read them, it gets each change.
    pub(crate) fn register(&self, sink: Observability, metrics: &Metered) {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        if Self::is_pushed_to(&sink, metrics) {
            self.pushing.add(number, sink.clone());
            metrics.push_to(&self.pushing);
        }
        self.sinks.add(number, sink);
    }

    /// Puts the sink in the place of the one of `old`, with a number of its own: spans that are open end with the old one.
    pub(crate) fn exchange(&self, old: &Instance, sink: Observability, metrics: &Metered) {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let pushed = Self::is_pushed_to(&sink, metrics);
        self.pushing.exchange(old, pushed.then(|| (number, sink.clone())));
        if pushed {
            metrics.push_to(&self.pushing);
        }
        self.sinks.exchange(old, Some((number, sink)));
    }

    /// Takes the sink of this instance out, if it has one.
    pub(crate) fn unregister(&self, instance: &Instance) {
        self.pushing.exchange(instance, None);
        self.sinks.exchange(instance, None);
    }

    /// Lends `metrics` to a sink that takes some. Whether it must be told of each change, as it does not read.
    fn is_pushed_to(sink: &Observability, metrics: &Metered) -> bool {
        if !sink.takes_metrics() {
            return false;
        }
        let Err(error) = sink.attach(metrics.registry.to_read()) else { return false };
        if error.kind() != ErrorKind::Unsupported {
            let plugin = sink.info().name;
            tracing::warn!(target: "sochdb_plugin", plugin, %error, "metrics are pushed, as it does not read them");
        }
        true
    }

    /// The sinks that live.
    #[inline]
    fn sinks(&self) -> &Sinks {
        self.refresh();
        &self.sinks
    }

    /// The sinks, for who must not keep them alive: all, and those that do not read metrics.
    pub(crate) fn shared(&self) -> [&Arc<Sinks>; 2] {
        [&self.sinks, &self.pushing]
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

    /// Flushes every sink. The first error.
    pub(crate) fn flush(&self) -> Result<()> {
        let sinks = self.sinks().read(|sinks| sinks.iter().map(|(_, sink)| sink.clone()).collect::<Vec<_>>());
        sinks.iter().map(Observability::flush).fold(Ok(()), Result::and)
    }

    pub(crate) fn report_health(&self, health: &HealthInfo) {
        self.sinks().each(|sink| sink.report_health(health));
    }

    /// 0 in a child of fork, where another thread may have had the lock of the spans for ever.
    #[inline]
    fn start(&self, parent: Option<u64>, start: impl Fn(&Observability, Option<u64>) -> u64) -> u64 {
        if is_child() {
            return 0;
        }
        let parents = parent.map_or(Own::NONE, |parent| self.spans.get(parent));
        let own = self.sinks().read(|sinks| {
            Own::collect(sinks.len(), |at| {
                let (number, sink) = &sinks[at];
                (*number, start(sink, parents.of(at, *number)))
            })
        });
        if own.as_slice().iter().any(|(_, own)| *own == 0) {
            return self.start_in_next(own, &parents, &start);
        }
        self.spans.start(own)
    }

    /// Starts a span also in the sinks that come in the place of others which did not.
    #[cold]
    fn start_in_next(&self, mut own: Own, parents: &Own, start: &dyn Fn(&Observability, Option<u64>) -> u64) -> u64 {
        if self.wait_for_next() {
            own = self.sinks().read(|sinks| {
                Own::collect(sinks.len(), |at| {
                    let (number, sink) = &sinks[at];
                    (*number, own.of(at, *number).unwrap_or_else(|| start(sink, parents.of(at, *number))))
                })
            });
        }
        self.spans.start(own)
    }

    /// Waits for sinks that come in the place of others. Whether there were any.
    fn wait_for_next(&self) -> bool {
        let waiting: Vec<Observability> = self.sinks().read(|sinks| {
            sinks
                .iter()
                .filter(|(_, sink)| sink.takes_spans() && sink.instance.is_succeeded())
                .map(|(_, sink)| sink.clone())
                .collect()
        });
        waiting.iter().filter(|sink| sink.next("span_start").is_some()).count() > 0
    }

    pub(crate) fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.start(parent, |sink, parent| sink.span_start(name, parent))
    }

    pub(crate) fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.start(start.parent.span(), |sink, own| sink.start_span(&start.with_parent(owned(start.parent, own))))
    }

    pub(crate) fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        if !is_child() {
            self.with_own(&self.spans.get(span), |sink, own| sink.add_span_event(own, event));
        }
    }

    pub(crate) fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        if !is_child() {
            self.with_own(&self.spans.end(span), |sink, own| sink.end_span(own, end));
        }
    }

    /// The context that the first sink gives which knows one.
    pub(crate) fn span_context(&self, span: u64) -> Option<TraceContext> {
        let spans = self.own(Some(span));
        self.sinks().read(|sinks| {
            let mut sinks = sinks.iter().enumerate();
            sinks.find_map(|(at, (number, sink))| sink.span_context(spans.of(at, *number)?))
        })
    }

    pub(crate) fn log_record(&self, record: &LogRecord<'_>) {
        let spans = self.own(record.span.span());
        self.sinks().read(|sinks| {
            for (at, (number, sink)) in sinks.iter().enumerate() {
                sink.log_record(&record.with_span(owned(record.span, spans.of(at, *number))));
            }
        });
    }

    /// The sinks' own numbers of a span, if there is one.
    fn own(&self, span: Option<u64>) -> Own {
        span.filter(|_| !is_child()).map_or(Own::NONE, |span| self.spans.get(span))
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
