//! Linux.

use crate::system::backend::System;
use crate::system::posix;
use core::ffi::c_void;
use std::io::Result;
use tempfile::Builder;

pub(crate) enum Linux {}

impl System for Linux {
    const UNSEEN: Option<&'static str> = None;
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/proc/no/such"];

    fn only_mine(builder: &mut Builder<'_, '_>) {
        posix::only_mine(builder);
    }

    fn allocated() -> u64 {
        allocated()
    }

    fn page() -> usize {
        posix::page()
    }

    fn map(bytes: usize) -> Result<*mut c_void> {
        posix::map(bytes)
    }

    unsafe fn guard(pages: *mut c_void, readable: usize, bytes: usize) -> Result<()> {
        // SAFETY: the caller promises the same.
        unsafe { posix::guard(pages, readable, bytes) }
    }

    unsafe fn unmap(pages: *mut c_void, bytes: usize) -> Result<()> {
        // SAFETY: the caller promises the same.
        unsafe { posix::unmap(pages, bytes) }
    }
}

#[cfg(target_env = "gnu")]
fn allocated() -> u64 {
    // SAFETY: it only reads the allocator's own figures, under its locks.
    let told = unsafe { libc::mallinfo() };
    // The figures are cut to 32 bits, and a test is far from those.
    u64::from(told.uordblks as u32) + u64::from(told.hblkhd as u32)
}

#[cfg(not(target_env = "gnu"))]
fn allocated() -> u64 {
    0
}
