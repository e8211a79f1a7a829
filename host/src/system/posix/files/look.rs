//! Numbers of a file's status whose types differ between systems.

use rustix::fs::Stat;

/// The device of a file, and its number there.
// The types differ between machines.
#[allow(clippy::unnecessary_cast)]
pub(crate) fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev as u64, stat.st_ino as u64)
}

/// The type and the permissions of a file.
#[allow(clippy::unnecessary_cast)]
pub(crate) fn mode_of(stat: &Stat) -> u32 {
    stat.st_mode as u32
}
