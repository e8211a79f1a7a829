//! Unix systems beside Linux.

use crate::system::backend::Ability;
use std::io::Result;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub(crate) const RIGHTS: [&str; 2] = ["issetugid says no", "issetugid says so"];

/// Beside what the host knows of each there is nothing to try.
pub(crate) fn abilities() -> Vec<Ability> {
    Vec::new()
}

/// A test that outlives its parent ends by itself.
pub(crate) fn become_test() -> Result<()> {
    Ok(())
}

pub(crate) fn own_program() -> Result<Command> {
    std::env::current_exe().map(Command::new)
}

pub(crate) fn queued(_: u32) -> Duration {
    Duration::ZERO
}

pub(crate) fn waits_for_disk(_: u32) -> bool {
    false
}

/// Of a crash the signal is known, and nobody has written yet how the way to it is.
pub(crate) fn watch_for_crash(_: &Path) -> Result<()> {
    Ok(())
}

/// They come to the first process.
pub(crate) fn adopt() {}
