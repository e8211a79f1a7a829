//! Lines between the supervisor and its child, over a socket.

use crate::crash::linux::patience::{Patience, LOOK};
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::{recv, send, RecvFlags, SendFlags};
use std::fs::File;
use std::io::{Error, Result};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// One end.
#[derive(Debug)]
pub(crate) struct Talk {
    socket: OwnedFd,
    /// Bytes that were read and are no line yet.
    begun: Vec<u8>,
    ended: bool,
}

impl Talk {
    pub(crate) fn new(socket: OwnedFd) -> Self {
        Self { socket, begun: Vec::new(), ended: false }
    }

    /// The end that a child got as its standard input.
    pub(crate) fn of_child() -> Result<Self> {
        let socket = std::io::stdin().as_fd().try_clone_to_owned()?;
        // A plugin that reads its standard input must not take lines away.
        let nothing = File::open("/dev/null")?;
        rustix::stdio::dup2_stdin(nothing)?;
        Ok(Self::new(socket))
    }

    /// Sends a line. Not by `write`, as that waits for a supervisor that may not be there yet.
    pub(crate) fn say(&self, line: &str) -> Result<()> {
        let line = format!("{}\n", line.replace('\n', " "));
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            match send(&self.socket, rest, SendFlags::NOSIGNAL) {
                Ok(sent) => rest = &rest[sent..],
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The next line; None at the end.
    pub(crate) fn line(&mut self) -> Result<Option<String>> {
        self.line_until(None)
    }

    /// The same, or an error if it does not come while there is patience.
    pub(crate) fn line_within(&mut self, patience: &Patience) -> Result<Option<String>> {
        self.line_until(Some(patience))
    }

    fn line_until(&mut self, patience: Option<&Patience>) -> Result<Option<String>> {
        loop {
            if let Some(line) = self.take_line() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            if let Some(patience) = patience {
                if !wait(&[self.socket.as_fd()], LOOK)?[0] {
                    match patience.is_over() {
                        Some(limit) => return Err(Error::other(format!("no answer within {} s", limit.as_secs()))),
                        None => continue,
                    }
                }
            }
            self.read(RecvFlags::empty())?;
        }
    }

    /// The lines that are there already.
    pub(crate) fn lines(&mut self) -> Result<Vec<String>> {
        while !self.ended && wait(&[self.socket.as_fd()], Duration::ZERO)?[0] {
            self.read(RecvFlags::DONTWAIT)?;
        }
        Ok(std::iter::from_fn(|| self.take_line()).collect())
    }

    /// Whether the other end is gone, and all that it said was read.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn take_line(&mut self) -> Option<String> {
        let end = self.begun.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.begun.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line[..end]).into_owned())
    }

    fn read(&mut self, flags: RecvFlags) -> Result<()> {
        let mut part = [0; 4096];
        match recv(&self.socket, &mut part[..], flags) {
            Ok((0, _)) | Err(Errno::CONNRESET) => self.ended = true,
            Ok((len, _)) => self.begun.extend_from_slice(&part[..len]),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Waits until something can be read from one of them, or its other end is gone; which.
pub(crate) fn wait<const N: usize>(ends: &[BorrowedFd<'_>; N], limit: Duration) -> Result<[bool; N]> {
    let mut polled = ends.map(|end| PollFd::from_borrowed_fd(end, PollFlags::IN));
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: i64::from(limit.subsec_nanos()) };
    match poll(&mut polled, Some(&limit)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(polled.each_ref().map(|end| !end.revents().is_empty()))
}
