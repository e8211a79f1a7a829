//! The host's copy of a plugin's entry.

use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::ExtensionInfo;

/// The host's copy of `soch_plugin_v1`.
pub(crate) struct Entry {
    pub(crate) raw: soch_plugin,
    pub(crate) info: ExtensionInfo,
    /// The smaller of the host's and the plugin's.
    pub(crate) abi_minor: u16,
}

// SAFETY: its pointers lead to constant data of a library that is never unloaded.
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}
