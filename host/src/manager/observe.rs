//! The registry as a sink: each call goes to every registered one.

use crate::handles::observability::Observability;
use crate::manager::PluginManager;
use sochdb_plugin_sdk::{HealthInfo, Labels, LogLevel, LogRecord, Result, SpanEnd, SpanEvent, SpanStart, TraceContext};

impl PluginManager {
    /// Whether any sink is registered. Without one, spans, log lines and health reports go nowhere; metrics are kept
    /// for those that come later.
    ///
    /// Never blocks.
    pub fn has_observability(&self) -> bool {
        self.fan_out.any(|_| true)
    }

    /// Whether any sink takes log lines of this level: a line that none takes needs no text.
    ///
    /// Never blocks.
    ///
    /// ```
    /// use sochdb_plugin_host::sdk::LogLevel;
    /// use sochdb_plugin_host::PluginManager;
    ///
    /// let manager = PluginManager::new();
    /// if manager.enabled(LogLevel::Debug) {
    ///     manager.log_debug(&format!("plan: {:?}", (1, 2, 3)), &[]);
    /// }
    /// ```
    pub fn enabled(&self, level: LogLevel) -> bool {
        self.fan_out.any(|sink| sink.enabled(level))
    }

    /// Whether any sink takes spans.
    ///
    /// Never blocks.
    pub fn takes_spans(&self) -> bool {
        self.fan_out.any(Observability::takes_spans)
    }

    /// Starts a span in every sink, below `parent` if there is one. Returns this manager's number of the span, which
    /// stands for each sink's own; 0 in a child of fork.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.fan_out.span_start(name, parent)
    }

    /// Ends a span in every sink that started the span.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn span_end(&self, span: u64) {
        self.fan_out.span_end(span);
    }

    /// Notes an event that happened in a span, in every sink that started the span.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.fan_out.span_event(span, name, attributes);
    }

    /// Starts a span in every sink, of which the database knows more than [`PluginManager::span_start`] takes: its role, a
    /// parent in another process, times, attributes that have a type, links. Returns one of the same numbers. What a sink
    /// does not take is lost there, and only there.
    ///
    /// Blocks until every sink that takes it has answered.
    ///
    /// ```
    /// use sochdb_plugin_host::sdk::{SpanEnd, SpanKind, SpanParent, SpanStart, TraceContext};
    /// use sochdb_plugin_host::PluginManager;
    ///
    /// let manager = PluginManager::new();
    /// let caller: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
    /// let start = SpanStart::new("query").with_kind(SpanKind::Server).with_parent(SpanParent::Remote(&caller));
    /// let span = manager.start_span(&start.with_attributes(&[("db.table", "orders".into())]));
    /// if let Some(context) = manager.span_context(span) {
    ///     println!("traceparent: {context}"); // For a request to another process.
    /// }
    /// manager.end_span(span, &SpanEnd::failed("the disk is full"));
    /// # Ok::<(), sochdb_plugin_host::sdk::Error>(())
    /// ```
    pub fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.fan_out.start_span(start)
    }

    /// Notes an event that happened in a span, in every sink that started the span.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        self.fan_out.add_span_event(span, event);
    }

    /// Ends a span in every sink that started the span, whichever method did.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        self.fan_out.end_span(span, end);
    }

    /// Returns the ids by which another process continues the trace of an open span: those of the first registered sink
    /// that has some. Sinks number traces each by itself, so two sinks of ids continue one trace only where the first one's
    /// goes.
    ///
    /// Blocks until a sink has answered.
    pub fn span_context(&self, span: u64) -> Option<TraceContext> {
        self.fan_out.span_context(span)
    }

    /// Gives a log line to every sink, of which the database knows more than [`PluginManager::log`] takes: its time, the
    /// part that says it, its span, attributes that have a type.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log_record(&self, record: &LogRecord<'_>) {
        self.fan_out.log_record(record);
    }

    /// Gives a log line to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.fan_out.log(level, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Debug`] to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log_debug(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Debug, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Info`] to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log_info(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Info, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Warn`] to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log_warn(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Warn, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Error`] to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn log_error(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Error, message, fields);
    }

    /// Lets every sink deliver what it has buffered, and returns when that has arrived. A [`CallOptions`](crate::CallOptions)
    /// limits how long it takes. A shutdown delivers too, and needs no flush before.
    ///
    /// Blocks until all have delivered.
    ///
    /// ```
    /// use sochdb_plugin_host::{CallOptions, PluginManager};
    /// use std::time::Duration;
    ///
    /// let manager = PluginManager::new();
    /// CallOptions::new().with_timeout(Duration::from_secs(5)).run(|| manager.flush_observability())?;
    /// # Ok::<(), sochdb_plugin_host::sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first sink's that could not; the others are flushed all the same.
    pub fn flush_observability(&self) -> Result<()> {
        self.fan_out.flush()
    }

    /// Gives the database's state to every sink.
    ///
    /// Blocks until every sink that takes it has answered.
    pub fn report_health(&self, health: &HealthInfo) {
        self.fan_out.report_health(health);
    }
}
