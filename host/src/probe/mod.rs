//! The probe: a small program, carried in this library, that loads the same bytes first, in a sandbox.
//!
//! A constructor that crashes, hangs or exits hurts only the probe. That is no proof that the bytes are harmless: a
//! constructor can tell that it is in the probe, and behave.

mod conversation;
mod message;
mod process;
mod program;
mod sandbox;
#[cfg(test)]
mod tests;
mod tunable;
mod unnamed;

pub(crate) use sandbox::Sandbox;

use crate::loader::Lack;
use conversation::Heard;
use message::Message;
use process::{End, Process};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use std::ffi::CStr;
use std::path::Path;
use std::time::{Duration, Instant};

/// The number with which the probe exits when it came to its end.
const PROBED: i32 = 83;
/// With this one the dynamic linker gives up before the program begins.
const NOT_LINKED: i32 = 127;
/// No probe takes longer, whatever its limit.
const LONGEST: Duration = Duration::from_secs(3600);

/// A library that the plugin needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needed<'a> {
    /// One of the system, by its absolute path, or by a name that the probe searches for as any program does. It is
    /// loaded before the sandbox is built, so its code is trusted.
    File(&'a Path),
    /// One in sealed memory; it is loaded in the sandbox, after all of the system.
    Sealed(BorrowedFd<'a>),
}

/// What to probe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The plugin's bytes.
    pub(crate) plugin: BorrowedFd<'a>,
    /// Size of the plugin and the sealed libraries together.
    pub(crate) bytes: u64,
    /// What to load before the plugin, in this order; at most 64.
    pub(crate) needed: &'a [Needed<'a>],
    /// The symbol that the plugin must have.
    pub(crate) symbol: &'a CStr,
    /// The probe is killed after this time. It may use as many seconds of processor time, rounded up.
    pub(crate) limit: Duration,
}

/// What a probe that came to its end says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) sandbox: Sandbox,
    /// If the libraries and the plugin were loaded; else what `dlopen` or `dlsym` says, made safe to print.
    pub(crate) loaded: Result<(), String>,
}

/// Why a probe did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProbeError {
    /// It was ended by this signal.
    Crashed { signal: i32 },
    /// It took longer than this.
    Timeout { limit: Duration },
    /// It exited. The code is unknown if somebody else in the process waited for it.
    Exited { code: Option<i32> },
    /// It cannot run.
    Unavailable { why: String },
    /// It cannot run, as this ran short; the number of the system's error.
    Short { lack: Lack, errno: i32 },
}

fn unavailable(why: impl Into<String>) -> ProbeError {
    ProbeError::Unavailable { why: why.into() }
}

/// A system call without which there is no probe failed: a shortage, or what `why` says.
fn failed(errno: Errno, why: &str) -> ProbeError {
    match Lack::of(&errno.into()) {
        Some(lack) => ProbeError::Short { lack, errno: errno.raw_os_error() },
        None => unavailable(format!("{why}: {errno}")),
    }
}

/// Loads the plugin in a process of its own, and waits for what comes of it.
pub(crate) fn run(request: &Request<'_>) -> Result<Report, ProbeError> {
    let message = message::encode(request)?;
    let deadline = Instant::now() + request.limit.min(LONGEST);
    let (process, socket) = Process::start()?;
    follow(process, socket, &message, deadline, request.limit)
}

fn follow(
    process: Process,
    socket: OwnedFd,
    message: &Message<'_>,
    deadline: Instant,
    limit: Duration,
) -> Result<Report, ProbeError> {
    let heard = conversation::hold(&process, socket, message, deadline);
    let end = process.end();
    judge(heard?, end, limit)
}

fn judge(heard: Heard, end: End, limit: Duration) -> Result<Report, ProbeError> {
    if heard.late {
        return Err(ProbeError::Timeout { limit });
    }
    if let Some((error, why)) = heard.unable {
        let lack = Lack::of(&std::io::Error::from_raw_os_error(error));
        return Err(lack.map_or(unavailable(why), |lack| ProbeError::Short { lack, errno: error }));
    }
    match (end, heard.sandbox, heard.loaded) {
        (End::Stuck, ..) => Err(ProbeError::Timeout { limit }),
        (End::Exited(PROBED) | End::Unknown, Some(sandbox), Some(loaded)) => Ok(Report { sandbox, loaded }),
        (End::Exited(NOT_LINKED), None, _) => Err(unavailable("the dynamic linker does not start its program")),
        (End::Exited(code), ..) => Err(ProbeError::Exited { code: Some(code) }),
        (End::Unknown, ..) => Err(ProbeError::Exited { code: None }),
        // Its processor time was used up.
        (End::Signalled(signal), ..) if signal == libc::SIGXCPU => Err(ProbeError::Timeout { limit }),
        (End::Signalled(signal), ..) => Err(ProbeError::Crashed { signal }),
    }
}
