//! A write that fails with EPIPE or EFBIG without the signal that comes with it, which ends a host that does not ignore it.
#![allow(unsafe_code)] // No safe crate blocks a signal.

use std::fs::File;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// As [`write`](std::io::Write::write). The signals are blocked in this thread meanwhile: how a process takes them is the
/// host's to say.
pub(crate) fn write(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    let blocked = Blocked::new()?;
    let written = file.write(bytes);
    match written.as_ref().err().and_then(io::Error::raw_os_error) {
        Some(libc::EPIPE) => blocked.take(libc::SIGPIPE),
        Some(libc::EFBIG) => blocked.take(libc::SIGXFSZ),
        _ => {}
    }
    written
}

/// Both signals are blocked in the thread that made it, until this is dropped there.
struct Blocked {
    before: libc::sigset_t,
    pending: libc::sigset_t,
}

impl Blocked {
    fn new() -> io::Result<Self> {
        let both = set(&[libc::SIGPIPE, libc::SIGXFSZ]);
        let (mut before, mut pending) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: the kernel reads a whole set and writes one, which is read only if it did.
        unsafe {
            match libc::pthread_sigmask(libc::SIG_BLOCK, &both, before.as_mut_ptr()) {
                0 => {}
                error => return Err(io::Error::from_raw_os_error(error)),
            }
            libc::sigpending(pending.as_mut_ptr());
            Ok(Self { before: before.assume_init(), pending: pending.assume_init() })
        }
    }

    /// Takes back a signal that the write sent. One that was there before is not the write's.
    fn take(&self, signal: i32) {
        let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the sets and the time outlive the calls.
        unsafe {
            if libc::sigismember(&self.pending, signal) == 0 {
                let own = set(&[signal]);
                while libc::sigtimedwait(&own, null_mut(), &now) < 0
                    && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
                {}
            }
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the one that was in force when this was made.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, null_mut()) };
    }
}

fn set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call writes a whole set, to which the others add.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}
