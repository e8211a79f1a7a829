use crate::handles::feeding::Feeding;
use crate::handles::macros::{handle, slot};
use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::{boundary, records, shims};
use sochdb_plugin_sdk::{
    Error, ErrorKind, Extension, ExtensionCapability, HealthInfo, Labels, LogLevel, LogRecord, Metrics,
    ObservabilityExtension, ObservabilityProperties, Result, SpanEnd, SpanEvent, SpanStart, TraceContext,
};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a sink that takes the place of another one: a sink may hold its callers up, but not for long.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

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
    ///
    /// Never blocks.
    #[must_use]
    pub fn echoes(&self) -> u64 {
        self.instance.echoes.load(Relaxed)
    }

    /// Whether the sink takes log lines of this level. Ask before you put together a text.
    ///
    /// Never blocks.
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

    /// Makes a call that has no result. Returns whether it succeeded.
    #[inline]
    fn feed(&self, slot: &'static str, call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status) -> bool {
        let Some(feeding) = Feeding::begin(&self.instance) else {
            self.echo(slot);
            return false;
        };
        let result = self.instance.shared(slot, call);
        drop(feeding);
        match result {
            Ok(true) => true,
            failed => self.unfed(slot, failed),
        }
    }

    /// [`Observability::feed`]; if the sink was replaced before, the call goes to the one that took its place. Not for what
    /// belongs to a span: each sink numbers its own.
    #[inline]
    fn feed_or_next<C>(&self, slot: &'static str, call: &C) -> bool
    where
        C: Fn(&soch_observability, *mut c_void, *mut soch_error) -> soch_status,
    {
        let Some(feeding) = Feeding::begin(&self.instance) else {
            self.echo(slot);
            return false;
        };
        let result = self.instance.shared(slot, |instance, error| call(&self.table, instance, error));
        drop(feeding);
        match result {
            Ok(true) => true,
            failed => self.feed_next(slot, failed, call),
        }
    }

    #[cold]
    fn feed_next<C>(&self, slot: &'static str, failed: Result<bool>, call: &C) -> bool
    where
        C: Fn(&soch_observability, *mut c_void, *mut soch_error) -> soch_status,
    {
        let is_late = failed.as_ref().is_err_and(|error| error.kind() == ErrorKind::ShutDown);
        match is_late.then(|| self.next(slot)).flatten() {
            Some(next) => next.feed_or_next(slot, call),
            None => self.unfed(slot, failed),
        }
    }

    /// The sink that took the place of this one, which is waited for.
    #[cold]
    pub(crate) fn next(&self, slot: &str) -> Option<Self> {
        Self::of(&self.instance.successor(slot, LONGEST_WAIT).ok()??)
    }

    #[cold]
    fn unfed(&self, slot: &str, failed: Result<bool>) -> bool {
        match failed {
            Err(error) => self.tell(&error),
            Ok(_) => self.tell(&self.instance.unexpected_not_found(slot)),
        }
        false
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
        boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed_or_next("counter_inc", &|table, instance, _| unsafe {
                slot!(table.counter_inc)(instance, soch_str::lend(name), value, labels, count)
            })
        });
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        if !self.takes_metrics() {
            return;
        }
        boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed_or_next("gauge_set", &|table, instance, _| unsafe {
                slot!(table.gauge_set)(instance, soch_str::lend(name), value, labels, count)
            })
        });
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        if !self.takes_metrics() {
            return;
        }
        boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed_or_next("histogram_observe", &|table, instance, _| unsafe {
                slot!(table.histogram_observe)(instance, soch_str::lend(name), value, labels, count)
            })
        });
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
        if started {
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
        boundary::with_raw_labels(fields, |fields, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed_or_next("log", &|table, instance, _| unsafe {
                slot!(table.log)(instance, level.as_raw(), soch_str::lend(message), fields, count)
            })
        });
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
        if started {
            span
        } else {
            0
        }
    }

    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        // Before the attributes become texts, which takes time.
        if !self.takes_spans() {
            return;
        }
        let Some(span_record_event) = self.table.span_record_event else {
            return records::with_texts(event.attributes, |attributes| self.span_event(span, event.name, attributes));
        };
        records::with_raw_event(event, |event| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.feed("span_record_event", |instance, _| unsafe { span_record_event(instance, span, event) })
        });
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
        if self.table.log_record.is_none() {
            return records::with_texts(record.attributes, |fields| self.log(record.level, record.message, fields));
        }
        records::with_raw_log(record, |record| {
            self.feed_or_next("log_record", &|table, instance, _| {
                // The next sink may lack the slot, and does not know the span.
                let Some(log_record) = table.log_record else { return SOCH_UNSUPPORTED };
                if instance == self.instance.pointer() {
                    // SAFETY: the plugin's function; all is lent for the call.
                    return unsafe { log_record(instance, record) };
                }
                // SAFETY: as above.
                unsafe { log_record(instance, &soch_log_record { span: 0, ..*record }) }
            })
        });
    }

    fn report_health(&self, health: &HealthInfo) {
        let raw = health.as_raw();
        // SAFETY: the plugin's function; the state is lent for the call.
        self.feed_or_next("report_health", &|table, instance, _| unsafe { slot!(table.report_health)(instance, &raw) });
    }

    fn flush(&self) -> Result<()> {
        let flush = slot!(self.table.flush);
        let limits = self.instance.limits_of_call("flush")?;
        let Some(feeding) = Feeding::begin(&self.instance) else {
            self.echo("flush");
            return Err(self.instance.error_in(
                "flush",
                ErrorKind::Busy,
                "`flush`: this thread is inside of this sink".to_owned(),
            ));
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
            return Err(self.instance.error_in(
                "attach",
                ErrorKind::Unsupported,
                "`attach`: this sink takes no metrics".into(),
            ));
        }
        let attach = slot!(self.table.attach);
        let raw = self.instance.lend(metrics)?;
        // SAFETY: the plugin's function; the metrics live until its `destroy` returned.
        let call = |instance, error| unsafe { attach(instance, raw, error) };
        self.done("attach", self.instance.shared("attach", call))
    }
}
