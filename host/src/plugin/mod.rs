//! A loaded library and its instances.

pub(crate) mod backup;
pub(crate) mod directory;
pub(crate) mod extensions;
pub(crate) mod instance_options;
pub(crate) mod linked;
pub(crate) mod loader;
pub(crate) mod loader_options;
mod own_thread;
pub(crate) mod platform;
pub(crate) mod recipe;
pub(crate) mod verified;
pub(crate) mod version;
use crate::base::digest::Digest;
use crate::instance::{describe, Instance};
use crate::loader::file_origin::FileOrigin;
use crate::loader::library::Library;
use crate::plugin::instance_options::InstanceOptions;
use crate::plugin::recipe::{Context, Recipe, Source};
use crate::refusal::load_error::LoadError;
use crate::refusal::refusals::Refusal;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ExtensionCapability, ExtensionInfo, Result};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A library that passed every step of the loader. It makes instances, and stays for the rest of the process. Clones are
/// the same library.
///
/// ```no_run
/// # fn main() -> Result<(), sochdb_plugin_host::LoadError> {
/// # let loader = sochdb_plugin_host::DynamicPluginLoader::new_trusted();
/// // SAFETY: whoever named the file trusts it.
/// let library = unsafe { loader.load("/usr/local/lib/sochdb/plugins/codec_xor.so")? };
/// println!("{} {}, SHA-256 {}", library.info().name, library.info().version, library.digest());
/// let instance = library.instance(r#"{"level": 9}"#)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PluginLibrary {
    pub(crate) library: &'static Library,
    pub(crate) place: Arc<FileOrigin>,
    pub(crate) context: Arc<Context>,
}

impl PluginLibrary {
    /// Returns the plugin's name, version, author and capabilities.
    ///
    /// Never blocks.
    #[must_use]
    pub fn info(&self) -> &ExtensionInfo {
        &self.library.entry.info
    }

    /// Returns the path of the file that this load read.
    ///
    /// Never blocks.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Returns the digest of the bytes that run.
    ///
    /// Never blocks.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.library.digest
    }

    /// Returns the major and minor version of the ABI that both sides use: the host's major, and the lesser of both minors.
    ///
    /// Never blocks.
    #[must_use]
    pub fn abi_version(&self) -> (u16, u16) {
        (SOCH_ABI_MAJOR, self.library.entry.abi_minor)
    }

    /// Makes an instance. `config` is JSON text that only the plugin reads; empty or `{}` stands for its defaults. Several
    /// instances may live at a time.
    ///
    /// Blocks until the plugin's `create` has returned, without a limit.
    ///
    /// # Errors
    /// [`Refusal::Create`](crate::Refusal::Create) with the plugin's text, and nothing is left behind; [`Refusal::Forked`](crate::Refusal::Forked) in a child of fork.
    pub fn instance(&self, config: &str) -> std::result::Result<PluginInstance, LoadError> {
        self.instance_with(config, &InstanceOptions::new())
    }

    /// Makes an instance that gets more than its configuration: a directory for its files, a budget of memory.
    ///
    /// Blocks until the plugin's `create` has returned, without a limit.
    ///
    /// # Errors
    /// Those of [`PluginLibrary::instance`]; [`Refusal::Create`](crate::Refusal::Create) for a directory that is none and cannot be made.
    pub fn instance_with(
        &self,
        config: &str,
        options: &InstanceOptions,
    ) -> std::result::Result<PluginInstance, LoadError> {
        let instance = self.source().make(config, options)?;
        Ok(PluginInstance { instance })
    }

    /// The plugin that makes its instances.
    pub(crate) fn source(&self) -> Source {
        let Library { entry, tables, .. } = self.library;
        let file = Some((self.place.clone(), self.library));
        Source { entry: entry.clone(), tables: *tables, file, linked_at: None, context: self.context.clone() }
    }
}

