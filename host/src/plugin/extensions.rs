use crate::handles::compression::Compression;
use crate::handles::index::Index;
use crate::handles::observability::Observability;
use crate::handles::storage::Storage;
use crate::plugin::loader::DynamicPluginLoader;
use crate::refusal::load_error::LoadError;
use std::path::Path;

/// Loads that take one extension of one instance.
impl DynamicPluginLoader {
    /// Loads a plugin with this configuration and takes its storage.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`](crate::PluginLibrary::instance).
    pub unsafe fn load_storage(&self, path: impl AsRef<Path>, config: &str) -> Result<Storage, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.storage()
    }

    /// Loads a plugin with this configuration and takes its index.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`](crate::PluginLibrary::instance).
    pub unsafe fn load_index(&self, path: impl AsRef<Path>, config: &str) -> Result<Index, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.index()
    }

    /// Loads a plugin with this configuration and takes its sink of metrics, spans and logs.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`](crate::PluginLibrary::instance).
    pub unsafe fn load_observability(&self, path: impl AsRef<Path>, config: &str) -> Result<Observability, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.observability()
    }

    /// Loads a plugin with this configuration and takes its codec.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`](crate::PluginLibrary::instance).
    pub unsafe fn load_compression(&self, path: impl AsRef<Path>, config: &str) -> Result<Compression, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.compression()
    }
}
