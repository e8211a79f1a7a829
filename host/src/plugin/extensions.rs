//! Loads that take one kind of one instance.

use crate::handles::compression::Compression;
use crate::handles::index::Index;
use crate::handles::observability::Observability;
use crate::handles::storage::Storage;
use crate::plugin::loader::DynamicPluginLoader;
use crate::refusal::load_error::LoadError;
use std::path::Path;

macro_rules! loads {
    ($($load:ident: $kind:ident, $handle:ident;)+) => {
        /// Loads that take one kind of one instance.
        impl DynamicPluginLoader {$(
            #[doc = concat!("Loads the plugin at `path`, makes an instance from `config`, and returns its ", stringify!($kind), ".")]
            ///
            /// Blocks until it is loaded and its `create` has returned.
            ///
            /// # Safety
            /// The caller trusts the plugin as [`DynamicPluginLoader::load`] demands.
            ///
            /// # Errors
            /// Those of [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`](crate::PluginLibrary::instance);
            /// [`Refusal::KindMissing`](crate::Refusal::KindMissing) if the plugin is not of that kind.
            pub unsafe fn $load(&self, path: impl AsRef<Path>, config: &str) -> Result<$handle, LoadError> {
                // SAFETY: the caller promises it.
                unsafe { self.load(path) }?.instance(config)?.$kind()
            }
        )+}
    };
}

loads! {
    load_storage: storage, Storage;
    load_index: index, Index;
    load_observability: observability, Observability;
    load_compression: compression, Compression;
}
