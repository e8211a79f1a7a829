//! The sandbox that kept a plugin in while it was probed.

use std::fmt;

/// The sandbox that the kernel gave. What it always has: no new privileges, no capabilities, limits, and in place of root a
/// user that nothing belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sandbox {
    /// The version of Landlock's interface: files are denied from 1 on, TCP from 4, signals to others from 6.
    pub(crate) landlock: Option<u32>,
    /// Of the system calls only those of the list in `host/probe/calls.c` pass, which have no name for anything outside.
    pub(crate) seccomp: bool,
}

impl Sandbox {
    /// Both walls stand.
    pub(crate) fn is_whole(self) -> bool {
        self.landlock.is_some() && self.seccomp
    }
}

impl fmt::Display for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.landlock {
            Some(abi) => write!(formatter, "Landlock ABI {abi}")?,
            None => formatter.write_str("no Landlock")?,
        }
        let seccomp = if self.seccomp { "seccomp" } else { "no seccomp" };
        write!(formatter, ", {seccomp}, no new privileges, limits")
    }
}
