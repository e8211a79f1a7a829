//! What one Unix system alone has.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod unix;

#[cfg(target_os = "linux")]
pub(super) use linux::{abilities, adopt, become_test, own_program, queued, waits_for_disk, watch_for_crash, RIGHTS};
#[cfg(not(target_os = "linux"))]
pub(super) use unix::{abilities, adopt, become_test, own_program, queued, waits_for_disk, watch_for_crash, RIGHTS};
