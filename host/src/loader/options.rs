//! What the loader is told before it looks at a file.

use super::Trust;

/// The largest plugin that is loaded unless the embedder says otherwise, in bytes.
const MAX_SIZE: u64 = 64 << 20;

/// How much the loader demands of where a plugin lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// File and directories belong to root or to the user that the host runs as, and only their owners write them. On
    /// the way a sticky directory of root, such as `/tmp`, is accepted.
    #[default]
    Development,
}

impl Policy {
    /// Whether `owner` may own the plugin or a directory on the way to it.
    #[cfg(target_os = "linux")]
    pub(super) fn accepts_owner(self, owner: u32) -> bool {
        match self {
            Self::Development => owner == 0 || owner == effective_user(),
        }
    }

    /// Whether a sticky directory of root that others write may lie on the way.
    #[cfg(target_os = "linux")]
    pub(super) fn accepts_sticky(self) -> bool {
        match self {
            Self::Development => true,
        }
    }
}

/// The user that the host runs as.
#[cfg(target_os = "linux")]
pub(super) fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// How to admit a plugin.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Whether native plugins are allowed.
    pub(crate) trust: Trust,
    /// What is demanded of the path.
    pub(crate) policy: Policy,
    /// The largest file that is looked at, in bytes.
    pub(crate) max_size: u64,
}

impl Options {
    /// The defaults for a loader with this trust.
    pub(crate) fn new(trust: Trust) -> Self {
        Self { trust, policy: Policy::default(), max_size: MAX_SIZE }
    }
}
