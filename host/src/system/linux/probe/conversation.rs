//! The conversation with a probe until it ends, or until the time is up.

use crate::probe::outcome::ProbeError;
use crate::probe::sandbox::Sandbox;
use crate::system::linux::probe::message::{self, Message, Packet, NEEDED_MAX, PACKET_MAX};
use crate::system::linux::probe::process::Process;
use crate::system::linux::probe::request::failed;
use rustix::cmsg_space;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::OwnedFd;
use rustix::io::{retry_on_intr, Errno};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

/// How long to wait for something that no descriptor tells.
const PAUSE: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) sandbox: Option<Sandbox>,
    pub(crate) loaded: Option<Result<(), String>>,
    /// Why there is no probe, and the number of the error.
    pub(crate) unable: Option<(i32, String)>,
    /// The time was up before the probe ended.
    pub(crate) late: bool,
}

impl Heard {
    /// Takes a packet. One that comes out of turn counts for nothing: it is not the probe who sends it.
    fn note(&mut self, packet: Packet) {
        match packet {
            Packet::Sandbox(sandbox) if self.sandbox.is_none() => self.sandbox = Some(sandbox),
            Packet::Unable(error, why) if self.sandbox.is_none() => self.unable = Some((error, why)),
            Packet::Loaded if self.is_loading() => self.loaded = Some(Ok(())),
            Packet::Refused(words) if self.is_loading() => self.loaded = Some(Err(words)),
            _ => {}
        }
    }

    fn is_loading(&self) -> bool {
        self.sandbox.is_some() && self.loaded.is_none()
    }
}

/// Sends `message`, and listens.
pub(crate) fn hold(
    process: &Process,
    socket: OwnedFd,
    message: &Message<'_>,
    deadline: Instant,
) -> Result<Heard, ProbeError> {
    send(&socket, message).map_err(|errno| failed(errno, "it takes no request"))?;
    let mut heard = Heard::default();
    let mut socket = Some(socket);
    let mut ended = false;
    loop {
        // What was said before the end is still there after it, so the end is looked at first.
        ended = ended || (process.pidfd.is_none() && process.ended());
        while let Some(open) = &socket {
            let mut packet = [0; PACKET_MAX];
            match retry_on_intr(|| rustix::net::recv(open, &mut packet, RecvFlags::DONTWAIT)) {
                Err(Errno::AGAIN) => break,
                Ok((0, _)) | Err(Errno::CONNRESET) => socket = None,
                Err(errno) => return Err(failed(errno, "its answer cannot be read")),
                Ok((size, _)) => {
                    if let Some(packet) = message::decode(&packet[..size], message.token) {
                        heard.note(packet);
                    }
                }
            }
            if Instant::now() >= deadline {
                heard.late = true;
                return Ok(heard);
            }
        }
        if ended {
            return Ok(heard);
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            heard.late = true;
            return Ok(heard);
        }
        ended = wait(process, socket.as_ref(), rest);
    }
}

/// `EPIPE` and the like is no error: the probe is gone, and its end says why.
fn send(socket: &OwnedFd, message: &Message<'_>) -> rustix::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1 + NEEDED_MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&message.fds)) {
        return Err(Errno::TOOBIG);
    }
    let bytes = [IoSlice::new(&message.bytes)];
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    match retry_on_intr(|| rustix::net::sendmsg(socket, &bytes, &mut control, flags)) {
        Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN) | Ok(_) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// Waits for a packet or the end, at most for `rest`. Says if the process ended.
fn wait(process: &Process, socket: Option<&OwnedFd>, rest: Duration) -> bool {
    let mut fds = Vec::with_capacity(2);
    fds.extend(process.pidfd.as_ref().map(|fd| PollFd::new(fd, PollFlags::IN)));
    fds.extend(socket.map(|fd| PollFd::new(fd, PollFlags::IN)));
    // Without a pidfd the end shows as the end of the socket, and just after it nowhere.
    let rest = if process.pidfd.is_none() && socket.is_none() { rest.min(PAUSE) } else { rest };
    let timeout =
        Timespec { tv_sec: rest.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: rest.subsec_nanos().into() };
    // An interruption is as good as a time that is up: the caller looks at the clock.
    match rustix::event::poll(&mut fds, Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(_) => std::thread::sleep(rest.min(PAUSE)),
    }
    process.pidfd.is_some() && fds.first().is_some_and(|fd| !fd.revents().is_empty())
}
