//! Step 4: the file, opened without a side effect, is a regular one that only a trusted user can change.

use super::lexical::PlainPath;
use super::options::effective_user;
use super::walk::{open_beneath, Walked};
use super::{LoadError, Options};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{FileType, OFlags, Stat};
use rustix::io::Errno;
use std::path::Path;

/// Bytes of an ELF header: nothing smaller is worth a look.
const SIZE_MIN: u64 = 64;

/// The plugin's file, open for reading.
pub(super) struct OpenFile {
    pub(super) fd: OwnedFd,
    pub(super) stat: Stat,
    pub(super) size: u64,
}

pub(super) fn check(path: &PlainPath<'_>, walked: &Walked, options: &Options) -> Result<(OpenFile, String), LoadError> {
    let open = |flags| {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = open_beneath(walked.directory.as_fd(), path.file, flags)?;
        let stat = rustix::fs::fstat(&fd)?;
        Ok((fd, stat))
    };
    // O_PATH opens nothing: a FIFO does not block, a device does not act.
    let (_, stat) = open(OFlags::PATH).map_err(|errno| refuse(path.path, errno))?;
    let size = vet(path.path, &stat, options)?;
    let (fd, now) =
        open(OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY).map_err(|errno| refuse(path.path, errno))?;
    if (now.st_dev, now.st_ino) != (stat.st_dev, stat.st_ino) {
        return Err(LoadError::FileReplaced { path: path.path.into() });
    }
    let detail = format!("{size} bytes, owner {}, mode {:04o}", stat.st_uid, stat.st_mode & 0o7777);
    Ok((OpenFile { fd, stat, size }, detail))
}

fn vet(path: &Path, stat: &Stat, options: &Options) -> Result<u64, LoadError> {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => None,
        FileType::Symlink => return Err(LoadError::FileSymlink { path: path.into() }),
        FileType::Directory => Some("directory"),
        FileType::Fifo => Some("FIFO"),
        FileType::Socket => Some("socket"),
        FileType::CharacterDevice => Some("character device"),
        FileType::BlockDevice => Some("block device"),
        FileType::Unknown => Some("file of an unknown type"),
    };
    if let Some(kind) = kind {
        return Err(LoadError::NotRegular { path: path.into(), kind });
    }
    if !options.policy.accepts_owner(stat.st_uid) {
        return Err(LoadError::FileOwner { path: path.into(), owner: stat.st_uid, user: effective_user() });
    }
    let mode = stat.st_mode & 0o7777;
    if mode & 0o022 != 0 {
        return Err(LoadError::FileWritable { path: path.into(), mode });
    }
    if mode & 0o7000 != 0 {
        return Err(LoadError::SpecialBits { path: path.into(), mode });
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    if size < SIZE_MIN {
        return Err(LoadError::TooSmall { path: path.into(), size });
    }
    if size > options.max_size {
        return Err(LoadError::TooLarge { path: path.into(), size, limit: options.max_size });
    }
    Ok(size)
}

fn refuse(path: &Path, errno: Errno) -> LoadError {
    let path = path.into();
    match errno {
        Errno::NOENT => LoadError::FileNotFound { path },
        Errno::LOOP => LoadError::FileSymlink { path },
        Errno::ACCESS => LoadError::FileDenied { path },
        _ => LoadError::FileIo { path, reason: errno.into() },
    }
}
