//! The systems that the suite runs on: what each tells of a process, and how it guards memory. A backend each, behind one trait.

pub(crate) mod backend;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod posix;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) type Native = linux::Linux;
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) type Native = unix::Unix;
#[cfg(windows)]
pub(crate) type Native = windows::Windows;
