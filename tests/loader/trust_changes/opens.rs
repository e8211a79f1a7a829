//! How often a file is opened, as the kernel sees it.

use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Counts from when it is made, and from its last answer on.
pub struct Opens(OwnedFd);

impl Opens {
    /// Those of the file at `path`, by any process.
    pub fn of(path: &Path) -> Self {
        let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL in it");
        // SAFETY: the calls get a path that outlives them, and what they give is owned here.
        unsafe {
            let fd = libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC);
            assert!(fd >= 0, "{}", std::io::Error::last_os_error());
            let fd = OwnedFd::from_raw_fd(fd);
            // Two equal events in a row would be told as one; each open is followed by a close.
            let watch = libc::inotify_add_watch(fd.as_raw_fd(), path.as_ptr(), libc::IN_OPEN | libc::IN_CLOSE);
            assert!(watch >= 0, "{}", std::io::Error::last_os_error());
            Self(fd)
        }
    }

    /// How often it was opened.
    pub fn count(&self) -> usize {
        let mut bytes = vec![0_u8; 1 << 16];
        let mut opens = 0;
        loop {
            // SAFETY: the buffer has that many bytes.
            let read = unsafe { libc::read(self.0.as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len()) };
            let Ok(read @ 1..) = usize::try_from(read) else { return opens };
            // Events of one file have no name, so each has the same size: watch, mask, cookie, length of the name.
            let masks = bytes[..read]
                .chunks_exact(16)
                .map(|event| u32::from_ne_bytes([event[4], event[5], event[6], event[7]]));
            opens += masks.filter(|mask| mask & libc::IN_OPEN != 0).count();
        }
    }
}
