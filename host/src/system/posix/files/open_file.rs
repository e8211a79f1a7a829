//! The step `file`: the file, opened without a side effect, is a regular one that only a trusted user can change.

use crate::base::text::UntrustedText;
use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::posix::files::directory_walk::Walked;
use crate::system::posix::files::look::{identity, mode_of};
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, OFlags, Stat};
use rustix::io::{retry_on_intr, Errno};
use std::ffi::OsStr;
use std::path::Path;

/// Which files are taken.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) owners: Owners,
    /// In bytes.
    pub(crate) least: u64,
    /// In bytes.
    pub(crate) most: u64,
}

/// Bytes of an ELF header: nothing smaller is worth a look.
const LEAST_ELF: u64 = 64;
/// The largest library that a plugin may need, in bytes.
const MOST_LIBRARY: u64 = 256 << 20;

impl Bounds {
    /// The bounds of a plugin of at most `most` bytes.
    pub(crate) fn of_plugin(owners: Owners, most: u64) -> Self {
        Self { owners, least: LEAST_ELF, most }
    }

    /// The bounds of a library that a plugin needs.
    pub(crate) fn of_library(owners: Owners) -> Self {
        Self::of_plugin(owners, MOST_LIBRARY)
    }
}

/// How often a file is opened that is replaced by another one meanwhile.
const ATTEMPTS: usize = 16;

/// A file, open for reading.
pub(crate) struct OpenFile {
    pub(crate) fd: OwnedFd,
    pub(crate) stat: Stat,
    pub(crate) size: u64,
}

impl OpenFile {
    /// Opens `name` in a directory; `path` is where that is, for messages.
    pub(crate) fn open(path: &Path, walked: &Walked, name: &OsStr, bounds: Bounds) -> Result<Self, Refusal> {
        // Who upgrades the file replaces it between two system calls now and then.
        for _ in 1..ATTEMPTS {
            match Self::attempt(path, walked, name, bounds) {
                Err(Refusal::FileReplaced { .. }) => {}
                opened => return opened,
            }
        }
        Self::attempt(path, walked, name, bounds)
    }

    fn attempt(path: &Path, walked: &Walked, name: &OsStr, bounds: Bounds) -> Result<Self, Refusal> {
        let failed = |errno| refuse(path, errno);
        // Looked at before it is opened: opening a FIFO can block, opening a device can make it act.
        let before = retry_on_intr(|| rustix::fs::statat(&walked.directory, name, AtFlags::SYMLINK_NOFOLLOW));
        let before = before.map_err(|errno| match errno {
            Errno::ACCESS => denied(path, format!("chmod a+x {}", UntrustedText::from(walked.path.as_path()))),
            errno => failed(errno),
        })?;
        vet(path, &before, bounds)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = Own::open(walked.directory.as_fd(), name, flags).map_err(|errno| match errno {
            // Somebody has a lease on it, to write it.
            Errno::AGAIN => Refusal::FileChanged { path: path.into() },
            errno => failed(errno),
        })?;
        let stat = retry_on_intr(|| rustix::fs::fstat(&fd)).map_err(failed)?;
        if (stat.st_dev, stat.st_ino) != (before.st_dev, before.st_ino) {
            return Err(Refusal::FileReplaced { path: path.into() });
        }
        // Only what is open is the file that is read.
        let size = vet(path, &stat, bounds)?;
        Ok(Self { fd, stat, size })
    }

    /// How it looked then.
    pub(crate) fn status(&self) -> Status {
        let (owner, mode) = (self.stat.st_uid, mode_of(&self.stat) & 0o7777);
        Status { identity: identity(&self.stat), size: self.size, owner, mode }
    }

    /// The file's bytes, where nobody needs to hold them against a change: a text of some kilobytes.
    pub(crate) fn text(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        let failed = |errno| refuse(path, errno);
        self.unchanged(path, failed, || read_whole(self.fd.as_fd(), self.size))
    }

    /// The value that `read` makes of the file, if nobody changed it meanwhile. `failed` says what an error of the system
    /// means.
    pub(crate) fn unchanged<T>(
        &self,
        path: &Path,
        failed: impl Fn(Errno) -> Refusal,
        read: impl FnOnce() -> rustix::io::Result<T>,
    ) -> Result<T, Refusal> {
        let changed = || Refusal::FileChanged { path: path.into() };
        let hold = Own::hold(self.fd.as_fd()).map_err(|errno| match errno {
            Errno::AGAIN => changed(),
            errno => failed(errno),
        })?;
        let made = read().map_err(&failed);
        let now = retry_on_intr(|| rustix::fs::fstat(&self.fd)).map_err(&failed)?;
        let made = made?;
        let held = hold.map_or(Ok(true), |hold| Own::held(&hold)).map_err(&failed)?;
        if !is_unwritten(&self.stat, &now) || !held {
            return Err(changed());
        }
        Ok(made)
    }
}

