//! The probe's process: started, waited for, always reaped.

use crate::probe::outcome::ProbeError;
use crate::system::linux::probe::program;
use crate::system::linux::probe::request::failed;
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

/// A probe that runs. What starts one must [`end`](Self::end) it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
    /// Readable when the process ended; None where the kernel has no such descriptors (before Linux 5.3).
    pub(crate) pidfd: Option<OwnedFd>,
}

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Signalled(i32),
    /// Somebody else in this process waited for it, or the process ignores `SIGCHLD`.
    Unknown,
    /// The process was killed, and the kernel does not let it end: it waits for a device, or for a debugger.
    Stuck,
}

/// How long a killed process may take to end.
const DYING: Duration = Duration::from_secs(2);
/// How long to wait for something that no descriptor tells.
const PAUSE: Duration = Duration::from_millis(1);

/// Probes that did not end yet.
static STUCK: Mutex<Vec<Child>> = Mutex::new(Vec::new());

impl Process {
    /// Starts a probe. Gives it, and the host's end of the socket.
    pub(crate) fn start() -> Result<(Self, OwnedFd), ProbeError> {
        STUCK.lock().retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        let (own, other) = sockets().map_err(|errno| failed(errno, "no socket"))?;
        Ok((Self::of(program::start(&other)?), own))
    }

    pub(crate) fn of(child: Child) -> Self {
        let pid = Pid::from_child(&child);
        let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty()).ok();
        Self { child, pid, pidfd }
    }

    /// If it ended, or somebody else reaped it.
    pub(crate) fn ended(&self) -> bool {
        !matches!(self.peek(), Ok(false))
    }

    /// If it ended; an error if it is no child any more, so that its number may be another process's.
    fn peek(&self) -> rustix::io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match rustix::io::retry_on_intr(|| rustix::process::waitid(WaitId::Pid(self.pid), options)) {
            Ok(status) => Ok(status.is_some()),
            Err(Errno::CHILD) => Err(Errno::CHILD),
            // No kernel refuses these options. Nobody can say that it ended, so the deadline decides.
            Err(_) => Ok(false),
        }
    }

    fn ends_within(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut pause = Duration::ZERO;
        while !self.ended() {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return false;
            }
            match &self.pidfd {
                Some(pidfd) => {
                    let timeout = Timespec {
                        tv_sec: rest.as_secs().try_into().unwrap_or(i64::MAX),
                        tv_nsec: rest.subsec_nanos().into(),
                    };
                    let _ = rustix::event::poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&timeout));
                }
                None => std::thread::sleep(std::mem::replace(&mut pause, PAUSE)),
            }
        }
        true
    }

    /// Kills what is left of it, the processes that it started too, and reaps it.
    pub(crate) fn end(mut self) -> End {
        if self.peek().is_ok() {
            // Each for itself: a process can leave its group. No error counts, as nobody may be there any more.
            let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
        if !self.ends_within(DYING) {
            STUCK.lock().push(self.child);
            return End::Stuck;
        }
        match self.child.wait() {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => End::Exited(code),
                (None, Some(signal)) => End::Signalled(signal),
                (None, None) => End::Unknown,
            },
            Err(_) => End::Unknown,
        }
    }
}

/// How many did not end yet.
#[cfg(test)]
pub(crate) fn stuck() -> usize {
    STUCK.lock().len()
}

/// The host's end, and the probe's. Each packet is whole, and the end of one side shows at the other.
pub(crate) fn sockets() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    rustix::io::retry_on_intr(|| {
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
    })
}
