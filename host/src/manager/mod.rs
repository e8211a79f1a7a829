//! The registry.

mod error;
mod metrics;
mod observe;

use crate::compression::Compression;
use crate::fan_out::FanOut;
use crate::index::Index;
use crate::instance::Instance;
use crate::metrics::Registry as Metrics;
use crate::observability::Observability;
use crate::plugin::Plugin;
use crate::storage::Storage;
pub use error::ManagerError;
use parking_lot::RwLock;
use sochdb_plugin_sdk::{CompressionExtension, Error, ExtensionInfo, IndexExtension};
use std::collections::HashMap;
use std::sync::Arc;

/// One registry for all extensions, loaded and linked in.
///
/// No lock is held while an extension runs, so an extension may call back and register another. All methods may be
/// called from any thread.
#[derive(Default)]
pub struct PluginManager {
    registry: RwLock<Registry>,
    metrics: Arc<Metrics>,
    fan_out: FanOut,
}

#[derive(Default)]
struct Registry {
    shut: bool,
    /// In the order of registration, each once, however many kinds it has.
    order: Vec<Arc<Instance>>,
    storages: HashMap<String, Storage>,
    active_storage: Option<Storage>,
    indexes: HashMap<String, Index>,
    compressions: HashMap<String, Compression>,
}

/// The handles of one extension that are to be registered together.
#[derive(Default)]
struct Kinds {
    storage: Option<Storage>,
    index: Option<Index>,
    observability: Option<Observability>,
    compression: Option<Compression>,
}

impl PluginManager {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers all kinds of a plugin, or none of them.
    ///
    /// # Errors
    /// [`ManagerError::Duplicate`], [`ManagerError::ShutDown`]; so for the other `register_` methods.
    pub fn register(&self, plugin: &Plugin) -> Result<(), ManagerError> {
        let kinds = Kinds {
            storage: plugin.storage().ok(),
            index: plugin.index().ok(),
            observability: plugin.observability().ok(),
            compression: plugin.compression().ok(),
        };
        self.register_all(plugin.instance.clone(), kinds)
    }

    /// Registers a storage by its name. The first one becomes the active one.
    ///
    /// # Errors
    /// As [`PluginManager::register`].
    pub fn register_storage(&self, storage: Storage) -> Result<(), ManagerError> {
        self.register_all(storage.instance.clone(), Kinds { storage: Some(storage), ..Kinds::default() })
    }

    /// Registers an index by its name.
    ///
    /// # Errors
    /// As [`PluginManager::register`].
    pub fn register_index(&self, index: Index) -> Result<(), ManagerError> {
        self.register_all(index.instance.clone(), Kinds { index: Some(index), ..Kinds::default() })
    }

    /// Registers a sink; each call of this manager's observability goes to all of them. One that can gets this
    /// manager's metrics to read, unless it has those of another one.
    ///
    /// # Errors
    /// As [`PluginManager::register`]; the same instance twice is a duplicate, two instances of one plugin are not.
    pub fn register_observability(&self, observability: Observability) -> Result<(), ManagerError> {
        let kinds = Kinds { observability: Some(observability.clone()), ..Kinds::default() };
        self.register_all(observability.instance.clone(), kinds)
    }

    /// Registers a codec by its algorithm.
    ///
    /// # Errors
    /// As [`PluginManager::register`].
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
        let mut registry = self.registry.write();
        if registry.shut {
            return Err(ManagerError::ShutDown);
        }
        let known = registry.order.iter().any(|other| Arc::ptr_eq(other, &instance));
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
            registry.order.push(instance);
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
    /// [`ManagerError::Unknown`].
    pub fn set_active_storage(&self, name: &str) -> Result<(), ManagerError> {
        let mut registry = self.registry.write();
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

    /// The active storage.
    pub fn storage(&self) -> Option<Storage> {
        self.registry.read().active_storage.clone()
    }

    /// The index of this name.
    pub fn index(&self, name: &str) -> Option<Index> {
        self.registry.read().indexes.get(name).cloned()
    }

    /// The codec of this algorithm.
    pub fn compression(&self, algorithm: &str) -> Option<Compression> {
        self.registry.read().compressions.get(algorithm).cloned()
    }

    /// The kinds of index that are registered, sorted, each once.
    pub fn list_index_types(&self) -> Vec<String> {
        let registry = self.registry.read();
        let mut types: Vec<String> = registry.indexes.values().map(|index| index.index_type().to_owned()).collect();
        types.sort();
        types.dedup();
        types
    }

    /// The algorithms that are registered, sorted.
    pub fn list_compression(&self) -> Vec<String> {
        sorted(&self.registry.read().compressions)
    }

    /// Every registered extension, in the order of registration.
    pub fn list_extensions(&self) -> Vec<ExtensionInfo> {
        self.registry.read().order.iter().map(|instance| instance.info.clone()).collect()
    }

    /// Shuts every extension down, once, in reverse order of registration, each after its calls under way ended, and
    /// refuses what comes later. A second call only tries again those that were still busy.
    ///
    /// # Errors
    /// [`ManagerError::Shutdown`] with all errors; the others are shut down all the same.
    pub fn shutdown_all(&self) -> Result<(), ManagerError> {
        let order = {
            let mut registry = self.registry.write();
            registry.shut = true;
            registry.order.clone()
        };
        let errors: Vec<Error> = order.iter().rev().filter_map(|instance| instance.shutdown().err()).collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ManagerError::Shutdown(errors))
        }
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
        self.fan_out = FanOut::default();
        let registry = std::mem::take(self.registry.get_mut());
        let mut order = registry.order.clone();
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
