//! Linux: directories without the right to read them, leases, namespaces of users.

mod lease;
mod user_namespace;

use crate::system::posix::files::own::backend::{open_nofollow, Posix};
use crate::system::posix::files::own::linux::lease::Lease;
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::{retry_on_intr, Errno};
use rustix::mm::MapFlags;
use std::ffi::OsStr;
use std::io;

pub(crate) enum Linux {}

impl Posix for Linux {
    const DIRECTORY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    const UNRESERVED: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);

    type Hold<'a> = Lease<'a>;

    /// By `openat2`, which follows no link of any sort, or by [`open_nofollow`] where a kernel or a sandbox does not have it.
    fn open(directory: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match retry_on_intr(|| rustix::fs::openat2(directory, name, flags, Mode::empty(), resolve)) {
            Err(Errno::NOSYS | Errno::PERM) => open_nofollow(directory, name, flags),
            opened => opened,
        }
    }

    fn hold(file: BorrowedFd<'_>) -> rustix::io::Result<Option<Lease<'_>>> {
        Lease::take(file)
    }

    fn held(hold: &Lease<'_>) -> rustix::io::Result<bool> {
        hold.held()
    }

    fn is_anybody(owner: u32) -> io::Result<bool> {
        user_namespace::is_anybody(owner)
    }
}
