//! What the host allows an instance.

use std::time::Duration;

/// How the host treats an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most bytes that one call may write.
    pub(crate) output: u64,
    /// How long to wait for calls under way.
    pub(crate) patience: Duration,
    /// Whether to look for a plugin that writes where it must not.
    pub(crate) checking: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 1 << 30, patience: Duration::from_secs(30), checking: false }
    }
}
