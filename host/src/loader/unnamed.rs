//! A file without a name, for a process that may not have sealed memory.

use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{Mode, OFlags, StatVfsMountFlags};
use rustix::io::Errno;
use std::path::Path;

/// Makes one, open for reading and writing, where code may be run from.
pub(crate) fn make() -> rustix::io::Result<OwnedFd> {
    // Not where the environment says: on a file system of another user's program two reads can differ.
    let places = ["/dev/shm", "/var/tmp", "/tmp"];
    let mut refusal = Errno::NOENT;
    for place in places {
        match make_in(Path::new(place)) {
            Ok(file) => return Ok(file),
            Err(errno) => refusal = errno,
        }
    }
    Err(refusal)
}

/// Makes one in the directory `place`.
pub(crate) fn make_in(place: &Path) -> rustix::io::Result<OwnedFd> {
    // O_EXCL: it can never get a name.
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC;
    let file = rustix::fs::open(place, flags, Mode::RUSR | Mode::WUSR | Mode::XUSR)?;
    if rustix::fs::fstatvfs(&file)?.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Err(Errno::ACCESS);
    }
    Ok(file)
}

/// The same file, open for reading only. While another descriptor can write it, nobody can execute it.
pub(crate) fn read_only(file: &impl AsRawFd) -> rustix::io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}
