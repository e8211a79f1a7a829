//! A read lease on the plugin's file: while it holds, nobody has the file open for writing.
//!
//! Times of a file change when a write begins, so they cannot tell a copy that was made in the middle of one.

use rustix::fd::{AsRawFd, BorrowedFd};
use rustix::io::{retry_on_intr, Errno};
use std::time::{Duration, Instant};

/// Linux's number of the command that chooses a file's signal; the same on all machines that plugins are for.
const F_SETSIG: i32 = 10;

/// How long it may be open for writing before that counts.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1);

/// A read lease. Whoever opens the file for writing waits until it is gone.
pub(crate) struct Lease<'a>(BorrowedFd<'a>);

impl<'a> Lease<'a> {
    /// None where there are no leases, as on a network file system, or for a file of another user.
    ///
    /// # Errors
    /// [`Errno::AGAIN`] if somebody has the file open for writing; what ran short.
    pub(crate) fn take(file: BorrowedFd<'a>) -> rustix::io::Result<Option<Self>> {
        // Somebody else's child has it open for a moment, between fork and exec.
        let give_up = Instant::now() + DRAIN_TIMEOUT;
        loop {
            match Self::try_take(file) {
                Err(Errno::AGAIN) if Instant::now() < give_up => std::thread::sleep(PAUSE),
                taken => return taken,
            }
        }
    }

    fn try_take(file: BorrowedFd<'a>) -> rustix::io::Result<Option<Self>> {
        let lease = Self(file);
        // The signal to who holds a lease that somebody waits for would end the process, if it were the default one.
        let taken = lease.control(F_SETSIG, libc::SIGURG);
        match taken.and_then(|_| lease.control(libc::F_SETLEASE, libc::F_RDLCK)) {
            Ok(_) => Ok(Some(lease)),
            Err(errno @ (Errno::AGAIN | Errno::NOMEM | Errno::NOLCK | Errno::MFILE | Errno::NFILE)) => Err(errno),
            Err(_) => Ok(None),
        }
    }

    /// Whether nobody could write since it was taken.
    ///
    /// # Errors
    /// Nobody knows.
    pub(crate) fn held(&self) -> rustix::io::Result<bool> {
        Ok(self.control(libc::F_GETLEASE, 0)? == libc::F_RDLCK)
    }

    fn control(&self, command: i32, value: i32) -> rustix::io::Result<i32> {
        // SAFETY: the descriptor is open, and none of the commands takes a pointer.
        retry_on_intr(|| match unsafe { libc::fcntl(self.0.as_raw_fd(), command, value) } {
            -1 => Err(std::io::Error::last_os_error().raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error)),
            result => Ok(result),
        })
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let _ = self.control(libc::F_SETLEASE, libc::F_UNLCK);
    }
}
