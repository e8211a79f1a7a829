//! The registry as a sink: each call goes to every registered one.

use crate::manager::PluginManager;
use sochdb_plugin_sdk::{HealthInfo, Labels, LogLevel};

impl PluginManager {
    /// Whether any sink is registered. Without one, spans, log lines and health reports go nowhere; metrics are kept
    /// for those that come later.
    pub fn has_observability(&self) -> bool {
        !self.fan_out.is_empty()
    }

    /// Starts a span in every sink. The number is this manager's; it stands for each sink's own.
    pub fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.fan_out.span_start(name, parent)
    }

    /// Ends a span in every sink that started it.
    pub fn span_end(&self, span: u64) {
        self.fan_out.span_end(span);
    }

    /// Notes something that happened in a span, in every sink that started it.
    pub fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.fan_out.span_event(span, name, attributes);
    }

    /// Gives a log line to every sink.
    pub fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.fan_out.log(level, message, fields);
    }

    /// [`PluginManager::log`] at [`LogLevel::Debug`].
    pub fn log_debug(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Debug, message, fields);
    }

    /// [`PluginManager::log`] at [`LogLevel::Info`].
    pub fn log_info(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Info, message, fields);
    }

    /// [`PluginManager::log`] at [`LogLevel::Warn`].
    pub fn log_warn(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Warn, message, fields);
    }

    /// [`PluginManager::log`] at [`LogLevel::Error`].
    pub fn log_error(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Error, message, fields);
    }

    /// Gives the database's state to every sink.
    pub fn report_health(&self, health: &HealthInfo) {
        self.fan_out.report_health(health);
    }
}
