use crate::error::{Error, Result};
use crate::extension::{Extension, ExtensionInfo};
use crate::host::LogLevel;
use crate::labels::Labels;
use crate::log_record::LogRecord;
use crate::machinery::records::with_texts;
use crate::metrics::Metrics;
use crate::properties::observability::ObservabilityProperties;
use crate::span::{SpanEnd, SpanEvent, SpanStart};
use crate::trace_context::TraceContext;
use sochdb_plugin_abi::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A sink of metrics, spans and logs, or of one of them: what has no method here is dropped. Nothing comes back: a sink
/// that cannot deliver says so in the host's log.
///
/// It takes any name, label and value: an empty text, one name for two kinds of metric, `NaN`.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// # use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
///
/// /// Counts the lines of the log that are errors, and the spans.
/// #[derive(Default)]
/// struct Errors { errors: AtomicU64, spans: AtomicU64 }
/// # impl Extension for Errors {
/// #     fn info(&self) -> ExtensionInfo { extension_info!() }
/// # }
///
/// impl ObservabilityExtension for Errors {
///     fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
///         self.spans.fetch_add(1, Relaxed) + 1
///     }
///     fn log(&self, level: LogLevel, _: &str, _: Labels<'_>) {
///         if level == LogLevel::Error {
///             self.errors.fetch_add(1, Relaxed);
///         }
///     }
/// }
/// let sink = Errors::default();
/// sink.log_error("the disk is full", &[("path", "/var/lib/rows")]);
/// assert_eq!(sink.errors.into_inner(), 1);
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `observability`",
        label = "it does not implement `ObservabilityExtension`",
        note = "write `impl ObservabilityExtension for {Self}`, or leave `observability` out of the kinds in `export_plugin!`"
    )
)]
pub trait ObservabilityExtension: Extension {
    /// Adds `value` to the counter with this name and these labels, whose order has no meaning. The default drops it.
    fn counter_inc(&self, _name: &str, _value: u64, _labels: Labels<'_>) {}

    /// Sets the gauge with this name and these labels; the default drops it.
    fn gauge_set(&self, _name: &str, _value: f64, _labels: Labels<'_>) {}

    /// Adds one observation to the histogram with this name and these labels; the default drops it.
    fn histogram_observe(&self, _name: &str, _value: f64, _labels: Labels<'_>) {}

    /// Starts a span, inside `parent` if there is one, and returns its number: not 0, and not that of an open span. The
    /// default counts spans.
    fn span_start(&self, _name: &str, _parent: Option<u64>) -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        LAST.fetch_add(1, Relaxed) + 1
    }

    /// Ends a span. Each comes once; a number that is no open span does no harm. The default does nothing.
    fn span_end(&self, _span: u64) {}

    /// Notes an event in a span; a number that is no open span does no harm. The default drops it.
    fn span_event(&self, _span: u64, _name: &str, _attributes: Labels<'_>) {}

    /// Starts a span of which the database knows more than [`ObservabilityExtension::span_start`] takes, and returns its
    /// number, one of the same numbers. The default calls that, and drops the rest.
    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.span_start(start.name, start.parent.span())
    }

    /// Notes an event in a span. The default calls [`ObservabilityExtension::span_event`] with the attributes as texts, and
    /// drops the time.
    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        with_texts(event.attributes, |attributes| self.span_event(span, event.name, attributes));
    }

    /// Ends a span, whichever method started it. The default calls [`ObservabilityExtension::span_end`], and drops the rest.
    fn end_span(&self, span: u64, _end: &SpanEnd<'_>) {
        self.span_end(span);
    }

    /// Returns the ids by which another process continues the trace of an open span. The default knows none.
    fn span_context(&self, _span: u64) -> Option<TraceContext> {
        None
    }

    /// Takes a line of the database's log, of which the database knows more than [`ObservabilityExtension::log`] takes. The
    /// default calls that with the attributes as texts, and drops the rest.
    fn log_record(&self, record: &LogRecord<'_>) {
        with_texts(record.attributes, |fields| self.log(record.level, record.message, fields));
    }

    /// Takes a line of the database's log; the default drops it.
    fn log(&self, _level: LogLevel, _message: &str, _fields: Labels<'_>) {}

    /// Takes the database's state; the default drops it.
    fn report_health(&self, _health: &HealthInfo) {}

    /// Delivers what is buffered, and returns when it has arrived. The limits of the call are those of [`Call`](crate::Call).
    /// The default does nothing.
    ///
    /// # Errors
    /// What could not be delivered, and why; the error of [`Call::go_on`](crate::Call::go_on).
    fn flush(&self) -> Result<()> {
        Ok(())
    }

    /// Returns the properties of the sink. The host asks once, and gives it nothing that it drops; the default drops nothing.
    fn describe(&self) -> ObservabilityProperties {
        ObservabilityProperties::new()
    }

    /// Takes the host's metrics, to read them at any time. The host calls this at most once, before any metric. After Ok
    /// it tells the sink through the three methods at the top only of what `metrics` does not have.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default, from a sink that does not read metrics.
    /// After any error the host tells it of each change.
    fn attach(&self, _metrics: Metrics) -> Result<()> {
        Err(Error::unsupported("attach"))
    }

    /// Gives a line to [`ObservabilityExtension::log`] at [`LogLevel::Debug`].
    fn log_debug(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Debug, message, fields);
    }

    /// Gives a line to [`ObservabilityExtension::log`] at [`LogLevel::Info`].
    fn log_info(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Info, message, fields);
    }

