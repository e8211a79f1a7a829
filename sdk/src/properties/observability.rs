use crate::host::LogLevel;
use crate::properties::instance::{of_its_instance, InstanceProperties};
use sochdb_plugin_abi::*;
use std::mem::size_of;

/// The properties of a sink, which do not change: they depend on its configuration alone. What it drops, its host does
/// not give it.
///
/// ```
/// use sochdb_plugin_sdk::{LogLevel, ObservabilityProperties};
///
/// let properties = ObservabilityProperties::new().without_metrics().with_log_level(LogLevel::Warn);
/// assert!(!properties.takes_metrics && properties.takes_spans);
/// assert!(properties.takes_level(LogLevel::Error) && !properties.takes_level(LogLevel::Info));
/// assert!(!properties.without_logs().takes_level(LogLevel::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservabilityProperties {
    /// Whether it takes metrics.
    pub takes_metrics: bool,
    /// Whether it takes spans.
    pub takes_spans: bool,
    /// Whether it takes log lines.
    pub takes_logs: bool,
    /// The least level of the log lines that it takes.
    pub log_level: LogLevel,
    /// The properties of the instance, whatever its kind.
    pub instance: InstanceProperties,
}

of_its_instance!(ObservabilityProperties);

impl Default for ObservabilityProperties {
    fn default() -> Self {
        Self {
            takes_metrics: true,
            takes_spans: true,
            takes_logs: true,
            log_level: LogLevel::Debug,
            instance: InstanceProperties::default(),
        }
    }
}

impl ObservabilityProperties {
    /// Makes the properties of a sink of which nothing is known: it gets all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same of one that drops metrics.
    #[must_use]
    pub fn without_metrics(self) -> Self {
        Self { takes_metrics: false, ..self }
    }

    /// The same of one that drops spans.
    #[must_use]
    pub fn without_spans(self) -> Self {
        Self { takes_spans: false, ..self }
    }

    /// The same of one that drops log lines.
    #[must_use]
    pub fn without_logs(self) -> Self {
        Self { takes_logs: false, ..self }
    }

    /// The same of one that drops log lines below `log_level`.
    #[must_use]
    pub fn with_log_level(self, log_level: LogLevel) -> Self {
        Self { log_level, ..self }
    }

    /// Whether it takes log lines of this level.
    #[must_use]
    pub fn takes_level(&self, level: LogLevel) -> bool {
        self.takes_logs && level >= self.log_level
    }

    fn flags(&self) -> [(u64, bool); 3] {
        [
            (SOCH_OBSERVABILITY_NO_METRICS, !self.takes_metrics),
            (SOCH_OBSERVABILITY_NO_SPANS, !self.takes_spans),
            (SOCH_OBSERVABILITY_NO_LOGS, !self.takes_logs),
        ]
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_observability_properties {
        soch_observability_properties {
            size: size_of::<soch_observability_properties>(),
            flags: self.flags().iter().filter(|flag| flag.1).fold(self.instance.as_raw(), |all, flag| all | flag.0),
            log_level: self.log_level.as_raw(),
            reserved: 0,
        }
    }

    /// Reads the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn from_raw(raw: &soch_observability_properties) -> Self {
        let has = |flag| raw.flags & flag != 0;
        Self {
            takes_metrics: !has(SOCH_OBSERVABILITY_NO_METRICS),
            takes_spans: !has(SOCH_OBSERVABILITY_NO_SPANS),
            takes_logs: !has(SOCH_OBSERVABILITY_NO_LOGS),
            log_level: LogLevel::from_raw(raw.log_level),
            instance: InstanceProperties::from_raw(raw.flags),
        }
    }
}
