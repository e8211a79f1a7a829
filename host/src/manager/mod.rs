//! The registry.

pub(crate) mod error;
pub(crate) mod fan_out;
pub(crate) mod metered;
pub(crate) mod metric_handles;
pub(crate) mod metrics;
pub(crate) mod observe;
pub(crate) mod shutdown;
pub(crate) mod sinks;
pub(crate) mod spans;

use crate::handles::compression::Compression;
use crate::handles::index::Index;
use crate::handles::observability::Observability;
use crate::handles::storage::Storage;
use crate::instance::Instance;
use crate::manager::error::ManagerError;
use crate::manager::fan_out::FanOut;
use crate::manager::metered::Metered;
use crate::plugin::PluginInstance;
use crate::sync::call_gate::live::is_child;
use parking_lot::{RwLock, RwLockWriteGuard};
use sochdb_plugin_abi::for_each_kind;
use sochdb_plugin_sdk::{CompressionExtension, ExtensionInfo, IndexExtension};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// A registry of all extensions, loaded and linked in.
///
/// No lock is held while an extension runs, so an extension may call back and register another. All methods may be
/// called from any thread.
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

#[derive(Default)]
struct Registry {
    shut: bool,
    /// In the order of registration, each once, however many kinds it has. Kept by the handles elsewhere: a sink is
    /// let go when it ended.
    order: Vec<Weak<Instance>>,
    storages: HashMap<String, Storage>,
    active_storage: Option<Storage>,
    indexes: HashMap<String, Index>,
    compressions: HashMap<String, Compression>,
}

macro_rules! kinds {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The handles of one extension that are to be registered together.
        #[derive(Default)]
        struct Kinds {
            $($kind: Option<crate::handles::$kind::$handle>,)+
        }

        impl Kinds {
            fn of(plugin: &PluginInstance) -> Self {
                Self { $($kind: plugin.$kind().ok(),)+ }
            }
        }
    };
}

for_each_kind!(kinds);

impl PluginManager {
    /// Makes an empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers all kinds of a plugin, or none of them.
    ///
    /// # Errors
    /// [`ManagerError::Duplicate`], [`ManagerError::ShutDown`], [`ManagerError::Forked`]; nothing is registered then.
    pub fn register(&self, plugin: &PluginInstance) -> Result<(), ManagerError> {
        self.register_all(plugin.instance.clone(), Kinds::of(plugin))
    }

