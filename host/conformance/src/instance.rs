use crate::must::Must;
use crate::phase::Phase;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::{Compression, Index, Observability, Plugin, Storage};
use std::sync::Arc;
use tempfile::TempDir;

/// Gets to know of each phase when it begins.
pub(crate) type Watch = Arc<dyn Fn(Phase) + Send + Sync>;

/// The handles of one instance.
#[derive(Clone, Debug, Default)]
pub struct Handles {
    /// Its storage.
    pub storage: Option<Storage>,
    /// Its index.
    pub index: Option<Index>,
    /// Its sink.
    pub observability: Option<Observability>,
    /// Its codec.
    pub compression: Option<Compression>,
    /// The instance itself, if its library was loaded.
    pub plugin: Option<Plugin>,
}

macro_rules! from_handle {
    ($($handle:ident: $field:ident),+) => {
        $(impl From<$handle> for Handles {
            fn from(handle: $handle) -> Self {
                Self { $field: Some(handle), ..Self::default() }
            }
        })+
    };
}

from_handle!(Storage: storage, Index: index, Observability: observability, Compression: compression);

impl From<&Plugin> for Handles {
    fn from(plugin: &Plugin) -> Self {
        Self {
            storage: plugin.storage().ok(),
            index: plugin.index().ok(),
            observability: plugin.observability().ok(),
            compression: plugin.compression().ok(),
            plugin: Some(plugin.clone()),
        }
    }
}

impl Handles {
    /// Shuts the instance down, by one of its handles.
    fn shutdown(&mut self) -> Result<(), String> {
        let handle: &mut dyn Extension = match self {
            Self { storage: Some(storage), .. } => storage,
            Self { index: Some(index), .. } => index,
            Self { observability: Some(observability), .. } => observability,
            Self { compression: Some(compression), .. } => compression,
            Self { plugin: Some(plugin), .. } => return plugin.shutdown().must("shutdown"),
            _ => return Err("the plugin has no kind that this suite knows".to_owned()),
        };
        handle.shutdown().must("shutdown")
    }

    fn info(&self) -> Option<ExtensionInfo> {
        let handles: [Option<&dyn Extension>; 4] = [
            self.storage.as_ref().map(|handle| handle as _),
            self.index.as_ref().map(|handle| handle as _),
            self.observability.as_ref().map(|handle| handle as _),
            self.compression.as_ref().map(|handle| handle as _),
        ];
        let of_handle = handles.into_iter().flatten().next().map(|handle| handle.info());
        of_handle.or_else(|| self.plugin.as_ref().map(|plugin| plugin.info().clone()))
    }
}

/// An instance of the plugin under test, with a directory of its own if it needs one.
pub struct Instance {
    // Ends before the directory that it may write to.
    handles: Handles,
    _directory: Option<TempDir>,
    watch: Watch,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Instance").field("handles", &self.handles).finish_non_exhaustive()
    }
}

macro_rules! handle_of {
    ($($field:ident: $handle:ident),+) => {
        $(
            /// This handle of the instance.
            pub(crate) fn $field(&mut self) -> Result<&mut $handle, String> {
                self.handles.$field.as_mut().ok_or_else(|| concat!("the plugin has no ", stringify!($field)).to_owned())
            }
        )+
    };
}

impl Instance {
    handle_of!(storage: Storage, index: Index, observability: Observability, compression: Compression);

    pub(crate) fn new(handles: Handles, directory: Option<TempDir>, watch: Watch) -> Self {
        Self { handles, _directory: directory, watch }
    }

    pub(crate) fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }

    /// Shuts it down, by one of its handles.
    pub(crate) fn shutdown(&mut self) -> Result<(), String> {
        (self.watch)(Phase::Shutdown);
        let result = self.handles.shutdown();
        (self.watch)(Phase::Run);
        result
    }

    pub(crate) fn info(&self) -> Result<ExtensionInfo, String> {
        self.handles.info().ok_or_else(|| "the plugin has no kind that this suite knows".to_owned())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The host would do both when the last handle goes; one after the other they can be told apart.
        if let Some(plugin) = &self.handles.plugin {
            (self.watch)(Phase::Shutdown);
            // Tests that look at the result shut it down themselves.
            let _ = plugin.shutdown();
        }
        (self.watch)(Phase::Destroy);
        self.handles = Handles::default();
        (self.watch)(Phase::Run);
    }
}
