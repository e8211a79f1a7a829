use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::system::backend::System;
use crate::system::Native;

/// The facts of the system that this program runs on, as far as they decide what a load can prove.
///
/// ```
/// use sochdb_plugin_host::Platform;
///
/// match Platform::now().no_probe {
///     None => println!("constructors run in a process of their own first"),
///     Some(why) => println!("the policy strict refuses every plugin, as {why}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Platform {
    /// The reason why no constructor runs in a probe first, in words; `None` where one does. Without a probe the policy `strict`
    /// refuses every plugin.
    pub no_probe: Option<&'static str>,
    /// The way in which the loader finds out who can change a file, in words; `None` where it does not, and loads no file.
    pub judged_by: Option<&'static str>,
    /// Whether the process has more rights than the user who set its environment, so that this allows no plugin.
    pub is_elevated: bool,
}

impl Platform {
    /// Returns the facts of this process. Asks the system about its rights each time.
    #[must_use]
    pub fn now() -> Self {
        Self { no_probe: Native::NO_PROBE, judged_by: Native::JUDGED_BY, is_elevated: Own::runs_elevated() }
    }
}
