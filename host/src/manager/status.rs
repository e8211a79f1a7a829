//! The list of the extensions that a manager keeps, with origin and state.

use crate::base::digest::Digest;
use crate::base::kinds::Kinds;
use crate::instance::state::State;
use crate::instance::Instance;
use crate::manager::registry::{Entry, Registry};
use crate::manager::PluginManager;
use crate::plugin::recipe::Recipe;
use sochdb_plugin_sdk::{ExtensionInfo, InstanceProperties};
use std::path::PathBuf;

/// An extension as [`PluginManager::extensions`] lists it.
///
/// ```
/// use sochdb_plugin_host::{ExtensionState, PluginManager};
///
/// let manager = PluginManager::new();
/// for extension in manager.extensions() {
///     let from = extension.origin.map_or("linked in".to_owned(), |origin| origin.path.display().to_string());
///     println!("{} ({}, {from}): {}", extension.name, extension.kinds, extension.state);
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExtensionStatus {
    /// The name under which it was registered.
    pub name: String,
    /// The number of the instance, which errors and log lines name: [`PluginInstance::number`](crate::PluginInstance::number).
    pub number: u64,
    /// The plugin's own name, version, author and capabilities.
    pub info: ExtensionInfo,
    /// The kinds that are registered under the name.
    pub kinds: Kinds,
    /// The file that it was loaded from; None if it is linked in.
    pub origin: Option<ExtensionOrigin>,
    /// The isolation in which it runs.
    pub tier: Tier,
    /// The number of instances of these bytes, or of this [`LinkedPlugin`](crate::LinkedPlugin), that the manager keeps, this
    /// one too; 1 of a value of the application's.
    pub instances: usize,
    /// Whether it takes calls.
    pub state: ExtensionState,
    /// Whether it is the storage of [`PluginManager::storage`].
    pub is_active_storage: bool,
    /// The calls that are under way in it. Others begin and end meanwhile.
    pub calls: usize,
    /// The readers and transactions of it that are open: its end waits for them.
    pub open: usize,
    /// The bytes of memory that it takes, as it told last; None if it never did.
    pub memory_used: Option<u64>,
    /// The properties that it describes, whatever its kinds.
    pub properties: InstanceProperties,
}

/// The isolation in which an extension runs. `Display` writes it in a few words.
///
/// ```
/// assert_eq!(sochdb_plugin_host::Tier::InProcess.to_string(), "in process");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tier {
    /// None: its code runs in this process, with all its rights.
    InProcess,
}

impl std::fmt::Display for Tier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InProcess => formatter.write_str("in process"),
        }
    }
}

/// The file that an extension was loaded from.
///
/// ```
/// use sochdb_plugin_host::PluginManager;
///
/// let origins = PluginManager::new().extensions().into_iter().filter_map(|extension| extension.origin);
/// origins.for_each(|origin| println!("{} {}", origin.digest, origin.path.display()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionOrigin {
    /// The path of the file that the load read.
    pub path: PathBuf,
    /// The SHA-256 of the bytes that run.
    pub digest: Digest,
    /// The publisher who signed them, if the policy of the load asked for one.
    pub publisher: Option<String>,
}

/// The state of an extension: whether it takes calls. `Display` writes it in a few words.
///
/// ```
/// use sochdb_plugin_host::ExtensionState;
///
/// assert_eq!(ExtensionState::Panicked { cause: "`get`: no".into() }.to_string(), "panicked: `get`: no");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionState {
    /// Calls are taken.
    Serving,
    /// New calls are refused, and the last ones, or `shutdown`, are under way.
    Draining,
    /// All calls are refused, after a shutdown.
    ShutDown,
    /// A panic ended it.
    Panicked {
        /// The call and what it said.
        cause: String,
    },
}

impl std::fmt::Display for ExtensionState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Serving => formatter.write_str("serving"),
            Self::Draining => formatter.write_str("draining"),
            Self::ShutDown => formatter.write_str("shut down"),
            Self::Panicked { cause } => write!(formatter, "panicked: {cause}"),
        }
    }
}

impl ExtensionStatus {
    fn of(registry: &Registry, entry: &Entry, instance: &Instance) -> Self {
        let (calls, open) = instance.gate.under_way();
        let file = Recipe::of(instance).and_then(|recipe| recipe.source.file.as_ref());
        let origin = file.map(|(place, library)| ExtensionOrigin {
            path: place.path.clone(),
            digest: library.digest,
            publisher: library.publisher.clone(),
        });
        let same = |other: &Instance| match (Recipe::of(instance), Recipe::of(other)) {
            (Some(recipe), Some(others)) => recipe.source.is(&others.source),
            _ => std::ptr::eq(other, instance),
        };
        let state = match instance.state() {
            State::Serving => ExtensionState::Serving,
            State::Draining => ExtensionState::Draining,
            State::ShutDown => ExtensionState::ShutDown,
            State::Panicked => ExtensionState::Panicked { cause: instance.cause().to_owned() },
        };
        Self {
            name: entry.name.to_string(),
            number: instance.number,
            info: instance.info.clone(),
            kinds: entry.kinds,
            origin,
            tier: Tier::InProcess,
            instances: registry.instances().iter().filter(|other| same(other)).count(),
            state,
            is_active_storage: registry.is_active(entry),
            calls,
            open,
            memory_used: instance.memory_used(),
            properties: instance.described.instance,
        }
    }
}

impl PluginManager {
    fn forget_sinks(&self) {
        self.fan_out.refresh();
        if self.look(|registry| registry.entries().any(Entry::is_forgotten)) == Some(true) {
            let gone = self.write().map(|mut registry| registry.forget_sinks());
            // Freed when nobody is kept from the registry.
            drop(gone);
        }
    }

    /// Lists every registered extension with its name, origin and state, in the order of registration, also those that ended; but a
    /// sink that is nothing else is gone after its shutdown.
    ///
    /// Blocks only to free a sink that was shut down.
    pub fn extensions(&self) -> Vec<ExtensionStatus> {
        self.forget_sinks();
        let list = |registry: &Registry| {
            registry.entries().map(|entry| ExtensionStatus::of(registry, entry, entry.instance())).collect()
        };
        self.look(list).unwrap_or_default()
    }

    /// Lists every registered extension, in the order of registration, each once, as [`PluginManager::extensions`] does.
    ///
    /// Blocks only to free a sink that was shut down.
    pub fn list_extensions(&self) -> Vec<ExtensionInfo> {
        self.forget_sinks();
        let instances = self.look(Registry::instances).unwrap_or_default();
        instances.iter().map(|instance| instance.info.clone()).collect()
    }
}
