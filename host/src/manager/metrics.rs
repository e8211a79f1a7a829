//! The manager's metrics.

use crate::manager::error::ManagerError;
use crate::manager::metric_handles::{Counter, Gauge, Histogram, UpDownCounter};
use crate::manager::PluginManager;
use crate::metrics::description::MetricDescription;
use crate::metrics::registry::{MAX_SERIES, MAX_SERIES_BYTES};
use crate::metrics::series::Change;
use sochdb_plugin_sdk::{Labels, Metrics};

/// The metrics of the application. A metric's value is kept here once, and sinks read it when they want to; those that
/// cannot read get each change. [`PluginManager::counter`], [`PluginManager::gauge`] and [`PluginManager::histogram`] look
/// a name with its labels up once; the methods with a name do so in each call.
///
/// A name with its labels is one series; the order of labels has no meaning, and a name is of one kind. There are at most
/// [`PluginManager::MAX_SERIES`] series, whose names and labels take at most [`PluginManager::MAX_SERIES_BYTES`] together.
/// A change by name that finds no room is dropped, counted in the metric `sochdb_dropped_updates`, and told once in a
/// `tracing` event; sinks that do not read get it all the same.
impl PluginManager {
    /// The most series of a manager, each one combination of name and labels. Beside its name and labels, a counter takes
    /// about 2 KiB, a gauge 200 bytes, and a histogram 1 KiB and 2 KiB for each of up to 32 threads.
    pub const MAX_SERIES: usize = MAX_SERIES;

    /// The most bytes that the names and labels of all series of a manager have together.
    pub const MAX_SERIES_BYTES: usize = MAX_SERIES_BYTES;

    /// Returns the counter of this name with these labels; a new one begins with 0.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// [`ManagerError::MetricKind`], [`ManagerError::TooManySeries`], [`ManagerError::TooManyBytes`]; for a new one also
    /// [`ManagerError::Forked`].
    pub fn counter(&self, name: &str, labels: Labels<'_>) -> Result<Counter, ManagerError> {
        Counter::new(&self.metrics, name, labels)
    }

    /// Returns the gauge of this name with these labels; a new one begins with 0.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// Those of [`PluginManager::counter`].
    pub fn gauge(&self, name: &str, labels: Labels<'_>) -> Result<Gauge, ManagerError> {
        Gauge::new(&self.metrics, name, labels)
    }

    /// Returns the histogram of this name with these labels; a new one is empty.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// Those of [`PluginManager::counter`].
    pub fn histogram(&self, name: &str, labels: Labels<'_>) -> Result<Histogram, ManagerError> {
        Histogram::new(&self.metrics, name, labels)
    }

    /// Returns the up-down counter of this name with these labels; a new one begins with 0.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// Those of [`PluginManager::counter`].
    pub fn up_down_counter(&self, name: &str, labels: Labels<'_>) -> Result<UpDownCounter, ManagerError> {
        UpDownCounter::new(&self.metrics, name, labels)
    }

    /// Says of all metrics of this name what they measure, in which unit, and in which buckets histograms count. Say it
    /// before the first one is used: series that are there keep their buckets. A later description takes the place of an
    /// earlier one.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// [`ManagerError::MetricBounds`], [`ManagerError::TooManySeries`], [`ManagerError::TooManyBytes`],
    /// [`ManagerError::Forked`].
    pub fn describe_metric(&self, name: &str, description: &MetricDescription<'_>) -> Result<(), ManagerError> {
        let described = self.metrics.registry.describe(name, description);
        described.map_err(|refusal| ManagerError::no_metric(refusal, name))
    }

    /// Adds `value` to a counter. For one that is changed often, keep the handle: [`PluginManager::counter`].
    ///
    /// Blocks only if a sink does not read metrics, until that one has answered.
    pub fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.change(name, labels, Change::Add(value));
    }

    /// Sets a gauge. For one that is changed often, keep the handle: [`PluginManager::gauge`].
    ///
    /// Blocks only if a sink does not read metrics, until that one has answered.
    pub fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.change(name, labels, Change::Set(value));
    }

    /// Adds one observation to a histogram. For one that is changed often, keep the handle: [`PluginManager::histogram`].
    ///
    /// Blocks only if a sink does not read metrics, until that one has answered.
    pub fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.change(name, labels, Change::Observe(value));
    }

    fn change(&self, name: &str, labels: Labels<'_>, change: Change) {
        self.metrics.registry.update(name, labels, change);
        self.fan_out.push(name, labels, change);
    }

    /// Returns all metrics of this manager, as sinks read them. They stay when the manager is gone.
    ///
    /// Never blocks.
    pub fn metrics(&self) -> Metrics {
        self.metrics.registry.to_read()
    }
}
