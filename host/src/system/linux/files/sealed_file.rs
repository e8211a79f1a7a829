//! The step `seal`: the file's bytes where nobody can change them any more.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::linux::files::mapped_file::Mapped;
use crate::system::posix::files::open_file::{zeros, OpenFile};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use rustix::fs::{MemfdFlags, SealFlags, Stat};
use rustix::io::{retry_on_intr, Errno};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const BLOCK: usize = 1 << 16;
const SEALS: SealFlags = SealFlags::SEAL.union(SealFlags::SHRINK).union(SealFlags::GROW).union(SealFlags::WRITE);

/// How often the kernel is asked to seal a file, and the pause between. It answers `EBUSY` where another processor has a page at hand
/// still, for which it waits about 150 ms itself each time (`memfd_wait_for_pins` in its mm/memfd.c).
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// A copy of a file in memory that the kernel lets nobody change.
///
/// Keep it as long as the library is loaded: another file that got its descriptor's number would have the name by
/// which the dynamic linker knows the library.
#[derive(Debug)]
pub struct SealedFile {
    fd: OwnedFd,
    size: u64,
}

impl SealedFile {
    /// Copies `file`, which must not change meanwhile, and seals the copy.
    pub(crate) fn copy(path: &Path, file: &OpenFile) -> Result<(Self, impl Words<Self>), Refusal> {
        let made = memfd(path.file_name().unwrap_or_default());
        let (fd, flags) =
            made.map_err(|errno| Refusal::failed(Step::Seal, errno, |reason| Refusal::Memfd { reason }))?;
        copy_all(path, file, &fd)?;
        seal(fd.as_fd(), SEALS).map_err(not_sealed)?;
        let sealed = Self { fd, size: file.size };
        let seals = sealed.seals()?;
        let execve = if flags.contains(MemfdFlags::NOEXEC_SEAL) { ", cannot be executed as a program" } else { "" };
        let words =
            move |sealed: &Self| format!("{} bytes copied, seals {:#x} read back{execve}", sealed.size, seals.bits());
        Ok((sealed, words))
    }

