use sochdb_plugin_sdk::Error;

/// Why the manager refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// The name is taken. Nothing was registered.
    #[error("{kind} `{name}` is registered already: give the new one another name, or use the one that is there")]
    Duplicate {
        /// `storage`, `index`, `observability sink` or `compression`.
        kind: &'static str,
        /// The name, or the algorithm.
        name: String,
    },
    /// There is no extension of this name.
    #[error("there is no {kind} `{name}`; registered are: {known}")]
    Unknown {
        /// As above.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The manager was shut down.
    #[error("the plugin manager was shut down: no extension can be registered any more")]
    ShutDown,
    /// A metric of another kind has the name.
    #[error("the metric `{name}` is a {is}: give the {wanted} another name")]
    MetricKind {
        /// The metric's name.
        name: String,
        /// What it is: `counter`, `gauge` or `histogram`.
        is: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// There is no room for another metric.
    #[error("there are {limit} series of metrics already: use labels that have fewer values")]
    TooManySeries {
        /// [`PluginManager::MAX_SERIES`](crate::PluginManager::MAX_SERIES).
        limit: usize,
    },
    /// Extensions that did not shut down cleanly, in the order in which they were shut down.
    #[error("{} extension(s) did not shut down cleanly: {}", .0.len(), join(.0))]
    Shutdown(Vec<Error>),
}

fn join(errors: &[Error]) -> String {
    errors.iter().map(Error::to_string).collect::<Vec<_>>().join("; ")
}
