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
    /// Extensions that did not shut down cleanly, in the order in which they were shut down.
    #[error("{} extension(s) did not shut down cleanly: {}", .0.len(), join(.0))]
    Shutdown(Vec<Error>),
}

fn join(errors: &[Error]) -> String {
    errors.iter().map(Error::to_string).collect::<Vec<_>>().join("; ")
}
