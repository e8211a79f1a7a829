//! Log lines.

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger, Severity};
use opentelemetry::trace::SpanContext;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::logs::SdkLogger;
use sochdb_plugin_sdk::{LogLevel, LogRecord};
use std::time::SystemTime;

pub(crate) struct Logs(SdkLogger);

impl Logs {
    pub(crate) fn new(logger: SdkLogger) -> Self {
        Self(logger)
    }

    pub(crate) fn emit(&self, line: &LogRecord<'_>, attributes: Vec<KeyValue>, span: Option<SpanContext>) {
        let (severity, text) = severity(line.level);
        let now = SystemTime::now();
        let mut record = self.0.create_log_record();
        record.set_timestamp(line.time.unwrap_or(now));
        record.set_observed_timestamp(now);
        record.set_severity_number(severity);
        record.set_severity_text(text);
        record.set_body(line.message.to_owned().into());
        record.add_attributes(attributes.into_iter().map(|attribute| (attribute.key, any(attribute.value))));
        if !line.target.is_empty() {
            record.set_target(line.target.to_owned());
        }
        if let Some(span) = span {
            record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        }
        self.0.emit(record);
    }
}

fn severity(level: LogLevel) -> (Severity, &'static str) {
    match level {
        LogLevel::Debug => (Severity::Debug, "DEBUG"),
        LogLevel::Info => (Severity::Info, "INFO"),
        LogLevel::Warn => (Severity::Warn, "WARN"),
        LogLevel::Error => (Severity::Error, "ERROR"),
    }
}

fn any(value: Value) -> AnyValue {
    match value {
        Value::Bool(is) => is.into(),
        Value::I64(integer) => integer.into(),
        Value::F64(number) => number.into(),
        Value::String(text) => AnyValue::String(text),
        // The contract has no lists.
        other => AnyValue::String(other.to_string().into()),
    }
}
