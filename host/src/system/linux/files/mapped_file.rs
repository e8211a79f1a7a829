//! The bytes of a sealed file as a slice.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use rustix::fd::AsFd;
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};
use std::ffi::c_void;
use std::ops::Deref;
use std::ptr::NonNull;

/// The bytes of a sealed file, mapped for reading until this is dropped.
#[derive(Debug)]
pub struct Mapped {
    start: NonNull<c_void>,
    len: usize,
}

impl Mapped {
    /// The first `size` bytes of the file.
    ///
    /// # Safety
    /// The file is sealed: it neither changes nor shrinks as long as this lives.
    pub(crate) unsafe fn new(file: impl AsFd, size: u64) -> Result<Self, Refusal> {
        let failed = |errno: Errno| Refusal::failed(Step::Digest, errno, |reason| Refusal::Map { reason });
        let len = usize::try_from(size).map_err(|_| failed(Errno::NOMEM))?;
        // SAFETY: the kernel chooses the place, so no memory of the program is replaced.
        let start = unsafe { rustix::mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, file, 0) };
        let start = NonNull::new(start.map_err(failed)?).ok_or_else(|| failed(Errno::NOMEM))?;
        Ok(Self { start, len })
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes are mapped here until the drop, and whoever made this promised that the file below neither
        // changes nor shrinks.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().cast(), self.len) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: this value made the mapping, and no slice of it outlives it. A failure would only leave it mapped.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr(), self.len) };
    }
}
