//! A file without a name for the probe's program, where a kernel runs none from memory (`vm.memfd_noexec`).

use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{Mode, OFlags, StatVfsMountFlags};
use rustix::io::Errno;
use std::path::Path;

/// Makes one in the directory `place`, open for reading and writing, where programs may be run from.
pub(crate) fn make_in(place: &Path) -> rustix::io::Result<OwnedFd> {
    // O_EXCL: it can never get a name.
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC;
    let file = rustix::fs::open(place, flags, Mode::RUSR | Mode::WUSR | Mode::XUSR)?;
    if rustix::fs::fstatvfs(&file)?.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Err(Errno::ACCESS);
    }
    Ok(file)
}

/// The same file, open for reading only. While another descriptor can write it, nobody can execute it, and while it is
/// executed, nobody can open it for writing.
pub(crate) fn read_only(file: &impl AsRawFd) -> rustix::io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}
