//! The registry.

pub(crate) mod carry;
pub(crate) mod error;
pub(crate) mod fan_out;
pub(crate) mod making;
pub(crate) mod metered;
pub(crate) mod metric_handles;
pub(crate) mod metrics;
pub(crate) mod observe;
pub(crate) mod plan;
pub(crate) mod rebuild;
pub(crate) mod registration;
mod registry;
pub(crate) mod replace;
pub(crate) mod services;
pub(crate) mod shutdown;
pub(crate) mod sinks;
pub(crate) mod spans;
pub(crate) mod status;

use crate::handles::compression::Compression;
use crate::handles::index::Index;
use crate::handles::observability::Observability;
use crate::handles::storage::Storage;
use crate::instance::Instance;
use crate::manager::error::{ManagerError, MAX_NAME};
use crate::manager::fan_out::FanOut;
use crate::manager::metered::Metered;
use crate::manager::registration::Registration;
use crate::manager::registry::{sorted, Registry};
use crate::plugin::PluginInstance;
use crate::sync::call_gate::live::is_child;
use parking_lot::{RwLock, RwLockWriteGuard};
use sochdb_plugin_abi::SOCH_KIND_STORAGE;
use sochdb_plugin_sdk::{CompressionExtension, IndexExtension};
use std::borrow::Borrow;

/// A registry of all extensions, loaded and linked in.
///
/// No lock is held while an extension runs, so an extension may call back and register another. All methods may be
/// called from any thread; those that register, look up and list return at once, but that a sink is told of the metrics when it
/// is registered, and all others block as [`blocking`](crate::blocking) says.
///
/// ```
/// use sochdb_plugin_host::{Compression, PluginManager};
#[doc = include_str!("../handles/xor_codec.example")]
/// let manager = PluginManager::new();
/// manager.register_compression(Compression::new(Xor)?)?;
/// let codec = manager.compression("xor").expect("it was just registered");
/// assert_eq!(codec.decompress(&codec.compress(b"hello")?)?, b"hello");
/// manager.shutdown_all()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Names
/// An extension is kept under the name that the application gives, by [`PluginManager::register_as`], or under its own: the
/// algorithm of what is a codec alone, the plugin's name otherwise; a sink whose own name is taken gets a number behind it.
/// A name stands for at most one extension of each kind. Lookups have one rule: the extension of this name; if there is none,
/// the first registered index of this type, or codec of this algorithm.
///
/// # Fork
/// Extensions run in the process that made them. In a child that fork makes of it, without an `exec` afterwards, every
/// call of a handle is an error of the kind [`Forked`](sochdb_plugin_sdk::ErrorKind::Forked), nothing is shut down or
/// freed when handles go, and no plugin is loaded; log lines and spans go nowhere, metrics go on without new series. That
/// holds for fork by the C library; a child that is made by the bare system call must not use any of this.
#[derive(Default)]
pub struct PluginManager {
    registry: RwLock<Registry>,
    metrics: Metered,
    fan_out: FanOut,
}

impl PluginManager {
    /// Makes an empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers all kinds of a plugin, or none of them: of an instance, or of one that is lent.
    ///
    /// Blocks for a sink until that has answered, and to free an extension that ended under this name.
    ///
    /// # Errors
    /// [`ManagerError::Duplicate`], [`ManagerError::ShutDown`], [`ManagerError::Forked`]; nothing is registered then.
    pub fn register(&self, plugin: impl Borrow<PluginInstance>) -> Result<(), ManagerError> {
        self.register_all(None, plugin.borrow().into())
    }

