//! Unix systems beside Linux: nothing tells there whether somebody has a file open for writing.

use crate::system::posix::files::own::backend::{open_nofollow, Posix};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::OFlags;
use rustix::mm::MapFlags;
use std::convert::Infallible;
use std::ffi::OsStr;
use std::io;

pub(crate) enum Unix {}

impl Posix for Unix {
    const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    const UNRESERVED: MapFlags = MapFlags::PRIVATE;

    type Hold<'a> = Infallible;

    fn open(directory: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        open_nofollow(directory, name, flags)
    }

    fn hold(_: BorrowedFd<'_>) -> rustix::io::Result<Option<Infallible>> {
        Ok(None)
    }

    fn held(hold: &Infallible) -> rustix::io::Result<bool> {
        match *hold {}
    }

    fn is_anybody(_: u32) -> io::Result<bool> {
        Ok(false)
    }
}
