//! The bytes of a sealed file as a slice.

use super::file::read_whole;
use super::{Backend, LoadError, SealedFile};
use rustix::fd::AsFd;
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};
use std::ffi::c_void;
use std::ops::Deref;
use std::ptr::NonNull;

/// A sealed file's bytes.
#[derive(Debug)]
pub enum Mapped {
    /// Mapped until this is dropped, because nobody can change them.
    Memory(Mapping),
    /// Copied, because of the file's backend.
    Copy(Vec<u8>),
}

/// A mapping for reading.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<c_void>,
    len: usize,
}

impl Mapped {
    pub(super) fn new(file: &SealedFile) -> Result<Self, LoadError> {
        let failed = |errno: Errno| LoadError::Map { reason: errno.into() };
        let len = usize::try_from(file.size()).map_err(|_| failed(Errno::NOMEM))?;
        match file.backend() {
            Backend::Sealed => Mapping::new(file, len).map(Self::Memory).map_err(failed),
            Backend::Unnamed => read_whole(file.as_fd(), file.size()).map(Self::Copy).map_err(failed),
        }
    }
}

impl Mapping {
    fn new(file: &SealedFile, len: usize) -> rustix::io::Result<Self> {
        // SAFETY: the kernel chooses the place, so no memory of the program is replaced.
        let start = unsafe { rustix::mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, file, 0) };
        Ok(Self { start: NonNull::new(start?).ok_or(Errno::NOMEM)?, len })
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            // SAFETY: `len` bytes are mapped here until the drop, and the seals, which were read back, see to it that
            // the file below neither changes nor shrinks.
            Self::Memory(mapping) => unsafe { std::slice::from_raw_parts(mapping.start.as_ptr().cast(), mapping.len) },
            Self::Copy(bytes) => bytes,
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this value made the mapping, and no slice of it outlives it. A failure would only leave it mapped.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr(), self.len) };
    }
}
