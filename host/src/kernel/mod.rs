//! The operating system, as every room knows it. The steps of a load have a trait of their own,
//! [`System`](crate::system::backend::System).

pub(crate) mod backend;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod posix;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix;
#[cfg(windows)]
pub(crate) mod windows;

#[cfg(target_os = "linux")]
pub(crate) type Own = linux::Linux;
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) type Own = unix::Unix;
#[cfg(windows)]
pub(crate) type Own = windows::Windows;
