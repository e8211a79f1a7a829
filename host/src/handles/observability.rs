use crate::handles::feeding::Feeding;
use crate::handles::macros::{handle, slot};
use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::{boundary, records, shims};
use sochdb_plugin_sdk::{
    Error, ErrorKind, Extension, ExtensionCapability, HealthInfo, Labels, LogLevel, LogRecord, Metrics,
    ObservabilityExtension, ObservabilityProperties, Result, SpanEnd, SpanEvent, SpanParent, SpanStart, TraceContext,
};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a sink that takes the place of another one: a sink may hold its callers up, but not for long.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// How a call of a sink ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fed {
    Yes,
    No,
    /// Another sink has its place, or will have.
    Late,
}

handle! {
    /// A handle of a sink of metrics, spans and logs, loaded or linked in.
    ///
    /// What it drops, as it says itself ([`describe`](ObservabilityExtension::describe)), it is not given.
    ///
    /// Its calls return no error: one that fails, or is refused after a panic or a shutdown, is a `tracing` event at
    /// debug level. Only [`attach`](ObservabilityExtension::attach) has a result; a
    /// [`PluginManager`](crate::PluginManager) calls it when it registers a sink.
    ///
    /// ```
    /// use sochdb_plugin_host::sdk::{NullObservability, ObservabilityExtension};
    /// use sochdb_plugin_host::Observability;
    ///
    /// let sink = Observability::new(NullObservability)?;
    /// let span = sink.span_start("query", None);
    /// sink.counter_inc("queries", 1, &[("kind", "select")]);
    /// sink.span_end(span);
    /// assert_eq!(sink.echoes(), 0);
    /// # Ok::<(), sochdb_plugin_host::sdk::Error>(())
    /// ```
    Observability: ObservabilityExtension, observability, soch_observability, Observability
}

impl Observability {
    /// Returns the number of calls that the sink was not given, as the thread was inside a call of this very sink: a sink
    /// that reports through the host's log what it cannot deliver would do so without end. The first such call is a
    /// `tracing` event at warning level.
    #[must_use]
    pub fn echoes(&self) -> u64 {
        self.instance.echoes.load(Relaxed)
    }

    /// Whether the sink takes log lines of this level. Ask before you put together a text.
    #[must_use]
    #[inline]
    pub fn enabled(&self, level: LogLevel) -> bool {
        self.instance.described.observability.takes_level(level)
    }

    #[inline]
    pub(crate) fn takes_metrics(&self) -> bool {
        self.instance.described.observability.takes_metrics
    }

    #[inline]
    pub(crate) fn takes_spans(&self) -> bool {
        self.instance.described.observability.takes_spans
    }

    /// Makes a call that has no result.
    #[inline]
    fn feed(&self, slot: &'static str, call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status) -> Fed {
        let Some(feeding) = Feeding::begin(&self.instance) else {
            self.echo(slot);
            return Fed::No;
        };
        let result = self.instance.shared(slot, call);
        drop(feeding);
        match result {
            Ok(true) => return Fed::Yes,
            Ok(false) => self.tell(&self.instance.unexpected_not_found(slot)),
            Err(error) if error.kind() == ErrorKind::ShutDown && self.instance.is_succeeded() => return Fed::Late,
            Err(error) => self.tell(&error),
        }
        Fed::No
    }

    /// Gives to the next sink what this one refused, as it was replaced. Not what belongs to a span: the next one numbers
    /// its spans itself.
    #[cold]
    fn by_next_sink(&self, again: impl FnOnce(&Self)) {
        if let Some(next) = self.instance.successor(LONGEST_WAIT).and_then(|next| Self::of(&next)) {
            again(&next);
        }
    }

    #[cold]
    fn echo(&self, slot: &str) {
        if self.instance.echoes.fetch_add(1, Relaxed) == 0 {
            let plugin = &*self.instance.info.name;
            let message = "a sink is not given what comes from inside of its own call; further ones are only counted";
            tracing::warn!(target: "sochdb_plugin", plugin, slot, "{message}");
        }
    }

