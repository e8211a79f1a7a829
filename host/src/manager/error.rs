use crate::instance::Instance;
use crate::metrics::description::MAX_BOUNDS;
use crate::metrics::registry::{Refusal, MAX_SERIES, MAX_SERIES_BYTES};
use crate::refusal::load_error::LoadError;
use sochdb_plugin_sdk::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a name that the application gives.
pub(crate) const MAX_NAME: usize = 255;

/// Whatever a caller's own step fails with.
pub(crate) type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// The reason why the manager refused.
///
/// ```
/// use sochdb_plugin_host::{ManagerError, PluginManager};
///
/// let refused = PluginManager::new().set_active_storage("lmdb").unwrap_err();
/// assert!(matches!(refused, ManagerError::Unknown { name, .. } if name == "lmdb"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// The name is taken, and nothing was registered.
    #[error("{kind} `{name}` is registered already: give the new one another name, or use the one that is there")]
    Duplicate {
        /// The kind: `storage`, `index`, `observability sink` or `compression`.
        kind: &'static str,
        /// The name, or the algorithm of a codec.
        name: String,
        /// The plugin that has it.
        plugin: String,
        /// The number of the instance that has it.
        instance: u64,
    },
    /// The name is none that can be listed.
    #[error("{name:?} is no name for an extension: give one of 1 to {MAX_NAME} bytes without control characters")]
    Name {
        /// The name that was given.
        name: String,
    },
    /// There is no extension of this name.
    #[error("there is no {kind} `{name}`; registered are: {known}")]
    Unknown {
        /// The kind, as in [`ManagerError::Duplicate`].
        kind: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names that are registered, sorted, with commas.
        known: String,
    },
    /// An extension was not replaced by another one.
    #[error(transparent)]
    NotReplaced(Box<Unreplaced>),
    /// The manager was shut down.
    #[error("the plugin manager was shut down: no extension can be registered any more")]
    ShutDown,
    /// A metric of another kind has the name.
    #[error("the metric `{name}` is a {is}: give the {wanted} another name")]
    MetricKind {
        /// The metric's name.
        name: String,
        /// The kind of the metric: `counter`, `gauge`, `histogram` or `up-down counter`.
        is: &'static str,
        /// The kind that was asked for.
        wanted: &'static str,
    },
    /// There is no room for another metric.
    #[error("there are {limit} series of metrics already: use labels that have fewer values")]
    TooManySeries {
        /// The limit, [`PluginManager::MAX_SERIES`](crate::PluginManager::MAX_SERIES).
        limit: usize,
    },
    /// There is no room for the name and labels of another metric.
    #[error("names and labels of metrics take {limit} bytes already, or would: use shorter labels, or such that have fewer values")]
    TooManyBytes {
        /// The limit, [`PluginManager::MAX_SERIES_BYTES`](crate::PluginManager::MAX_SERIES_BYTES).
        limit: usize,
    },
    /// The bounds of a description are none.
    #[error(
        "the bounds of the metric `{name}` are none: give at most {limit} finite numbers, each above the one before"
    )]
    MetricBounds {
        /// The metric's name.
        name: String,
        /// The most bounds.
        limit: usize,
    },
    /// The process is a child of fork.
    #[error("this process is a child of fork: extensions run only in the one that made them")]
    Forked,
    /// Extensions that did not shut down cleanly, in the order in which they were shut down.
    #[error("{} extension(s) did not shut down cleanly: {}", .0.len(), join(.0))]
    Shutdown(Vec<Unended>),
}

/// An extension that was not replaced by another one. `Display` says what became of it; the source says why.
///
/// ```
/// use sochdb_plugin_host::{Compression, LinkedPlugin, ManagerError, PluginManager};
#[doc = include_str!("../handles/xor_codec.example")]
/// let manager = PluginManager::new();
/// manager.register_as("pages", Compression::new(Xor)?)?;
/// let refused = manager.hand_over("pages", || Err("no other one is there"));
/// let Err(ManagerError::NotReplaced(not)) = refused else { unreachable!() };
/// assert_eq!((&*not.name, not.serves, not.source.to_string()), ("pages", false, "no other one is there".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{name}` was not replaced, and {}{}{}", fate(*.serves, .lost.as_deref()), kept(.backup.as_deref()), also(.stuck))]
#[non_exhaustive]
pub struct Unreplaced {
    /// The name of the extension.
    pub name: String,
    /// The plugin of the instance that was to be replaced.
    pub plugin: String,
    /// The number of the instance that was to be replaced.
    pub instance: u64,
    /// The path of the file that this one was loaded from; None if it is linked in.
    pub path: Option<PathBuf>,
    /// The slot of the contract whose call failed, in the old or the new one; None if it was none.
    pub slot: Option<String>,
    /// Whether the old one takes calls as before.
    pub serves: bool,
    /// Why the old one could not be made again, if it ended for the new one.
    pub lost: Option<String>,
    /// The copy of its `data_dir` that was kept, whole, if it was lost and had a
    /// [`InstanceOptions::backup_dir`](crate::InstanceOptions::backup_dir).
    pub backup: Option<PathBuf>,
    /// Of an upgrade, the names of those that were replaced before, and could not be put back.
    pub stuck: Vec<String>,
    /// The reason: an [`Error`] or a [`LoadError`] that names the instance and the file it is of, or an error of the application's.
    pub source: Arc<dyn std::error::Error + Send + Sync>,
}

