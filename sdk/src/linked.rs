use sochdb_plugin_abi::soch_plugin;

/// The entry of a plugin that is linked into the program, for a host in it. `export_plugin!` makes that of a crate; one in C
/// is compiled with `-DSOCH_ENTRY=NAME`, which names its entry.
///
/// ```no_run
/// use sochdb_plugin_sdk::{abi::soch_plugin, LinkedEntry};
///
/// extern "C" {
///     static codec_xor_plugin: soch_plugin; // cc -DSOCH_ENTRY=codec_xor_plugin -c codec_xor.c
/// }
/// // SAFETY: `SOCH_PLUGIN` made it, from tables that are what the contract says.
/// let codec = unsafe { LinkedEntry::new(&codec_xor_plugin) };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LinkedEntry {
    entry: *const soch_plugin,
    layout: *const u8,
}

// SAFETY: it leads to constants of the program.
unsafe impl Send for LinkedEntry {}
// SAFETY: as above.
unsafe impl Sync for LinkedEntry {}

impl LinkedEntry {
    /// Takes the entry of a plugin whose code is in this program.
    ///
    /// # Safety
    /// All that the entry leads to is what the contract says, and stays as long as the process: the caller vouches for the
    /// plugin as for the rest of the program.
    #[must_use]
    pub const unsafe fn new(entry: &'static soch_plugin) -> Self {
        Self { entry, layout: std::ptr::null() }
    }

    /// Adds the layout that the plugin's tables have, as `__export_layout!` describes it.
    ///
    /// # Safety
    /// `layout` is that of the entry, and stays.
    #[doc(hidden)]
    #[must_use]
    pub const unsafe fn with_layout(self, layout: *const u8) -> Self {
        Self { layout, ..self }
    }

    /// The entry; valid, and constant.
    #[doc(hidden)]
    #[must_use]
    pub fn entry(&self) -> *const soch_plugin {
        self.entry
    }

    /// The layout that the plugin tells, if it tells one.
    #[doc(hidden)]
    #[must_use]
    pub fn layout(&self) -> Option<*const u8> {
        (!self.layout.is_null()).then_some(self.layout)
    }
}