    /// Registers a storage by its name. The first one becomes the active one.
    ///
    /// Blocks only to free an extension that ended under this name.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_storage(&self, storage: Storage) -> Result<(), ManagerError> {
        self.register_all(None, storage.into())
    }

    /// Registers an index by its name.
    ///
    /// Blocks only to free an extension that ended under this name.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_index(&self, index: Index) -> Result<(), ManagerError> {
        self.register_all(None, index.into())
    }

    /// Registers a sink. Each span, log line and health report of this manager goes to all sinks, and each metric: a sink
    /// that reads metrics gets this manager's to read, unless it has those of another one.
    ///
    /// Blocks until the sink has answered, and to free an extension that ended under this name.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`]; the same instance twice is a duplicate, two instances of one plugin are not.
    pub fn register_observability(&self, observability: Observability) -> Result<(), ManagerError> {
        self.register_all(None, observability.into())
    }

    /// Registers a codec by its algorithm.
    ///
    /// Blocks only to free an extension that ended under this name.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_compression(&self, compression: Compression) -> Result<(), ManagerError> {
        self.register_all(None, compression.into())
    }

    /// Registers all kinds of a plugin, or the one of a handle, under a name of the application's: two instances of one plugin,
    /// hot and cold storage, an index for each column.
    ///
    /// Blocks for a sink until that has answered, and to free an extension that ended under this name.
    ///
    /// A name stands for at most one extension of each kind. It has 1 to 255 bytes, and no control characters. One that
    /// has ended, by a shutdown or a panic, gives its name to the next one.
    ///
    /// # Errors
    /// [`ManagerError::Name`]; those of [`PluginManager::register`].
    pub fn register_as(&self, name: &str, extension: impl Into<Registration>) -> Result<(), ManagerError> {
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(ManagerError::Name { name: name.to_owned() });
        }
        self.register_all(Some(name), extension.into())
    }

    fn register_all(&self, name: Option<&str>, registration: Registration) -> Result<(), ManagerError> {
        let sink = registration.handles.observability.clone();
        // What is refused, and what had ended, goes when nobody is kept from the registry.
        let (instance, mut gone) = (registration.instance.clone(), Vec::new());
        let added = self.write()?.add(name, registration, &mut gone);
        drop(gone);
        added?;
        self.join(&instance);
        // Nothing can be refused any more, and no lock is held: this calls the plugin.
        if let Some(sink) = sink {
            self.fan_out.register(sink, &self.metrics);
        }
        Ok(())
    }

    /// Makes the name of an instance known to its services, and keeps what it counts.
    fn join(&self, instance: &Instance) {
        let name = self.look(|registry| registry.name_of(instance).map(str::to_owned)).flatten();
        if let Some(name) = name {
            instance.registered_as(&name, || self.services());
        }
    }

    /// Takes all extensions of this name out, and returns them: calls under way go on, and so do those of the handles
    /// that were taken before. An extension ends when the last of its handles goes, or by its
    /// [`PluginInstance::shutdown`]. If the active storage goes, the next one that is registered becomes it.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// [`ManagerError::Unknown`], [`ManagerError::Forked`].
    pub fn unregister(&self, name: &str) -> Result<Vec<PluginInstance>, ManagerError> {
        let mut registry = self.write()?;
        let instances = registry.remove(name);
        if instances.is_empty() {
            return Err(unknown(&registry, "extension", name));
        }
        let gone = |instance: &Instance| !registry.instances().iter().any(|other| std::ptr::eq(&**other, instance));
        let sinks: Vec<_> = instances.iter().filter(|instance| gone(instance)).cloned().collect();
        drop(registry);
        sinks.iter().for_each(|instance| self.fan_out.unregister(instance));
        Ok(instances.into_iter().map(|instance| PluginInstance { instance }).collect())
    }

    /// Makes a registered storage the active one.
    ///
    /// Never blocks.
    ///
    /// # Errors
    /// [`ManagerError::Unknown`], [`ManagerError::Forked`].
    pub fn set_active_storage(&self, name: &str) -> Result<(), ManagerError> {
        let mut registry = self.write()?;
        match registry.set_active_storage(name) {
            true => Ok(()),
            false => Err(unknown(&registry, "storage", name)),
        }
    }

    /// Returns the active storage: the first that was registered, or that of [`PluginManager::set_active_storage`].
    ///
    /// Never blocks.
    pub fn storage(&self) -> Option<Storage> {
        self.look(|registry| registry.active_storage().cloned())?
    }

    /// Returns the storage of this name, active or not.
    ///
    /// Never blocks.
    pub fn storage_named(&self, name: &str) -> Option<Storage> {
        self.look(|registry| registry.storage(name).cloned())?
    }

    /// Returns the index of this name; if there is none, the first registered one of this type, such as `hnsw`.
    ///
    /// Never blocks.
    pub fn index(&self, name: &str) -> Option<Index> {
        self.look(|registry| registry.index(name).cloned())?
    }

    /// Returns the codec of this name; if there is none, the first registered one of this algorithm, such as `zstd`.
    ///
    /// Never blocks.
    pub fn compression(&self, name: &str) -> Option<Compression> {
        self.look(|registry| registry.compression(name).cloned())?
    }

    /// Lists the names of the registered storages, sorted.
    ///
    /// Never blocks.
    pub fn list_storages(&self) -> Vec<String> {
        self.look(|registry| registry.names(SOCH_KIND_STORAGE)).unwrap_or_default()
    }

    /// Lists the types of the registered indexes, such as `hnsw`, sorted, each once.
    ///
    /// Never blocks.
    pub fn list_index_types(&self) -> Vec<String> {
        self.look(|registry| sorted(registry.indexes().map(Index::index_type))).unwrap_or_default()
    }

    /// Lists the algorithms of the registered codecs, sorted, each once.
    ///
    /// Never blocks.
    pub fn list_compression(&self) -> Vec<String> {
        self.look(|registry| sorted(registry.compressions().map(Compression::algorithm))).unwrap_or_default()
    }

    /// Shows the registry to `look`; None in a child of fork whose parent changed it just then.
    fn look<R>(&self, look: impl FnOnce(&Registry) -> R) -> Option<R> {
        if !is_child() {
            return Some(look(&self.registry.read()));
        }
        let registry = self.registry.try_read()?;
        let result = look(&registry);
        // To give it back could mean to look for threads that wait for it, of which there are none here.
        std::mem::forget(registry);
        Some(result)
    }

    /// The registry, to change it.
    fn write(&self) -> Result<RwLockWriteGuard<'_, Registry>, ManagerError> {
        if is_child() {
            return Err(ManagerError::Forked);
        }
        Ok(self.registry.write())
    }
}

impl std::fmt::Debug for PluginManager {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.extensions().into_iter().map(|extension| extension.name);
        formatter.debug_tuple("PluginManager").field(&names.collect::<Vec<_>>()).finish()
    }
}

impl Drop for PluginManager {
    /// Lets go of the extensions in reverse order of registration: one that nobody else holds ends here.
    fn drop(&mut self) {
        let registry = std::mem::take(self.registry.get_mut());
        let mut order = registry.instances();
        self.fan_out = FanOut::default();
        drop(registry);
        while let Some(instance) = order.pop() {
            drop(instance);
        }
    }
}

/// The error of a name that is none.
fn unknown(registry: &Registry, kind: &'static str, name: &str) -> ManagerError {
    let kinds = if kind == "storage" { SOCH_KIND_STORAGE } else { u32::MAX };
    ManagerError::Unknown { kind, name: name.to_owned(), known: registry.names(kinds).join(", ") }
}
