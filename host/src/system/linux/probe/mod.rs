//! The probe: a small program, carried in this library, that loads the same bytes first, in a sandbox.
//!
//! A constructor that crashes, hangs or exits hurts only the probe. That is no proof that the bytes are harmless: a
//! constructor can tell that it is in the probe, and behave.

pub(crate) mod conversation;
pub(crate) mod message;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod request;
#[cfg(test)]
mod tests;
pub(crate) mod tunable;
pub(crate) mod unnamed;

use crate::probe::outcome::{ProbeError, Report};
use crate::refusal::lack::Lack;
use crate::system::linux::probe::request::{unavailable, Request};

use crate::system::linux::probe::conversation::Heard;
use crate::system::linux::probe::message::Message;
use crate::system::linux::probe::process::{End, Process};
use rustix::fd::OwnedFd;
use std::time::{Duration, Instant};

/// The number with which the probe exits when it came to its end.
const PROBED: i32 = 83;
/// With this one the dynamic linker gives up before the program begins.
const NOT_LINKED: i32 = 127;
/// No probe takes longer, whatever its limit.
const LONGEST: Duration = Duration::from_secs(3600);

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
