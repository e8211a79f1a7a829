use crate::plugin::linked::LinkedPlugin;
use crate::plugin::recipe::Source;
use crate::plugin::PluginLibrary;
use std::fmt;

/// A version of a plugin that is to take the place of another one, loaded or linked in. What takes a version takes a
/// [`PluginLibrary`] and a [`LinkedPlugin`].
///
/// ```
/// use sochdb_plugin_host::{LinkedPlugin, ManagerError, PluginLibrary, PluginManager, PluginVersion, Replaced};
///
/// fn upgrade(manager: &PluginManager, new: impl Into<PluginVersion>) -> Result<Vec<Replaced>, ManagerError> {
///     manager.upgrade(new, |_, _| Ok(()))
/// }
/// fn from_linked_to_loaded(manager: &PluginManager, new: &PluginLibrary) -> bool {
///     upgrade(manager, new).is_ok()
/// }
/// fn and_back(manager: &PluginManager, old: &LinkedPlugin) -> bool {
///     upgrade(manager, old).is_ok()
/// }
/// ```
#[derive(Clone)]
pub struct PluginVersion {
    pub(crate) source: Source,
}

impl From<&PluginLibrary> for PluginVersion {
    fn from(library: &PluginLibrary) -> Self {
        Self { source: library.source() }
    }
}

impl From<&LinkedPlugin> for PluginVersion {
    fn from(plugin: &LinkedPlugin) -> Self {
        Self { source: plugin.source.clone() }
    }
}

impl fmt::Debug for PluginVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::instance::describe(formatter, "PluginVersion", &self.source.entry.info)
    }
}
