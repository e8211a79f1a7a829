//! Log lines with all that OpenTelemetry knows of them.

use crate::attribute::Attributes;
use crate::host::LogLevel;
use crate::span::SpanParent;
use std::time::SystemTime;

/// A line of the database's log.
///
/// ```
/// use sochdb_plugin_sdk::{LogLevel, LogRecord, SpanParent};
///
/// let attributes = [("seconds", 4.5.into())];
/// let record = LogRecord::new(LogLevel::Warn, "a compaction is late")
///     .with_target("sochdb::compaction")
///     .with_span(SpanParent::Span(7))
///     .with_attributes(&attributes);
/// assert!(record.time.is_none(), "it happens now");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// The level.
    pub level: LogLevel,
    /// The message.
    pub message: &'a str,
    /// The part of the database that says it; may be empty.
    pub target: &'a str,
    /// The time; None for now.
    pub time: Option<SystemTime>,
    /// The span in which it happened.
    pub span: SpanParent<'a>,
    /// The attributes.
    pub attributes: Attributes<'a>,
}

impl<'a> LogRecord<'a> {
    /// Makes a line of this level that happens now.
    #[must_use]
    pub fn new(level: LogLevel, message: &'a str) -> Self {
        Self { level, message, target: "", time: None, span: SpanParent::None, attributes: &[] }
    }

    /// The same of this part of the database.
    #[must_use]
    pub fn with_target(self, target: &'a str) -> Self {
        Self { target, ..self }
    }

    /// The same at this time.
    #[must_use]
    pub fn with_time(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// The same in this span.
    #[must_use]
    pub fn with_span(self, span: SpanParent<'a>) -> Self {
        Self { span, ..self }
    }

    /// The same with these attributes.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }
}
