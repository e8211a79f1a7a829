//! Metrics that the application resolves once and keeps.

use crate::manager::error::ManagerError;
use crate::manager::metered::Metered;
use crate::manager::sinks::{push, Sinks};
use crate::metrics::cells::{Balance, Level, Total};
use crate::metrics::labels;
use crate::metrics::observations::Observations;
use crate::metrics::series::{Cell, Change, Kind, Series};
use sochdb_plugin_sdk::Labels;
use std::sync::{Arc, Weak};

/// The origin of a handle's metric, for sinks that do not read.
#[derive(Clone)]
struct Kept {
    series: Arc<Series>,
    metered: Metered,
}

impl Kept {
    fn new(metered: &Metered, kind: Kind, name: &str, labels: Labels<'_>) -> Result<Self, ManagerError> {
        let series = metered.registry.resolve(kind, name, labels);
        let series = series.map_err(|refusal| ManagerError::no_metric(refusal, name))?;
        Ok(Self { series: series.clone(), metered: metered.clone() })
    }

    #[inline]
    fn changed(&self, change: Change) {
        if let Some(sinks) = self.metered.pushing() {
            self.push(sinks, change);
        }
    }

    #[cold]
    fn push(&self, sinks: &Weak<Sinks>, change: Change) {
        // None: the manager is gone.
        let Some(sinks) = sinks.upgrade() else { return };
        let (labels, change) = (labels::borrow(&self.series.labels), self.series.as_pushed(change));
        sinks.each(|sink| push(change, sink, &self.series.name, &labels));
    }
}

macro_rules! handle {
    ($(#[$doc:meta])* $handle:ident of $cell:ident, $value:ident: $type:ty, $change:ident, $(#[$method_doc:meta])* $method:ident as $apply:ident) => {
        $(#[$doc])*
        ///
        /// A call takes about as long as one atomic addition, however many sinks read; a sink that does not read (its
        /// `attach` is [`Unsupported`](sochdb_plugin_sdk::ErrorKind::Unsupported)) also gets each change, which costs
        /// what that sink takes. Clones are the same metric, and any thread may use them. The handle keeps no sink
        /// alive, and may outlive its manager.
        #[derive(Clone)]
        pub struct $handle {
            cell: Arc<$cell>,
            kept: Kept,
        }

        impl $handle {
            pub(crate) fn new(
                metered: &Metered,
                name: &str,
                labels: Labels<'_>,
            ) -> Result<Self, ManagerError> {
                let kept = Kept::new(metered, Kind::$handle, name, labels)?;
                let Cell::$handle(cell) = &kept.series.cell else { unreachable!("it was resolved by its kind") };
                Ok(Self { cell: cell.clone(), kept })
            }

            $(#[$method_doc])*
            ///
            /// Blocks only if a sink does not read metrics, until that one has answered.
            #[inline]
            pub fn $method(&self, $value: $type) {
                self.cell.$apply($value);
                self.kept.changed(Change::$change($value));
            }
        }

        impl std::fmt::Debug for $handle {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Series { name, labels, .. } = &*self.kept.series;
                write!(formatter, concat!(stringify!($handle), " {} {:?}"), name, labels)
            }
        }
    };
}

handle! {
    /// A handle of a counter, from [`PluginManager::counter`](crate::PluginManager::counter).
    ///
    /// ```
    /// let manager = sochdb_plugin_host::PluginManager::new();
    /// let queries = manager.counter("queries", &[("kind", "select")])?;
    /// queries.add(1);
    /// # Ok::<(), sochdb_plugin_host::ManagerError>(())
    /// ```
    Counter of Total, value: u64, Add,
    /// Adds `value` to the total, which begins with 0 again beyond 2^64 - 1.
    add as add
}

handle! {
    /// A handle of a gauge, from [`PluginManager::gauge`](crate::PluginManager::gauge).
    ///
    /// ```
    /// let manager = sochdb_plugin_host::PluginManager::new();
    /// let running = manager.gauge("queries_running", &[("kind", "select")])?;
    /// running.set(3.0);
    /// # Ok::<(), sochdb_plugin_host::ManagerError>(())
    /// ```
    Gauge of Level, value: f64, Set,
    /// Sets the value; if several threads do at once, the last one's stays.
    set as set
}

handle! {
    /// A handle of a histogram, from [`PluginManager::histogram`](crate::PluginManager::histogram).
    ///
    /// A histogram counts observations in 258 buckets, four to a power of two from 2^-30 to 2^34, so that a value is
    /// known to a quarter of itself; smaller and larger ones are counted at the ends. [`MetricBuckets`](crate::MetricBuckets)
    /// has others to choose.
    ///
    /// ```
    /// let manager = sochdb_plugin_host::PluginManager::new();
    /// let seconds = manager.histogram("query_seconds", &[("kind", "select")])?;
    /// seconds.observe(0.25);
    /// # Ok::<(), sochdb_plugin_host::ManagerError>(())
    /// ```
    Histogram of Observations, value: f64, Observe,
    /// Adds one observation, in the unit that the application chose. One that is not finite is not kept.
    observe as add
}

handle! {
    /// A handle of an up-down counter, from [`PluginManager::up_down_counter`](crate::PluginManager::up_down_counter): several
    /// places add to it what comes and take from it what goes. A sink that does not read metrics gets it as a gauge.
    ///
    /// ```
    /// let manager = sochdb_plugin_host::PluginManager::new();
    /// let connections = manager.up_down_counter("connections", &[])?;
    /// connections.add(1);
    /// connections.add(-1);
    /// # Ok::<(), sochdb_plugin_host::ManagerError>(())
    /// ```
    UpDownCounter of Balance, value: i64, Shift,
    /// Adds `value`, which may be below 0, to the total.
    add as add
}
