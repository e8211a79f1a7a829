//! The services of a manager for its plugins: their log lines go to its sinks, their metrics among its own.

use crate::instance::caller::Caller;
use crate::instance::host_services::{HostServices, TracingServices};
use crate::manager::error::ManagerError;
use crate::manager::metered::Metered;
use crate::manager::sinks::{push, Sinks};
use crate::manager::PluginManager;
use crate::metrics::description::MetricDescription;
use crate::metrics::series::Change;
use sochdb_plugin_sdk::{Labels, LogLevel, ObservabilityExtension};
use std::cell::Cell;
use std::sync::{Arc, Weak};

/// The label of a plugin's name.
const PLUGIN: &str = "plugin";
/// The label of the name under which an extension is registered: two instances of one plugin count apart.
const EXTENSION: &str = "extension";

impl PluginManager {
    /// Returns services for a loader, which need not be that of this manager's plugins. Of a loader to which the application gives
    /// none, the metrics of plugins that are registered here come all the same; their log lines do not.
    ///
    /// Never blocks.
    ///
    /// A line of a plugin's log goes to every sink that takes its level, with fields `plugin` and `instance`; if none does,
    /// it is a `tracing` event, as [`TracingServices`] makes. Counters, gauges and histograms of a plugin are metrics of
    /// this manager with the labels `plugin` and, once it is registered, `extension`, the first name that it has (such labels of the
    /// plugin's own are dropped), within [`PluginManager::MAX_SERIES`]. They have the unit and the description that the plugin
    /// says, unless [`PluginManager::describe_metric`] or another plugin said one before.
    ///
    /// What a sink says itself goes to the sinks that were registered before it: no line and no change of a metric makes
    /// its way back to who caused it. The services keep neither manager nor sinks alive. Plugins log from `Debug` if a sink
    /// takes that when their instance is made, and else from `Info`.
    ///
    /// ```
    /// use sochdb_plugin_host::{DynamicPluginLoader, PluginManager};
    ///
    /// let manager = PluginManager::new();
    /// let loader = DynamicPluginLoader::new_trusted().services(manager.services());
    /// # _ = loader;
    /// ```
    #[must_use]
    pub fn services(&self) -> Arc<dyn HostServices> {
        let [sinks, pushing] = self.fan_out.shared().map(Arc::downgrade);
        Arc::new(ManagerServices { sinks, pushing, metered: self.metrics.clone() })
    }
}

struct ManagerServices {
    sinks: Weak<Sinks>,
    /// The sinks that do not read metrics.
    pushing: Weak<Sinks>,
    metered: Metered,
}

impl ManagerServices {
    fn change(&self, from: &Caller<'_>, name: &str, labels: Labels<'_>, change: Change) {
        let own = labels.iter().filter(|(name, _)| ![PLUGIN, EXTENSION].contains(name));
        let extension = from.name().map(|name| (EXTENSION, name));
        let labels: Vec<_> = own.copied().chain([(PLUGIN, from.plugin())]).chain(extension).collect();
        self.metered.registry.update(name, &labels, change);
        if self.metered.pushing().is_none() {
            return;
        }
        if let Some(sinks) = self.pushing.upgrade() {
            sinks.each_before(from.instance(), |sink| push(change, sink, name, &labels));
        }
    }
}

impl HostServices for ManagerServices {
    fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let taken = Cell::new(false);
        if let Some(sinks) = self.sinks.upgrade() {
            let (number, plugin) = (from.instance(), from.plugin());
            let instance = number.to_string();
            let said = fields.iter().copied().filter(|(name, _)| ![PLUGIN, "instance"].contains(name));
            let fields: Vec<_> = [(PLUGIN, plugin), ("instance", &*instance)].into_iter().chain(said).collect();
            sinks.each_before(number, |sink| {
                if sink.enabled(level) {
                    taken.set(true);
                    sink.log(level, message, &fields);
                }
            });
        }
        if !taken.get() {
            TracingServices.log(from, level, message, fields);
        }
    }

    fn log_level(&self) -> LogLevel {
        let takes_debug = self
            .sinks
            .upgrade()
            .is_some_and(|sinks| sinks.read(|sinks| sinks.iter().any(|(_, sink)| sink.enabled(LogLevel::Debug))));
        if takes_debug {
            LogLevel::Debug
        } else {
            LogLevel::Info
        }
    }

    fn describe_metric(&self, from: &Caller<'_>, name: &str, description: &MetricDescription<'_>) {
        if let Err(refusal) = self.metered.registry.describe_first(name, description) {
            let (plugin, why) = (from.plugin(), ManagerError::no_metric(refusal, name));
            tracing::warn!(target: "sochdb_plugin", plugin, "a description of a metric is dropped: {why}");
        }
    }

    fn counter_inc(&self, from: &Caller<'_>, name: &str, value: u64, labels: Labels<'_>) {
        self.change(from, name, labels, Change::Add(value));
    }

    fn gauge_set(&self, from: &Caller<'_>, name: &str, value: f64, labels: Labels<'_>) {
        self.change(from, name, labels, Change::Set(value));
    }

    fn histogram_observe(&self, from: &Caller<'_>, name: &str, value: f64, labels: Labels<'_>) {
        self.change(from, name, labels, Change::Observe(value));
    }
}
