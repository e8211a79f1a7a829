//! The caller of a service of the application.

use crate::sync::call_gate::{held, live};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The number of a new instance: that of the one before and one.
pub(crate) fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Relaxed) + 1
}

/// The plugin that calls a service of the application, and which instance of it.
///
/// ```
/// use sochdb_plugin_host::Caller;
///
/// let caller = Caller::new("storage_lmdb", 3); // As in a test of your own `HostServices`.
/// assert_eq!((caller.plugin(), caller.instance()), ("storage_lmdb", 3));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    plugin: &'a str,
    instance: u64,
    /// The name under which it was registered first.
    name: Option<&'a str>,
    /// Whether the call may come from another instance than the one whose host was used.
    open: bool,
}

impl<'a> Caller<'a> {
    /// Makes the caller that is this instance of this plugin.
    #[must_use]
    pub fn new(plugin: &'a str, instance: u64) -> Self {
        Self { plugin, instance, name: None, open: false }
    }

    /// One that used the host of `instance`, maybe for all instances of its library.
    pub(crate) fn by_host(plugin: &'a str, instance: u64, name: Option<&'a str>) -> Self {
        Self { plugin, instance, name, open: true }
    }

    /// Returns the plugin's name.
    #[must_use]
    pub fn plugin(&self) -> &'a str {
        self.plugin
    }

    /// Returns the name under which a manager keeps the instance, the first that it got; None before that, as in `create`. An instance
    /// that takes another one's place has its name.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.name
    }

    /// Returns the number of the instance, as [`PluginInstance::number`](crate::PluginInstance::number) does. What a library
    /// says for all its instances, such as a panic, counts for the one that the calling thread is inside of; on a thread
    /// that is inside of none or several, for the one whose host was used, which for the SDK is the one that was made last.
    #[must_use]
    pub fn instance(&self) -> u64 {
        if !self.open || live::is_child() {
            return self.instance;
        }
        let mut inside = Vec::new();
        live::each(|core| {
            if *core.name == *self.plugin && held::of(core).is_some() {
                inside.push(core.instance.load(Relaxed));
            }
        });
        match inside[..] {
            [other] if other != 0 => other,
            _ => self.instance,
        }
    }
}