    #[cold]
    fn tell(&self, error: &Error) {
        thread_local! {
            /// Whether this thread is telling of a failure: an application that gives its `tracing` events to this
            /// very sink would make the next one.
            static TELLING: Cell<bool> = const { Cell::new(false) };
        }
        // In a child of fork, whoever listens may have a lock that is held for ever.
        if error.kind() != ErrorKind::Forked && !TELLING.replace(true) {
            tracing::debug!(target: "sochdb_plugin", %error, "an observability call failed");
            TELLING.set(false);
        }
    }
}

impl ObservabilityExtension for Observability {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        if !self.takes_metrics() {
            return;
        }
        let counter_inc = slot!(self.table.counter_inc);
        let fed = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("counter_inc", |instance, _| unsafe {
                counter_inc(instance, soch_str::lend(name), value, labels, count)
            })
        });
        if fed == Fed::Late {
            self.by_next_sink(|next| next.counter_inc(name, value, labels));
        }
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        if !self.takes_metrics() {
            return;
        }
        let gauge_set = slot!(self.table.gauge_set);
        let fed = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("gauge_set", |instance, _| unsafe {
                gauge_set(instance, soch_str::lend(name), value, labels, count)
            })
        });
        if fed == Fed::Late {
            self.by_next_sink(|next| next.gauge_set(name, value, labels));
        }
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        if !self.takes_metrics() {
            return;
        }
        let histogram_observe = slot!(self.table.histogram_observe);
        let fed = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("histogram_observe", |instance, _| unsafe {
                histogram_observe(instance, soch_str::lend(name), value, labels, count)
            })
        });
        if fed == Fed::Late {
            self.by_next_sink(|next| next.histogram_observe(name, value, labels));
        }
    }

    /// Returns 0 if the plugin did not start a span, or takes none.
    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        if !self.takes_spans() {
            return 0;
        }
        let span_start = slot!(self.table.span_start);
        let mut span = 0;
        // SAFETY: the plugin's function, with a place for the result; the name is lent for the call.
        let started = self.feed("span_start", |instance, _| unsafe {
            span_start(instance, soch_str::lend(name), parent.unwrap_or(0), &mut span)
        });
        if started == Fed::Yes {
            span
        } else {
            0
        }
    }

    fn span_end(&self, span: u64) {
        if !self.takes_spans() {
            return;
        }
        let span_end = slot!(self.table.span_end);
        // SAFETY: the plugin's function on its own instance.
        self.feed("span_end", |instance, _| unsafe { span_end(instance, span) });
    }

    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        if !self.takes_spans() {
            return;
        }
        let span_event = slot!(self.table.span_event);
        boundary::with_raw_labels(attributes, |attributes, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("span_event", |instance, _| unsafe {
                span_event(instance, span, soch_str::lend(name), attributes, count)
            })
        });
    }

    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        if !self.enabled(level) {
            return;
        }
        let log = slot!(self.table.log);
        let fed = boundary::with_raw_labels(fields, |fields, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("log", |instance, _| unsafe {
                log(instance, level.as_raw(), soch_str::lend(message), fields, count)
            })
        });
        if fed == Fed::Late {
            self.by_next_sink(|next| next.log(level, message, fields));
        }
    }

    /// Returns 0 if the plugin did not start a span, or takes none.
    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        let Some(span_record_start) = self.table.span_record_start else {
            return self.span_start(start.name, start.parent.span());
        };
        if !self.takes_spans() {
            return 0;
        }
        let mut span = 0;
        let started = records::with_raw_start(start, |start| {
            // SAFETY: the plugin's function, with a place for the result; all is lent for the call.
            self.feed("span_record_start", |instance, _| unsafe { span_record_start(instance, start, &mut span) })
        });
        if started == Fed::Yes {
            span
        } else {
            0
        }
    }

    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        let Some(span_record_event) = self.table.span_record_event else {
            return records::with_texts(event.attributes, |attributes| self.span_event(span, event.name, attributes));
        };
        if self.takes_spans() {
            records::with_raw_event(event, |event| {
                // SAFETY: the plugin's function; all is lent for the call.
                self.feed("span_record_event", |instance, _| unsafe { span_record_event(instance, span, event) })
            });
        }
    }

    fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        let Some(span_record_end) = self.table.span_record_end else { return self.span_end(span) };
        if self.takes_spans() {
            records::with_raw_end(end, |end| {
                // SAFETY: the plugin's function; all is lent for the call.
                self.feed("span_record_end", |instance, _| unsafe { span_record_end(instance, span, end) })
            });
        }
    }

    fn span_context(&self, span: u64) -> Option<TraceContext> {
        let span_context = self.table.span_context.filter(|_| self.takes_spans())?;
        let _feeding = Feeding::begin(&self.instance)?;
        let mut context =
            soch_trace_context { trace_id: [0; 16], span_id: [0; 8], flags: 0, reserved: 0, state: soch_str::lend("") };
        let mut state = Vec::new();
        // SAFETY: the plugin's function, with places for the results.
        let call = |instance, writer, _: *mut soch_error| unsafe { span_context(instance, span, &mut context, writer) };
        match self.instance.writing("span_context", &mut state, call) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                self.tell(&error);
                return None;
            }
        }
        let found = TraceContext::new(context.trace_id, context.span_id, (context.flags & 0xff) as u8).ok()?;
        Some(found.with_state(std::str::from_utf8(&state).unwrap_or("")))
    }

    fn log_record(&self, record: &LogRecord<'_>) {
        if !self.enabled(record.level) {
            return;
        }
        let Some(log_record) = self.table.log_record else {
            return records::with_texts(record.attributes, |fields| self.log(record.level, record.message, fields));
        };
        let fed = records::with_raw_log(record, |record| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("log_record", |instance, _| unsafe { log_record(instance, record) })
        });
        if fed == Fed::Late {
            let span = match record.span {
                SpanParent::Span(_) => SpanParent::default(),
                other => other,
            };
            self.by_next_sink(|next| next.log_record(&record.with_span(span)));
        }
    }

    fn report_health(&self, health: &HealthInfo) {
        let report_health = slot!(self.table.report_health);
        let raw = health.as_raw();
        // SAFETY: the plugin's function; the state is lent for the call.
        if self.feed("report_health", |instance, _| unsafe { report_health(instance, &raw) }) == Fed::Late {
            self.by_next_sink(|next| next.report_health(health));
        }
    }

    fn flush(&self) -> Result<()> {
        let flush = slot!(self.table.flush);
        let limits = self.instance.limits_of_call("flush")?;
        let Some(feeding) = Feeding::begin(&self.instance) else {
            self.echo("flush");
            return Err(self.instance.error(ErrorKind::Busy, "`flush`: this thread is inside of this sink".to_owned()));
        };
        // SAFETY: the plugin's function on its own instance; the limits are lent for the call.
        let call = |instance, error| unsafe { flush(instance, limits, error) };
        let done = self.done("flush", self.instance.shared("flush", call));
        drop(feeding);
        self.or_next(done, |next| next.flush())
    }

    fn describe(&self) -> ObservabilityProperties {
        self.instance.described.observability
    }

    /// Lends `metrics` to the sink, until it has ended.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the sink does not read metrics, or takes none;
    /// [`ErrorKind::Invalid`] if other metrics were lent to it before.
    fn attach(&self, metrics: Metrics) -> Result<()> {
        if !self.takes_metrics() {
            return Err(self.instance.error(ErrorKind::Unsupported, "`attach`: this sink takes no metrics".into()));
        }
        let attach = slot!(self.table.attach);
        let raw = self.instance.lend(metrics)?;
        // SAFETY: the plugin's function; the metrics live until its `destroy` returned.
        let call = |instance, error| unsafe { attach(instance, raw, error) };
        self.done("attach", self.instance.shared("attach", call))
    }
}
