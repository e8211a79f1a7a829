use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Output;
use crate::frame::phase::Phase;
use sochdb_plugin_host::sdk::{
    abi, CompressionExtension, Extension, ExtensionInfo, IndexExtension, InstanceProperties, ObservabilityExtension,
    StorageExtension,
};
use sochdb_plugin_host::PluginInstance;
use std::sync::Arc;
use tempfile::TempDir;

/// A function that is called with each phase when it begins.
pub(crate) type Watch = Arc<dyn Fn(Phase) + Send + Sync>;

macro_rules! handles {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The handles of one instance, one for each of its kinds.
        ///
        /// ```
        /// use sochdb_plugin_conformance::Handles;
        /// use sochdb_plugin_host::sdk::NullObservability;
        /// use sochdb_plugin_host::Observability;
        ///
        /// let handles = Handles::from(Observability::new(NullObservability)?);
        /// assert!(handles.observability.is_some() && handles.storage.is_none());
        /// # Ok::<(), sochdb_plugin_host::sdk::Error>(())
        /// ```
        #[derive(Clone, Debug, Default)]
        pub struct Handles {
            $(#[doc = concat!("The instance as ", $what, ", if it is one.")] pub $kind: Option<sochdb_plugin_host::$handle>,)+
            /// The instance itself, if its library was loaded.
            pub plugin: Option<PluginInstance>,
        }

        $(impl From<sochdb_plugin_host::$handle> for Handles {
            fn from(handle: sochdb_plugin_host::$handle) -> Self {
                Self { $kind: Some(handle), ..Self::default() }
            }
        })+

        impl From<&PluginInstance> for Handles {
            fn from(plugin: &PluginInstance) -> Self {
                Self { $($kind: plugin.$kind().ok(),)+ plugin: Some(plugin.clone()) }
            }
        }

        impl Handles {
            /// One of them: all are the same instance.
            fn any(&mut self) -> Option<&mut dyn Extension> {
                $(if let Some(handle) = &mut self.$kind {
                    return Some(handle);
                })+
                None
            }

            /// The properties that it describes, whatever its kinds.
            pub(crate) fn properties(&self) -> InstanceProperties {
                let kinds = [$(self.$kind.as_ref().map(|handle| handle.describe().instance),)+];
                kinds.into_iter().flatten().fold(InstanceProperties::default(), InstanceProperties::and)
            }
        }

        impl Instance {$(
            #[doc = concat!("The instance as ", $what, ".")]
            pub(crate) fn $kind(&mut self) -> Result<&mut sochdb_plugin_host::$handle, NotPassed> {
                self.handles.$kind.as_mut().ok_or_else(|| concat!("the plugin has no ", stringify!($kind)).into())
            }
        )+}
    };
}

abi::for_each_kind!(handles);

const NO_KIND: &str = "the plugin has no kind that this suite knows";

impl Handles {
    /// Shuts the instance down, by one of its handles.
    fn shutdown(&mut self) -> Result<(), NotPassed> {
        if let Some(handle) = self.any() {
            return handle.shutdown().must("shutdown");
        }
        self.plugin.as_ref().ok_or(NO_KIND)?.shutdown().must("shutdown")
    }
}

/// An instance of the plugin under test, with a directory of its own.
pub(crate) struct Instance {
    // Ends before the directory that it may write to.
    handles: Handles,
    directory: Arc<TempDir>,
    output: Option<Output>,
    watch: Watch,
}

impl Instance {
    pub(crate) fn new(handles: Handles, directory: Arc<TempDir>, output: Option<Output>, watch: Watch) -> Self {
        Self { handles, directory, output, watch }
    }

    pub(crate) fn directory(&self) -> Arc<TempDir> {
        self.directory.clone()
    }

    /// Where it tells what it was given, if the suite can read that.
    pub(crate) fn output(&self) -> Option<&Output> {
        self.output.as_ref()
    }

    pub(crate) fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }

    /// Shuts it down, by one of its handles.
    pub(crate) fn shutdown(&mut self) -> Result<(), NotPassed> {
        (self.watch)(Phase::Shutdown);
        let result = self.handles.shutdown();
        (self.watch)(Phase::Run);
        result
    }

    pub(crate) fn info(&mut self) -> Result<ExtensionInfo, NotPassed> {
        if let Some(handle) = self.handles.any() {
            return Ok(handle.info());
        }
        Ok(self.handles.plugin.as_ref().ok_or(NO_KIND)?.info().clone())
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
