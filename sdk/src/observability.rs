use crate::error::{Error, Result};
use crate::extension::{Extension, ExtensionInfo};
use crate::host::LogLevel;
use crate::labels::Labels;
use crate::metrics::Metrics;
use sochdb_plugin_abi::*;

/// A sink of metrics, spans and logs. Nothing comes back: a sink that cannot deliver says so in the host's log.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `observability`",
        label = "it does not implement `ObservabilityExtension`",
        note = "write `impl ObservabilityExtension for {Self}`, or leave `observability` out of the kinds in `export_plugin!`"
    )
)]
pub trait ObservabilityExtension: Extension {
    /// Adds `value` to a counter. The order of labels has no meaning.
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>);

    /// Sets a gauge.
    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>);

    /// Adds one observation to a histogram.
    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>);

    /// Starts a span and returns its number, which is not 0.
    fn span_start(&self, name: &str, parent: Option<u64>) -> u64;

    /// Ends a span, once.
    fn span_end(&self, span: u64);

    /// Notes something that happened in a span.
    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>);

    /// Takes a line of the database's log; the default drops it.
    fn log(&self, _level: LogLevel, _message: &str, _fields: Labels<'_>) {}

    /// Takes the database's state; the default drops it.
    fn report_health(&self, _health: &HealthInfo) {}

    /// Takes the host's metrics, to read them whenever it wants to, instead of getting each change through the three
    /// methods at the top, which then get only what `metrics` does not have. It comes at most once, before any metric.
    ///
    /// # Errors
    /// The sink does not read metrics: the host pushes them. The default is
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    fn attach(&self, _metrics: Metrics) -> Result<()> {
        Err(Error::unsupported("attach"))
    }

    /// [`ObservabilityExtension::log`] at [`LogLevel::Debug`].
    fn log_debug(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Debug, message, fields);
    }

    /// [`ObservabilityExtension::log`] at [`LogLevel::Info`].
    fn log_info(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Info, message, fields);
    }

    /// [`ObservabilityExtension::log`] at [`LogLevel::Warn`].
    fn log_warn(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Warn, message, fields);
    }

    /// [`ObservabilityExtension::log`] at [`LogLevel::Error`].
    fn log_error(&self, message: &str, fields: Labels<'_>) {
        self.log(LogLevel::Error, message, fields);
    }
}

/// The database's state.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HealthInfo {
    /// Whether the database serves.
    pub operational: bool,
    /// Bytes of the write-ahead log.
    pub wal_size_bytes: u64,
    /// Transactions that are open.
    pub active_txns: u64,
    /// Share of the buffer pool in use, 0 to 1.
    pub buffer_pool_usage: f64,
    /// Seconds since the last checkpoint.
    pub checkpoint_age_secs: u64,
}

impl HealthInfo {
    /// The state of a database that serves, or not, and says nothing else of itself.
    #[must_use]
    pub fn new(operational: bool) -> Self {
        Self { operational, ..Self::default() }
    }

    /// The form that crosses.
    #[must_use]
    pub fn as_raw(&self) -> soch_health {
        soch_health {
            operational: self.operational.into(),
            reserved: 0,
            wal_size_bytes: self.wal_size_bytes,
            active_txns: self.active_txns,
            buffer_pool_usage: self.buffer_pool_usage,
            checkpoint_age_secs: self.checkpoint_age_secs,
        }
    }
}

/// Drops everything, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullObservability;

impl Extension for NullObservability {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("null", env!("CARGO_PKG_VERSION"))
    }
}

impl ObservabilityExtension for NullObservability {
    fn counter_inc(&self, _: &str, _: u64, _: Labels<'_>) {}
    fn gauge_set(&self, _: &str, _: f64, _: Labels<'_>) {}
    fn histogram_observe(&self, _: &str, _: f64, _: Labels<'_>) {}
    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        1
    }
    fn span_end(&self, _: u64) {}
    fn span_event(&self, _: u64, _: &str, _: Labels<'_>) {}
}
