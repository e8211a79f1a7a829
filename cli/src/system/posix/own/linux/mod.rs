//! Linux.

mod crash;
mod kernel;

use rustix::process::{set_child_subreaper, set_parent_process_death_signal, Pid, Signal};
use std::io::Result;

pub(crate) use crash::watch as watch_for_crash;
pub(crate) use kernel::abilities;

pub(crate) const RIGHTS: [&str; 2] = ["AT_SECURE is 0", "AT_SECURE is 1"];

/// Should the parent be killed, nobody would end a test that hangs.
pub(crate) fn end_with_parent() -> Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// Where it is refused, fewer are seen.
pub(crate) fn adopt() {
    let _ = set_child_subreaper(Some(Pid::INIT));
}