    /// The seals, if none of those that count is missing.
    fn seals(&self) -> Result<SealFlags, Refusal> {
        match retry_on_intr(|| rustix::fs::fcntl_get_seals(&self.fd)) {
            Ok(seals) if seals.contains(SEALS) => Ok(seals),
            Ok(seals) => Err(Refusal::Seal { found: format!("it has the seals {:#x}", seals.bits()) }),
            Err(errno) => Err(not_sealed(errno)),
        }
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Maps the file's bytes.
    ///
    /// # Errors
    /// [`Refusal::Map`] if the process has no address space left.
    pub fn map(&self) -> Result<Mapped, Refusal> {
        // SAFETY: the file is sealed, which was read back, and its size with it.
        unsafe { Mapped::new(self, self.size) }
    }

    /// The number of its descriptor.
    pub(crate) fn number(&self) -> i32 {
        self.fd.as_raw_fd()
    }

    /// Gives its descriptor another number, `least` or more.
    ///
    /// # Errors
    /// [`Refusal::Shortage`] if the process may not have one more.
    pub(crate) fn renumber(&mut self, least: i32) -> Result<(), Refusal> {
        let other = retry_on_intr(|| rustix::io::fcntl_dupfd_cloexec(&self.fd, least));
        // So the kernel calls a number beyond the limit.
        let other = other.map_err(|errno| if errno == Errno::INVAL { Errno::MFILE } else { errno });
        let unknown = |reason| Refusal::ProcIo { what: "another number for the sealed copy".to_owned(), reason };
        self.fd = other.map_err(|errno| Refusal::failed(Step::Identity, errno, unknown))?;
        Ok(())
    }

    /// The path for the dynamic linker: `/proc/PID/fd/N`, with the number of the process, so that a debugger opens
    /// the same file.
    ///
    /// # Errors
    /// [`Refusal::ProcMissing`] if that path does not lead to this file, [`Refusal::ProcIo`] if nobody can tell.
    pub fn path(&self) -> Result<PathBuf, Refusal> {
        let path = format!("/proc/{}/fd/{}", std::process::id(), self.fd.as_raw_fd());
        let inode = |stat: Stat| (stat.st_dev, stat.st_ino);
        let found = retry_on_intr(|| rustix::fs::stat(&path)).and_then(|found| {
            let own = retry_on_intr(|| rustix::fs::fstat(&self.fd))?;
            Ok(inode(found) == inode(own))
        });
        match found {
            Ok(true) => Ok(path.into()),
            Ok(false) | Err(Errno::NOENT | Errno::NOTDIR | Errno::SRCH) => Err(Refusal::ProcMissing { path }),
            Err(errno) => {
                let unknown = |reason| Refusal::ProcIo { what: format!("the look at {path}"), reason };
                Err(Refusal::failed(Step::Identity, errno, unknown))
            }
        }
    }
}

impl AsFd for SealedFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Makes the memory, if possible (Linux 6.3) such that it cannot be made executable as a program either.
fn memfd(file: &OsStr) -> rustix::io::Result<(OwnedFd, MemfdFlags)> {
    let name = memfd_name(file);
    let plain = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let wanted = plain | MemfdFlags::NOEXEC_SEAL;
    match retry_on_intr(|| rustix::fs::memfd_create(&name, wanted)) {
        Err(Errno::INVAL) => Ok((retry_on_intr(|| rustix::fs::memfd_create(&name, plain))?, plain)),
        made => Ok((made?, wanted)),
    }
}

/// Seals a file in memory that nobody has mapped for writing.
pub(crate) fn seal(fd: BorrowedFd<'_>, seals: SealFlags) -> rustix::io::Result<()> {
    for _ in 1..TRIES {
        match retry_on_intr(|| rustix::fs::fcntl_add_seals(fd, seals)) {
            Err(Errno::BUSY) => std::thread::sleep(PAUSE),
            answer => return answer,
        }
    }
    retry_on_intr(|| rustix::fs::fcntl_add_seals(fd, seals))
}

fn not_sealed(errno: Errno) -> Refusal {
    Refusal::failed(Step::Seal, errno, |reason| Refusal::Seal { found: reason.to_string() })
}

/// The name that `/proc/PID/maps` shows: the kernel allows 249 bytes.
fn memfd_name(file: &OsStr) -> String {
    let safe = |byte: &u8| if byte.is_ascii_alphanumeric() || b"._+-".contains(byte) { char::from(*byte) } else { '_' };
    let name: String = file.as_encoded_bytes().iter().take(128).map(safe).collect();
    format!("sochdb-plugin:{name}")
}

/// Copies all of `file`, and makes sure that it did not change meanwhile.
fn copy_all(path: &Path, file: &OpenFile, to: &OwnedFd) -> Result<(), Refusal> {
    let failed = |errno| Refusal::failed(Step::Seal, errno, |reason| Refusal::Copy { path: path.into(), reason });
    match file.unchanged(path, failed, || copy_bytes(file, to))? {
        copied if copied == file.size => Ok(()),
        _ => Err(Refusal::FileChanged { path: path.into() }),
    }
}

/// How many bytes were copied: those of `file.size`, less if it ended early, one more if it goes on.
fn copy_bytes(file: &OpenFile, to: &OwnedFd) -> rustix::io::Result<u64> {
    let mut block = zeros(BLOCK)?;
    let mut at = 0;
    while at < file.size {
        let wanted = usize::try_from(file.size - at).map_or(BLOCK, |rest| rest.min(BLOCK));
        let read = retry_on_intr(|| rustix::io::pread(&file.fd, &mut block[..wanted], at))?;
        if read == 0 {
            return Ok(at);
        }
        let mut written = 0;
        while written < read {
            written += retry_on_intr(|| rustix::io::pwrite(to, &block[written..read], at + written as u64))?;
        }
        at += read as u64;
    }
    let beyond = retry_on_intr(|| rustix::io::pread(&file.fd, &mut block[..1], at))?;
    Ok(at + beyond as u64)
}