    /// Registers a storage by its name. The first one becomes the active one.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_storage(&self, storage: Storage) -> Result<(), ManagerError> {
        self.register_all(storage.instance.clone(), Kinds { storage: Some(storage), ..Kinds::default() })
    }

    /// Registers an index by its name.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_index(&self, index: Index) -> Result<(), ManagerError> {
        self.register_all(index.instance.clone(), Kinds { index: Some(index), ..Kinds::default() })
    }

    /// Registers a sink. Each span, log line and health report of this manager goes to all sinks, and each metric: a sink
    /// that reads metrics gets this manager's to read, unless it has those of another one.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`]; the same instance twice is a duplicate, two instances of one plugin are not.
    pub fn register_observability(&self, observability: Observability) -> Result<(), ManagerError> {
        let kinds = Kinds { observability: Some(observability.clone()), ..Kinds::default() };
        self.register_all(observability.instance.clone(), kinds)
    }

    /// Registers a codec by its algorithm.
    ///
    /// # Errors
    /// Those of [`PluginManager::register`].
    pub fn register_compression(&self, compression: Compression) -> Result<(), ManagerError> {
        self.register_all(compression.instance.clone(), Kinds { compression: Some(compression), ..Kinds::default() })
    }

    fn register_all(&self, instance: Arc<Instance>, kinds: Kinds) -> Result<(), ManagerError> {
        let name = &instance.info.name;
        let taken = |kind, name: &str, taken: bool| {
            if taken {
                Err(ManagerError::Duplicate { kind, name: name.to_owned() })
            } else {
                Ok(())
            }
        };
        let mut registry = self.write()?;
        if registry.shut {
            return Err(ManagerError::ShutDown);
        }
        registry.order.retain(|other| other.strong_count() > 0);
        let known = registry.order.iter().any(|other| std::ptr::eq(other.as_ptr(), &*instance));
        taken("storage", name, kinds.storage.is_some() && registry.storages.contains_key(name))?;
        taken("index", name, kinds.index.is_some() && registry.indexes.contains_key(name))?;
        taken("observability sink", name, kinds.observability.is_some() && known)?;
        if let Some(compression) = &kinds.compression {
            let algorithm = compression.algorithm();
            taken("compression", algorithm, registry.compressions.contains_key(algorithm))?;
        }

        if let Some(storage) = kinds.storage {
            registry.active_storage.get_or_insert_with(|| storage.clone());
            registry.storages.insert(name.clone(), storage);
        }
        if let Some(index) = kinds.index {
            registry.indexes.insert(name.clone(), index);
        }
        if let Some(compression) = kinds.compression {
            registry.compressions.insert(compression.algorithm().to_owned(), compression);
        }
        if !known {
            registry.order.push(Arc::downgrade(&instance));
        }
        drop(registry);
        // Nothing can be refused any more, and no lock is held: this calls the plugin.
        if let Some(observability) = kinds.observability {
            self.fan_out.register(observability, &self.metrics);
        }
        Ok(())
    }

    /// Makes a registered storage the active one.
    ///
    /// # Errors
    /// [`ManagerError::Unknown`], [`ManagerError::Forked`].
    pub fn set_active_storage(&self, name: &str) -> Result<(), ManagerError> {
        let mut registry = self.write()?;
        match registry.storages.get(name).cloned() {
            Some(storage) => {
                registry.active_storage = Some(storage);
                Ok(())
            }
            None => {
                let known = sorted(&registry.storages).join(", ");
                Err(ManagerError::Unknown { kind: "storage", name: name.to_owned(), known })
            }
        }
    }

    /// Returns the active storage: the first that was registered, or that of [`PluginManager::set_active_storage`].
    pub fn storage(&self) -> Option<Storage> {
        self.look(|registry| registry.active_storage.clone())?
    }

    /// Returns the index of this name.
    pub fn index(&self, name: &str) -> Option<Index> {
        self.look(|registry| registry.indexes.get(name).cloned())?
    }

    /// Returns the codec of this algorithm.
    pub fn compression(&self, algorithm: &str) -> Option<Compression> {
        self.look(|registry| registry.compressions.get(algorithm).cloned())?
    }

    /// Lists the types of the registered indexes, such as `hnsw`, sorted, each once.
    pub fn list_index_types(&self) -> Vec<String> {
        let types = |registry: &Registry| {
            registry.indexes.values().map(|index| index.index_type().to_owned()).collect::<Vec<String>>()
        };
        let mut types = self.look(types).unwrap_or_default();
        types.sort();
        types.dedup();
        types
    }

    /// Lists the algorithms of the registered codecs, sorted.
    pub fn list_compression(&self) -> Vec<String> {
        self.look(|registry| sorted(&registry.compressions)).unwrap_or_default()
    }

    /// Lists every registered extension, in the order of registration. A sink that is nothing else is gone after its end.
    pub fn list_extensions(&self) -> Vec<ExtensionInfo> {
        // Lets go of those that ended.
        self.fan_out.refresh();
        let instances = self.look(Registry::instances).unwrap_or_default();
        instances.iter().map(|instance| instance.info.clone()).collect()
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

impl Registry {
    /// The instances that are still there, in the order of registration.
    fn instances(&self) -> Vec<Arc<Instance>> {
        self.order.iter().filter_map(Weak::upgrade).collect()
    }
}

impl std::fmt::Debug for PluginManager {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.list_extensions().into_iter().map(|info| info.name);
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

fn sorted<T>(map: &HashMap<String, T>) -> Vec<String> {
    let mut names: Vec<String> = map.keys().cloned().collect();
    names.sort();
    names
}
