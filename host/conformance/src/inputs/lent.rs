//! Bytes as a host may lend them: up to the end of a page with nothing behind it, and not to be written.

use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use crate::system::backend::System;
use crate::system::Native;
use core::ffi::c_void;

/// Bytes at the end of a page that may only be read; whoever touches the next one ends the process.
pub(crate) struct Lent {
    pages: *mut c_void,
    mapped: usize,
    start: *const u8,
    len: usize,
}

impl Lent {
    /// A copy of `bytes`.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NotPassed> {
        let page = Native::page();
        let room = bytes.len().next_multiple_of(page);
        let mapped = room + page;
        let pages = Native::map(mapped).must("no memory for the test")?;
        // SAFETY: the bytes fit into the pages before the last one, which are this value's.
        let start = unsafe {
            let start = pages.cast::<u8>().add(room - bytes.len());
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len());
            start
        };
        let lent = Self { pages, mapped, start, len: bytes.len() };
        // SAFETY: they are this value's pages, of which nobody else knows.
        let guarded = unsafe { Native::guard(pages, room, mapped) };
        guarded.must("pages cannot be guarded").map(|()| lent)
    }
}

impl Lent {
    /// The whole words of 8 bytes among them, which end where they do.
    pub(crate) fn words(&self) -> &[u64] {
        // SAFETY: eight bytes of any value are a number.
        let (_, words, _) = unsafe { self.align_to::<u64>() };
        words
    }
}

impl std::ops::Deref for Lent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `new` wrote them, and nobody changes them.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: they are this value's pages, and no borrow of them is left.
        let unmapped = unsafe { Native::unmap(self.pages, self.mapped) };
        debug_assert!(unmapped.is_ok(), "{unmapped:?}");
    }
}
