//! A call that waits, with its arguments understood.

use crate::crash::linux::kernel::Asked;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// The most bytes of one call: a longer write is a short one, as the kernel's may be.
const MOST: usize = 16 << 20;
/// The longest path, with its end.
const PATH: usize = 4096;

/// A path as a process says it: from its descriptor of a directory, or from its own directory.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) from: i32,
    pub(crate) path: PathBuf,
}

/// A call, by what it does.
#[derive(Debug)]
pub(crate) enum Call {
    /// Writes what is in the process's memory, at a place or where the descriptor stands.
    Write {
        file: i32,
        parts: Vec<(u64, u64)>,
        at: Option<u64>,
    },
    Truncate {
        file: i32,
        len: u64,
    },
    TruncatePath {
        path: Place,
        len: u64,
    },
    Allocate {
        file: i32,
        mode: u32,
        at: u64,
        len: u64,
    },
    Sync {
        file: i32,
    },
    SyncAll,
    /// `msync` of the map that this address is in.
    SyncMap {
        address: u64,
    },
    Map {
        file: i32,
    },
    Read {
        file: i32,
    },
    Open {
        path: Place,
        flags: u32,
        mode: u32,
    },
    Rename {
        from: Place,
        to: Place,
        flags: u32,
    },
    Link {
        from: Place,
        to: Place,
    },
    Remove {
        path: Place,
        directory: bool,
    },
    MakeDirectory {
        path: Place,
        mode: u32,
    },
    /// Another way to do what the others do, which fails so that a process does it by them.
    Refused {
        file: Option<i32>,
        error: i32,
    },
}

/// Reads a process's memory.
pub(crate) struct Memory(pub(crate) File);

impl Memory {
    pub(crate) fn bytes(&self, parts: &[(u64, u64)]) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        for &(address, len) in parts {
            let len = usize::try_from(len).ok()?.min(MOST - all.len());
            let begin = all.len();
            all.resize(begin + len, 0);
            self.0.read_exact_at(&mut all[begin..], address).ok()?;
        }
        Some(all)
    }

    fn path(&self, address: u64) -> Option<PathBuf> {
        let mut bytes = Vec::new();
        while bytes.len() < PATH {
            let mut part = [0; 64];
            // Behind the text there may be no memory.
            let len = 64 - (address as usize + bytes.len()) % 64;
            self.0.read_exact_at(&mut part[..len], address + bytes.len() as u64).ok()?;
            let text = part[..len].split(|byte| *byte == 0).next().unwrap_or_default();
            bytes.extend_from_slice(text);
            if text.len() < len {
                return Some(PathBuf::from(OsStr::from_bytes(&bytes)));
            }
        }
        None
    }

    fn vectors(&self, address: u64, count: u64) -> Option<Vec<(u64, u64)>> {
        let bytes = self.bytes(&[(address, count.min(1024) * 16)])?;
        let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().unwrap_or_default());
        Some(bytes.chunks_exact(16).map(|pair| (word(&pair[..8]), word(&pair[8..]))).collect())
    }
}

impl Call {
    /// Reads what the process asks for; None if it cannot be understood, as of a path that is in no memory.
    pub(crate) fn read(asked: &Asked, memory: &Memory) -> Option<Self> {
        let [a, b, c, d, e, _] = asked.arguments;
        let place = |from: u64, address| Some(Place { from: from as i32, path: memory.path(address)? });
        let here = |address| place(libc::AT_FDCWD as u64, address);
        let file = a as i32;
        Some(match asked.number {
            libc::SYS_write => Self::Write { file, parts: vec![(b, c)], at: None },
            libc::SYS_pwrite64 => Self::Write { file, parts: vec![(b, c)], at: Some(d) },
            libc::SYS_writev => Self::Write { file, parts: memory.vectors(b, c)?, at: None },
            libc::SYS_pwritev => Self::Write { file, parts: memory.vectors(b, c)?, at: Some(d) },
            libc::SYS_ftruncate => Self::Truncate { file, len: b },
            libc::SYS_truncate => Self::TruncatePath { path: here(a)?, len: b },
            libc::SYS_fallocate => Self::Allocate { file, mode: b as u32, at: c, len: d },
            libc::SYS_fsync | libc::SYS_fdatasync => Self::Sync { file },
            libc::SYS_syncfs | libc::SYS_sync => Self::SyncAll,
            libc::SYS_msync => Self::SyncMap { address: a },
            libc::SYS_read | libc::SYS_pread64 | libc::SYS_readv | libc::SYS_preadv => Self::Read { file },
            libc::SYS_mmap => Self::Map { file: e as i32 },
            libc::SYS_openat => Self::Open { path: place(a, b)?, flags: c as u32, mode: d as u32 },
            libc::SYS_renameat => Self::Rename { from: place(a, b)?, to: place(c, d)?, flags: 0 },
            libc::SYS_renameat2 => Self::Rename { from: place(a, b)?, to: place(c, d)?, flags: e as u32 },
            libc::SYS_linkat => Self::Link { from: place(a, b)?, to: place(c, d)? },
            libc::SYS_unlinkat => Self::Remove { path: place(a, b)?, directory: c as i32 & libc::AT_REMOVEDIR != 0 },
            libc::SYS_mkdirat => Self::MakeDirectory { path: place(a, b)?, mode: c as u32 },
            libc::SYS_pwritev2 => Self::Refused { file: Some(file), error: libc::ENOSYS },
            libc::SYS_copy_file_range => Self::Refused { file: Some(c as i32), error: libc::EXDEV },
            libc::SYS_sendfile => Self::Refused { file: Some(file), error: libc::EINVAL },
            libc::SYS_splice => Self::Refused { file: Some(c as i32), error: libc::EINVAL },
            libc::SYS_ioctl => Self::Refused { file: Some(file), error: libc::EOPNOTSUPP },
            libc::SYS_openat2 | libc::SYS_io_uring_setup | libc::SYS_io_submit => {
                Self::Refused { file: None, error: libc::ENOSYS }
            }
            number => return Self::read_old(number, asked.arguments, &here),
        })
    }

    /// Calls that only the oldest processors have.
    #[cfg(target_arch = "x86_64")]
    fn read_old(number: i64, [a, b, c, ..]: [u64; 6], here: &dyn Fn(u64) -> Option<Place>) -> Option<Self> {
        const CREAT: u32 = (libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC) as u32;
        Some(match number {
            libc::SYS_open => Self::Open { path: here(a)?, flags: b as u32, mode: c as u32 },
            libc::SYS_creat => Self::Open { path: here(a)?, flags: CREAT, mode: b as u32 },
            libc::SYS_rename => Self::Rename { from: here(a)?, to: here(b)?, flags: 0 },
            libc::SYS_link => Self::Link { from: here(a)?, to: here(b)? },
            libc::SYS_unlink => Self::Remove { path: here(a)?, directory: false },
            libc::SYS_rmdir => Self::Remove { path: here(a)?, directory: true },
            libc::SYS_mkdir => Self::MakeDirectory { path: here(a)?, mode: b as u32 },
            _ => return None,
        })
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn read_old(_: i64, _: [u64; 6], _: &dyn Fn(u64) -> Option<Place>) -> Option<Self> {
        None
    }
}