/// An instance of a plugin. Clones are the same instance, and any thread may use them; when the last one and the last
/// handle go, the instance is shut down and freed.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let loader = sochdb_plugin_host::DynamicPluginLoader::new_trusted();
/// # let library = unsafe { loader.load("/usr/local/lib/sochdb/plugins/storage_lmdb.so")? };
/// let instance = library.instance(r#"{"path": "/var/lib/sochdb"}"#)?;
/// let storage = instance.storage()?;
/// instance.shutdown()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PluginInstance {
    pub(crate) instance: Arc<Instance>,
}

impl PluginInstance {
    /// Returns the plugin's name, version, author and capabilities.
    ///
    /// Never blocks.
    #[must_use]
    pub fn info(&self) -> &ExtensionInfo {
        &self.instance.info
    }

    /// Returns the instance's number: 1 for the first one of this process, and one more for each that comes. Log lines of
    /// plugins say it: [`Caller::instance`](crate::Caller::instance).
    ///
    /// Never blocks.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.instance.number
    }

    /// Returns the plugin's table for one of its custom capabilities, such as `com.vendor.thing/1`; `None` if it has no such
    /// capability. The vendor says what type the table has; the pointer is valid as long as the instance lives, and not after
    /// another one took its place in a [`PluginManager`](crate::PluginManager): ask that one.
    ///
    /// Blocks until the plugin has answered.
    #[must_use]
    pub fn interface(&self, id: &str) -> Option<*const c_void> {
        self.instance.interface(id)
    }

    /// Ends the instance's work: waits for calls under way, refuses later ones, runs the plugin's `shutdown` once. Later
    /// calls of this function do nothing.
    ///
    /// Blocks until it has ended, at most for the [`drain_timeout`](crate::DynamicPluginLoader::drain_timeout).
    ///
    /// # Errors
    /// The error that the plugin reports; [`ErrorKind::Panicked`](sochdb_plugin_sdk::ErrorKind::Panicked) if a panic ended the
    /// instance, as its `shutdown` does not run then; [`ErrorKind::Busy`](sochdb_plugin_sdk::ErrorKind::Busy) if calls, or
    /// `shutdown` itself, did not end in time, and the caller may try again;
    /// [`ErrorKind::Forked`](sochdb_plugin_sdk::ErrorKind::Forked) in a child of fork.
    pub fn shutdown(&self) -> Result<()> {
        self.instance.shutdown()
    }

    /// Returns the bytes of memory that the instance takes, as it told last; None if it never did.
    ///
    /// Never blocks.
    #[must_use]
    pub fn memory_used(&self) -> Option<u64> {
        self.instance.memory_used()
    }

    /// Whether a panic ended the instance.
    ///
    /// Never blocks.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.instance.is_poisoned()
    }

    fn lacks(&self, wanted: &'static str) -> LoadError {
        let has = self.info().capabilities.iter().map(ExtensionCapability::to_string).collect::<Vec<_>>().join(", ");
        let path = Recipe::of(&self.instance).and_then(|recipe| recipe.source.path());
        let plugin = &self.info().name;
        LoadError::of_instance(
            Refusal::KindMissing { plugin: plugin.clone(), wanted, has },
            path,
            plugin,
            self.number(),
        )
    }
}

macro_rules! getters {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The handles of the plugin's kinds.
        impl PluginInstance {$(
            #[doc = concat!("Returns the handle of the plugin as ", $what, ".")]
            ///
            /// Never blocks.
            ///
            /// # Errors
            /// [`Refusal::KindMissing`](crate::Refusal::KindMissing) if the plugin is none.
            pub fn $kind(&self) -> std::result::Result<crate::handles::$kind::$handle, LoadError> {
                crate::handles::$kind::$handle::of(&self.instance).ok_or_else(|| self.lacks(stringify!($kind)))
            }
        )+}
    };
}

for_each_kind!(getters);

impl fmt::Debug for PluginLibrary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(formatter, "PluginLibrary", self.info())
    }
}

impl fmt::Debug for PluginInstance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(formatter, "PluginInstance", self.info())
    }
}
