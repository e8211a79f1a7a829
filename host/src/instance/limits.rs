//! The limits that the host sets to an instance.

use std::time::Duration;

/// The most bytes that one call may write, unless the program says otherwise.
const OUTPUT: u64 = 1 << 30;
/// How long to wait for calls under way, unless the program says otherwise.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait for a build of an index, unless the program says otherwise.
const BUILD_TIMEOUT: Duration = Duration::from_secs(3600);

/// How the host treats an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most bytes that one call may write.
    pub(crate) output: u64,
    /// How long to wait for calls under way.
    pub(crate) drain_timeout: Duration,
    /// How long to wait for an exclusive call that may take long: a build, a load.
    pub(crate) build_timeout: Duration,
    /// Whether to look for a plugin that writes where it must not.
    pub(crate) contract_checks: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: OUTPUT, drain_timeout: DRAIN_TIMEOUT, build_timeout: BUILD_TIMEOUT, contract_checks: false }
    }
}