/// Of the same extension, with the same text of its reason.
impl PartialEq for Unreplaced {
    fn eq(&self, other: &Self) -> bool {
        let all =
            |not: &Self| (not.to_string(), not.instance, not.path.clone(), not.slot.clone(), not.source.to_string());
        all(self) == all(other)
    }
}

impl Eq for Unreplaced {}

/// An extension that did not shut down cleanly.
///
/// ```
/// use sochdb_plugin_host::{ManagerError, PluginManager};
///
/// # let manager = PluginManager::new();
/// if let Err(ManagerError::Shutdown(unended)) = manager.shutdown_all() {
///     for one in unended {
///         eprintln!("{}: {} (has ended: {})", one.name, one.error, one.has_ended);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unended {
    /// The name under which it was registered, the first of them.
    pub name: String,
    /// The plugin's own name.
    pub plugin: String,
    /// The error that it reported, or that says for what the manager waited in vain.
    pub error: Error,
    /// Whether the extension has ended all the same. If not, its calls or its `shutdown` were still under way at the
    /// deadline.
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
        if self.name != self.plugin {
            write!(formatter, "`{}`: ", self.name)?;
        }
        self.error.fmt(formatter)
    }
}

/// The slot whose call failed, as an error or one of its causes says.
fn slot_of(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let slot = |error: &(dyn std::error::Error + 'static)| {
        let of_call = error.downcast_ref::<Error>().and_then(Error::slot);
        of_call.or_else(|| error.downcast_ref::<LoadError>()?.slot()).map(str::to_owned)
    };
    std::iter::successors(Some(error), |error| error.source()).find_map(slot)
}

fn join(errors: &[Unended]) -> String {
    errors.iter().map(Unended::to_string).collect::<Vec<_>>().join("; ")
}

fn fate(serves: bool, lost: Option<&str>) -> String {
    match (serves, lost) {
        (true, _) => "the old one serves on".to_owned(),
        (false, None) => "takes no calls any more".to_owned(),
        (false, Some(why)) => format!(
            "takes no calls any more, as it cannot be made again: {why}; the name is free: register one under it that finds \
             its files as it needs them"
        ),
    }
}

fn kept(backup: Option<&Path>) -> String {
    backup.map_or_else(String::new, |at| format!("; the files that it left are in {}", at.display()))
}

fn also(stuck: &[String]) -> String {
    match stuck {
        [] => String::new(),
        stuck => format!("; replaced already, and not put back: {}", stuck.join(", ")),
    }
}

impl ManagerError {
    /// The error of a replacement that failed; the old extension serves on.
    pub(crate) fn not_replaced(name: &str, old: &Instance, why: impl Into<AnyError>) -> Self {
        let source: Arc<dyn std::error::Error + Send + Sync> = match why.into().downcast::<Self>() {
            // Another replacement of the same one: that it failed is said already.
            Ok(inner) => match *inner {
                Self::NotReplaced(not) if not.name == name => not.source,
                other => Arc::new(other),
            },
            Err(why) => why.into(),
        };
        Self::NotReplaced(Box::new(Unreplaced {
            name: name.to_owned(),
            plugin: old.info.name.clone(),
            instance: old.number,
            path: old.path().map(Path::to_owned),
            slot: slot_of(&*source),
            serves: true,
            lost: None,
            backup: None,
            stuck: Vec::new(),
            source,
        }))
    }

    /// The same of an extension that ended for the next one, and cannot be made again; the copy of its files, if it is kept.
    pub(crate) fn but_lost(self, why: String, backup: Option<PathBuf>) -> Self {
        match self {
            Self::NotReplaced(not) => {
                Self::NotReplaced(Box::new(Unreplaced { serves: false, lost: Some(why), backup, ..*not }))
            }
            other => other,
        }
    }

    /// The reason why there is no metric of this name, or no description of it.
    pub(crate) fn no_metric(refusal: Refusal, name: &str) -> Self {
        match refusal {
            Refusal::Kind { is, wanted } => {
                Self::MetricKind { name: name.to_owned(), is: is.name(), wanted: wanted.name() }
            }
            Refusal::Full => Self::TooManySeries { limit: MAX_SERIES },
            Refusal::Bytes => Self::TooManyBytes { limit: MAX_SERIES_BYTES },
            Refusal::Bounds => Self::MetricBounds { name: name.to_owned(), limit: MAX_BOUNDS },
            Refusal::Forked => Self::Forked,
        }
    }
}