/// Whether nobody wrote the file between two looks at it. Its number of links changes its last time too: it falls when
/// an upgrade gives the name to another file, which leaves the bytes of this one alone.
fn is_unwritten(before: &Stat, now: &Stat) -> bool {
    let content = |stat: &Stat| (stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
    let changed = |stat: &Stat| (stat.st_ctime, stat.st_ctime_nsec);
    // The number falls first, and a look can come between.
    let loses_name = before.st_nlink != now.st_nlink || now.st_nlink == 0;
    content(before) == content(now) && (changed(before) == changed(now) || loses_name)
}

/// The `size` bytes of an open file; an error if it has fewer.
pub(crate) fn read_whole(file: BorrowedFd<'_>, size: u64) -> rustix::io::Result<Vec<u8>> {
    let mut bytes = zeros(usize::try_from(size).map_err(|_| Errno::NOMEM)?)?;
    let mut filled = 0;
    while filled < bytes.len() {
        match retry_on_intr(|| rustix::io::pread(file, &mut bytes[filled..], filled as u64))? {
            0 => return Err(Errno::IO),
            read => filled += read,
        }
    }
    Ok(bytes)
}

/// So many zero bytes, if there is memory for them.
pub(crate) fn zeros(len: usize) -> rustix::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| Errno::NOMEM)?;
    bytes.resize(len, 0);
    Ok(bytes)
}

/// The step: opens the plugin.
pub(crate) fn check(
    path: &PlainPath<'_>,
    walked: &Walked,
    bounds: Bounds,
) -> Result<(OpenFile, impl Words<OpenFile>), Refusal> {
    let file = OpenFile::open(path.path, walked, path.file, bounds)?;
    Ok((file, |file: &OpenFile| {
        format!("{} bytes, owner {}, mode {:04o}", file.size, file.stat.st_uid, mode_of(&file.stat) & 0o7777)
    }))
}

/// Decides on a file with this status, and gives its size.
pub(crate) fn vet(path: &Path, stat: &Stat, bounds: Bounds) -> Result<u64, Refusal> {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => None,
        FileType::Symlink => return Err(Refusal::FileSymlink { path: path.into() }),
        FileType::Directory => Some("directory"),
        FileType::Fifo => Some("FIFO"),
        FileType::Socket => Some("socket"),
        FileType::CharacterDevice => Some("character device"),
        FileType::BlockDevice => Some("block device"),
        FileType::Unknown => Some("file of an unknown type"),
    };
    if let Some(kind) = kind {
        return Err(Refusal::NotRegular { path: path.into(), kind });
    }
    if bounds.owners.unmapped(Step::File, stat.st_uid)? {
        return Err(Refusal::FileUnmapped { path: path.into(), owner: stat.st_uid });
    }
    if !bounds.owners.accept(stat.st_uid) {
        let (path, trusted, suggested_owner) = (path.into(), bounds.owners.words(), bounds.owners.suggested_owner());
        return Err(Refusal::FileOwner { path, owner: stat.st_uid, trusted, suggested_owner });
    }
    let mode = mode_of(stat) & 0o7777;
    if mode & 0o022 != 0 {
        return Err(Refusal::FileWritable { path: path.into(), mode });
    }
    if mode & 0o7000 != 0 {
        return Err(Refusal::SpecialBits { path: path.into(), mode });
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    if size < bounds.least {
        return Err(Refusal::TooSmall { path: path.into(), size });
    }
    if size > bounds.most {
        return Err(Refusal::TooLarge { path: path.into(), size, limit: bounds.most });
    }
    Ok(size)
}

fn refuse(path: &Path, errno: Errno) -> Refusal {
    let shown = UntrustedText::from(path);
    match errno {
        Errno::NOENT => Refusal::FileNotFound { path: shown },
        Errno::LOOP => Refusal::FileSymlink { path: shown },
        Errno::ACCESS => denied(path, format!("chmod a+r {shown}")),
        _ => Refusal::failed(Step::File, errno, |reason| Refusal::FileIo { path: shown, reason }),
    }
}

fn denied(path: &Path, fix: String) -> Refusal {
    Refusal::FileDenied { path: path.into(), fix }
}
