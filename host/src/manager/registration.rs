//! An extension that a manager is to keep.

use crate::base::kinds::Kinds;
use crate::instance::Instance;
use crate::plugin::PluginInstance;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::CompressionExtension;
use std::sync::Arc;

/// An extension that a [`PluginManager`](crate::PluginManager) is to keep: all kinds of an instance, or the one of a
/// handle. Whatever takes a registration takes those.
///
/// ```
/// use sochdb_plugin_host::{Compression, PluginManager};
#[doc = include_str!("../handles/xor_codec.example")]
/// let manager = PluginManager::new();
/// manager.register_as("cold", Compression::new(Xor)?)?;
/// manager.register_as("hot", Compression::new(Xor)?)?;
/// assert!(manager.compression("cold").is_some() && manager.compression("xor").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Registration {
    pub(crate) instance: Arc<Instance>,
    pub(crate) handles: Handles,
}

macro_rules! kinds {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The handles of one extension, at most one of each kind.
        #[derive(Clone, Default)]
        pub(crate) struct Handles {
            $(pub(crate) $kind: Option<crate::handles::$kind::$handle>,)+
        }

        impl Handles {
            /// Makes the handles of all kinds that the instance has.
            pub(crate) fn all_of(instance: &Arc<Instance>) -> Self {
                Self { $($kind: crate::handles::$kind::$handle::of(instance),)+ }
            }

            pub(crate) fn kinds(&self) -> Kinds {
                Kinds(0 $(| if self.$kind.is_some() { $bit } else { 0 })+)
            }

            /// The handles of `kinds`.
            pub(crate) fn only(self, kinds: Kinds) -> Self {
                Self { $($kind: self.$kind.filter(|_| kinds.0 & $bit != 0),)+ }
            }

            /// These, and `others` of kinds that are not among them.
            pub(crate) fn and(self, others: Self) -> Self {
                Self { $($kind: self.$kind.or(others.$kind),)+ }
            }
        }

        $(impl From<crate::handles::$kind::$handle> for Registration {
            fn from(handle: crate::handles::$kind::$handle) -> Self {
                let instance = handle.instance.clone();
                Self { instance, handles: Handles { $kind: Some(handle), ..Handles::default() } }
            }
        })+
    };
}

for_each_kind!(kinds);

impl From<&PluginInstance> for Registration {
    fn from(plugin: &PluginInstance) -> Self {
        Self { instance: plugin.instance.clone(), handles: Handles::all_of(&plugin.instance) }
    }
}

impl From<PluginInstance> for Registration {
    fn from(plugin: PluginInstance) -> Self {
        Self::from(&plugin)
    }
}

impl Registration {
    /// The name of one to which the application gives none: what is a codec alone is found by its algorithm.
    pub(crate) fn own_name(&self) -> &str {
        match &self.handles.compression {
            Some(codec) if self.handles.kinds() == Kinds(SOCH_KIND_COMPRESSION) => codec.algorithm(),
            _ => &self.instance.info.name,
        }
    }
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = self.handles.kinds().to_string();
        formatter.debug_struct("Registration").field("plugin", &self.instance.info.name).field("kinds", &kinds).finish()
    }
}