    /// Gives a line to [`ObservabilityExtension::log`] at [`LogLevel::Warn`].
    fn log_warn(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Warn, message, fields);
    }

    /// Gives a line to [`ObservabilityExtension::log`] at [`LogLevel::Error`].
    fn log_error(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Error, message, fields);
    }
}

/// The state of the database.
///
/// ```
/// use sochdb_plugin_sdk::HealthInfo;
///
/// let mut health = HealthInfo::new(true);
/// health.buffer_pool_usage = 0.75;
/// assert!(health.operational && health.active_txns == 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HealthInfo {
    /// Whether the database serves.
    pub operational: bool,
    /// The size of the write-ahead log in bytes.
    pub wal_size_bytes: u64,
    /// The number of open transactions.
    pub active_txns: u64,
    /// The share of the buffer pool that is in use, 0 to 1.
    pub buffer_pool_usage: f64,
    /// The seconds since the last checkpoint.
    pub checkpoint_age_secs: u64,
}

impl HealthInfo {
    /// Makes the state of a database that serves, or not; the rest is 0.
    #[must_use]
    pub fn new(operational: bool) -> Self {
        Self { operational, ..Self::default() }
    }

    /// Returns the struct of the C ABI with these values.
    #[must_use]
    pub fn as_raw(&self) -> soch_health {
        soch_health {
            size: std::mem::size_of::<soch_health>(),
            operational: self.operational.into(),
            reserved: 0,
            wal_size_bytes: self.wal_size_bytes,
            active_txns: self.active_txns,
            buffer_pool_usage: self.buffer_pool_usage,
            checkpoint_age_secs: self.checkpoint_age_secs,
        }
    }
}

/// A sink that drops everything, for an application without another one. It keeps no spans and only counts them.
///
/// ```
/// use sochdb_plugin_sdk::{NullObservability, ObservabilityExtension};
///
/// fn work(sink: &dyn ObservabilityExtension) {
///     let span = sink.span_start("work", None);
///     sink.counter_inc("works_total", 1, &[]);
///     sink.span_end(span);
/// }
/// work(&NullObservability);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NullObservability;

impl Extension for NullObservability {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("null", env!("CARGO_PKG_VERSION"))
    }
}

impl ObservabilityExtension for NullObservability {}
