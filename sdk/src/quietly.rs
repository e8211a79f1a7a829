//! Writes that fail with EPIPE or EFBIG without the signal that comes with it, which ends a host that does not ignore it.

use std::io;

/// Makes a call that writes, so that where it fails with EPIPE or EFBIG no SIGPIPE or SIGXFSZ ends the host: a pipe that
/// nobody reads and a file that may not grow cost the plugin its write and nothing else. Rust's standard library leaves both signals
/// to the process, which a plugin must not change.
///
/// The two are blocked in this thread during the call, and one that the write sent is taken back: so `write` does nothing
/// else, and writes in this thread only. Two system calls before it and one behind it; calls may be in one another. It is what
/// `write` returns, and where a signal cannot be blocked, that error. Only Linux is served: elsewhere it is the call alone.
///
/// ```
/// use sochdb_plugin_sdk::quietly;
/// use std::io::{self, Write as _};
///
/// let (reader, mut writer) = io::pipe()?;
/// drop(reader);
/// let error = quietly(|| writer.write_all(b"one line")).unwrap_err();
/// assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
/// # io::Result::Ok(())
/// ```
///
/// # Errors
/// Those of `write`.
pub fn quietly<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    #[cfg(target_os = "linux")]
    let blocked = linux::Blocked::new()?;
    let written = write();
    #[cfg(target_os = "linux")]
    match written.as_ref().err().and_then(io::Error::raw_os_error) {
        Some(libc::EPIPE) => blocked.take(libc::SIGPIPE),
        Some(libc::EFBIG) => blocked.take(libc::SIGXFSZ),
        _ => {}
    }
    written
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem::MaybeUninit;
    use std::ptr::null_mut;

    /// Both signals are blocked in the thread that made it, until this is dropped there.
    pub(super) struct Blocked {
        before: libc::sigset_t,
        pending: libc::sigset_t,
    }

    impl Blocked {
        pub(super) fn new() -> io::Result<Self> {
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
        pub(super) fn take(&self, signal: i32) {
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
}
