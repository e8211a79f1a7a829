//! The request for a probe.

use crate::probe::outcome::ProbeError;
use crate::refusal::lack::Lack;
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use std::ffi::CStr;
use std::path::Path;
use std::time::Duration;

/// A library that the plugin needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needed<'a> {
    /// One of the system, by its absolute path, or by a name that the probe searches for as any program does. It is
    /// loaded before the sandbox is built, so its code is trusted.
    File(&'a Path),
    /// One in sealed memory; it is loaded in the sandbox, after all of the system.
    Sealed(BorrowedFd<'a>),
}

/// A request for a probe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The plugin's bytes.
    pub(crate) plugin: BorrowedFd<'a>,
    /// Size of the plugin and the sealed libraries together.
    pub(crate) bytes: u64,
    /// The libraries to load before the plugin, in this order; at most 64.
    pub(crate) needed: &'a [Needed<'a>],
    /// The symbol that the plugin must have.
    pub(crate) symbol: &'a CStr,
    /// The probe is killed after this time. It may use as many seconds of processor time, rounded up.
    pub(crate) limit: Duration,
}

pub(crate) fn unavailable(why: impl Into<String>) -> ProbeError {
    ProbeError::Unavailable { why: why.into() }
}

/// A system call without which there is no probe failed: a shortage, or what `why` says.
pub(crate) fn failed(errno: Errno, why: &str) -> ProbeError {
    match Lack::of(&errno.into()) {
        Some(lack) => ProbeError::Short { lack, errno: errno.raw_os_error() },
        None => unavailable(format!("{why}: {errno}")),
    }
}
