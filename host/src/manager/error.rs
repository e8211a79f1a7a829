use crate::metrics::registry::{Refusal, MAX_SERIES, MAX_SERIES_BYTES};
use crate::metrics::series::Kind;
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
    /// There is no room for the name and labels of another metric.
    #[error("names and labels of metrics take {limit} bytes already, or would: use shorter labels, or such that have fewer values")]
    TooManyBytes {
        /// [`PluginManager::MAX_SERIES_BYTES`](crate::PluginManager::MAX_SERIES_BYTES).
        limit: usize,
    },
    /// The process is a child of fork.
    #[error("this process is a child of fork: extensions run only in the one that made them")]
    Forked,
    /// Extensions that did not shut down cleanly, in the order in which they were shut down.
    #[error("{} extension(s) did not shut down cleanly: {}", .0.len(), join(.0))]
    Shutdown(Vec<Unended>),
}

/// An extension that did not shut down cleanly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unended {
    /// Its name.
    pub plugin: String,
    /// What it reported, or for what the manager waited in vain.
    pub error: Error,
    /// Whether it has ended all the same. If not, its calls or its `shutdown` were still under way at the deadline.
    pub has_ended: bool,
}

impl std::ops::Deref for Unended {
    type Target = Error;

    fn deref(&self) -> &Error {
        &self.error
    }
}

impl std::fmt::Display for Unended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(formatter)
    }
}

fn join(errors: &[Unended]) -> String {
    errors.iter().map(Unended::to_string).collect::<Vec<_>>().join("; ")
}

impl ManagerError {
    /// Why there is no metric of this kind and name.
    pub(crate) fn no_metric(refusal: Refusal, kind: Kind, name: &str) -> Self {
        match refusal {
            Refusal::Kind(is) => Self::MetricKind { name: name.to_owned(), is: is.name(), wanted: kind.name() },
            Refusal::Full => Self::TooManySeries { limit: MAX_SERIES },
            Refusal::Bytes => Self::TooManyBytes { limit: MAX_SERIES_BYTES },
            Refusal::Forked => Self::Forked,
        }
    }
}
