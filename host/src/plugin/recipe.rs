//! What an instance was made from, so that the same or another version can be made again.

use crate::instance::{Instance, Origin};
use crate::plugin::instance_options::InstanceOptions;
use crate::plugin::{PluginInstance, PluginLibrary};
use crate::refusal::load_error::LoadError;

/// A library and all that it got to make an instance.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) library: PluginLibrary,
    pub(crate) config: String,
    pub(crate) options: InstanceOptions,
}

impl Recipe {
    /// None for one that is linked in.
    pub(crate) fn of(instance: &Instance) -> Option<&Self> {
        match &*instance.origin {
            Origin::Loaded { recipe, .. } => recipe.downcast_ref(),
            Origin::InProcess { .. } => None,
        }
    }

    /// The same from another library.
    pub(crate) fn from_library(&self, library: &PluginLibrary) -> Self {
        Self { library: library.clone(), ..self.clone() }
    }

    pub(crate) fn make(&self) -> Result<PluginInstance, LoadError> {
        self.library.instance_with(&self.config, &self.options)
    }
}
