//! The trait of what differs, and what does not.

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::retry_on_intr;
use rustix::mm::MapFlags;
use std::ffi::OsStr;
use std::io;

/// A system with owners and modes.
pub(crate) trait Posix {
    /// The flags by which a directory is opened to go on from it.
    const DIRECTORY: OFlags;
    /// The flags by which memory is tried for, and none of it set aside.
    const UNRESERVED: MapFlags;

    /// A hold on an open file, while which nobody writes it unseen.
    type Hold<'a>;

    /// Opens `name`, one part of a path, in `directory`, and follows no link.
    fn open(directory: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd>;

    /// Holds a file; `None` where nothing can.
    ///
    /// # Errors
    /// [`Errno::AGAIN`](rustix::io::Errno::AGAIN) if somebody has the file open for writing; what ran short.
    fn hold(file: BorrowedFd<'_>) -> rustix::io::Result<Option<Self::Hold<'_>>>;

    /// Whether nobody could write since.
    ///
    /// # Errors
    /// Nobody knows.
    fn held(hold: &Self::Hold<'_>) -> rustix::io::Result<bool>;

    /// Whether the number of an owner may stand for anybody.
    ///
    /// # Errors
    /// The system was not asked, as something ran short.
    fn is_anybody(owner: u32) -> io::Result<bool>;
}

/// Opens `name` in `directory`. As `name` is a single part of a path, `O_NOFOLLOW` covers all of it.
pub(crate) fn open_nofollow(directory: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    retry_on_intr(|| rustix::fs::openat(directory, name, flags | OFlags::NOFOLLOW, Mode::empty()))
}
