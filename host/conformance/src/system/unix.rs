//! Unix systems beside Linux.

use crate::system::backend::System;
use crate::system::posix;
use core::ffi::c_void;
use std::io::Result;
use tempfile::Builder;

pub(crate) enum Unix {}

impl System for Unix {
    const UNSEEN: Option<&'static str> = Some("nobody has written yet how this system tells what a process has");
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/dev/null/no/such"];

    fn only_mine(builder: &mut Builder<'_, '_>) {
        posix::only_mine(builder);
    }

    fn allocated() -> u64 {
        0
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
