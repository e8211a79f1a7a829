//! The registry as a sink: each call goes to every registered one.

use crate::handles::observability::Observability;
use crate::manager::PluginManager;
use sochdb_plugin_sdk::{HealthInfo, Labels, LogLevel};

impl PluginManager {
    /// Whether any sink is registered. Without one, spans, log lines and health reports go nowhere; metrics are kept
    /// for those that come later.
    pub fn has_observability(&self) -> bool {
        self.fan_out.any(|_| true)
    }

    /// Whether any sink takes log lines of this level: a line that none takes needs no text.
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
    pub fn takes_spans(&self) -> bool {
        self.fan_out.any(Observability::takes_spans)
    }

    /// Starts a span in every sink, below `parent` if there is one. Returns this manager's number of the span, which
    /// stands for each sink's own; 0 in a child of fork.
    pub fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.fan_out.span_start(name, parent)
    }

    /// Ends a span in every sink that started the span.
    pub fn span_end(&self, span: u64) {
        self.fan_out.span_end(span);
    }

    /// Notes an event that happened in a span, in every sink that started the span.
    pub fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.fan_out.span_event(span, name, attributes);
    }

    /// Gives a log line to every sink.
    pub fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.fan_out.log(level, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Debug`] to every sink.
    pub fn log_debug(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Debug, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Info`] to every sink.
    pub fn log_info(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Info, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Warn`] to every sink.
    pub fn log_warn(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Warn, message, fields);
    }

    /// Gives a log line of the level [`LogLevel::Error`] to every sink.
    pub fn log_error(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Error, message, fields);
    }

    /// Gives the database's state to every sink.
    pub fn report_health(&self, health: &HealthInfo) {
        self.fan_out.report_health(health);
    }
}
