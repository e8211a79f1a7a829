//! The manager's metrics.

use crate::manager::error::ManagerError;
use crate::manager::metric_handles::{Counter, Gauge, Histogram};
use crate::manager::PluginManager;
use crate::metrics::registry::{MAX_SERIES, MAX_SERIES_BYTES};
use crate::metrics::series::Change;
use sochdb_plugin_sdk::{Labels, Metrics};

/// A metric's value is kept here once, and sinks that can read it when they want to. Those that cannot get each
/// change. Names and labels are resolved once by [`PluginManager::counter`], [`PluginManager::gauge`] and
/// [`PluginManager::histogram`], or with each call by the methods with a name.
///
/// Name and labels together are one series; the order of labels has no meaning, and a name is of one kind. There are
/// at most [`PluginManager::MAX_SERIES`], whose names and labels are at most [`PluginManager::MAX_SERIES_BYTES`] together. What a call with a name cannot keep is dropped, counted in the metric
/// `sochdb_dropped_updates`, and told once in a `tracing` event; sinks that do not read get it all the same.
impl PluginManager {
    /// The most series of a manager, each one combination of name and labels. Beside its names, a
    /// counter takes about 2 KiB, a gauge 200 bytes, and a histogram 1 KiB and 2 KiB for each of up to 32 threads.
    pub const MAX_SERIES: usize = MAX_SERIES;

    /// The most bytes that the names and labels of all series of a manager have together.
    pub const MAX_SERIES_BYTES: usize = MAX_SERIES_BYTES;

    /// The counter of this name with these labels. It begins with 0.
    ///
    /// # Errors
    /// [`ManagerError::MetricKind`], [`ManagerError::TooManySeries`], [`ManagerError::TooManyBytes`].
    pub fn counter(&self, name: &str, labels: Labels<'_>) -> Result<Counter, ManagerError> {
        Counter::new(&self.metrics, name, labels)
    }

    /// The gauge of this name with these labels. It begins with 0.
    ///
    /// # Errors
    /// As [`PluginManager::counter`].
    pub fn gauge(&self, name: &str, labels: Labels<'_>) -> Result<Gauge, ManagerError> {
        Gauge::new(&self.metrics, name, labels)
    }

    /// The histogram of this name with these labels.
    ///
    /// # Errors
    /// As [`PluginManager::counter`].
    pub fn histogram(&self, name: &str, labels: Labels<'_>) -> Result<Histogram, ManagerError> {
        Histogram::new(&self.metrics, name, labels)
    }

    /// Adds to a counter. One that is changed often is better kept: [`PluginManager::counter`].
    pub fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.change(name, labels, Change::Add(value));
    }

    /// Sets a gauge.
    pub fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.change(name, labels, Change::Set(value));
    }

    /// Adds one observation to a histogram.
    pub fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.change(name, labels, Change::Observe(value));
    }

    fn change(&self, name: &str, labels: Labels<'_>, change: Change) {
        self.metrics.registry.update(name, labels, change);
        self.fan_out.push(name, labels, change);
    }

    /// All metrics of this manager, as the sinks read them. They stay when the manager is gone.
    pub fn metrics(&self) -> Metrics {
        self.metrics.registry.to_read()
    }
}
