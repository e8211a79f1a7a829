//! The differences between systems where files are opened and judged by owners and modes.

pub(crate) mod backend;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod unix;

#[cfg(target_os = "linux")]
pub(crate) type Own = linux::Linux;
#[cfg(not(target_os = "linux"))]
pub(crate) type Own = unix::Unix;
