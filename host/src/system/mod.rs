//! The systems: a backend each, all behind one trait, for the steps of a load. `steps.md`, which the crate's documentation
//! shows, says what each step proves there.

pub(crate) mod backend;
#[cfg(any(target_vendor = "apple", windows))]
mod closed_world;
#[cfg(target_os = "linux")]
pub(crate) mod linux;
#[cfg(target_vendor = "apple")]
mod macos;
#[cfg(unix)]
pub(crate) mod posix;
#[cfg(all(unix, not(any(target_os = "linux", target_vendor = "apple"))))]
mod unix;
#[cfg(windows)]
mod windows;

use crate::files::backend::FileSystem;
use crate::system::backend::System;

#[cfg(target_os = "linux")]
pub(crate) type Native = linux::Linux;
#[cfg(target_vendor = "apple")]
pub(crate) type Native = macos::MacOs;
#[cfg(all(unix, not(any(target_os = "linux", target_vendor = "apple"))))]
pub(crate) type Native = unix::Unix;
#[cfg(windows)]
pub(crate) type Native = windows::Windows;

pub(crate) type Files = <Native as System>::Files;
pub(crate) type Headroom = <Native as System>::Headroom;
pub(crate) type Owners = <Files as FileSystem>::Owners;
pub(crate) type Stamp = <Files as FileSystem>::Stamp;
pub(crate) type Directory = <Files as FileSystem>::Directory;
pub(crate) type Sealed = <Native as System>::Sealed;
pub(crate) type Bytes = <Native as System>::Bytes;
pub(crate) type Mapping = <Native as System>::Mapping;
pub(crate) type Thread = <Native as System>::Thread;
