//! Windows.

use crate::system::backend::System;
use core::ffi::c_void;
use std::io::{Error, Result};
use std::time::Duration;
use tempfile::Builder;
use windows_sys::Win32::System::Memory::{
    VirtualAlloc, VirtualFree, VirtualProtect, MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS, PAGE_READONLY,
    PAGE_READWRITE,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};

pub(crate) enum Windows {}

/// The answer of a call that fails with 0.
fn succeeded(answer: i32) -> Result<()> {
    match answer {
        0 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}

impl System for Windows {
    const UNSEEN: Option<&'static str> = Some("nobody has written yet how Windows tells what a process has");
    /// Below a file, and a name that no file can have.
    const NOWHERE: [&'static str; 2] = [r"C:\windows\system32\kernel32.dll\inside", r"C:\no|such"];

    /// Directories for temporary files are the user's own.
    fn only_mine(_: &mut Builder<'_, '_>) {}

    fn queued() -> impl Fn() -> Duration + Sync {
        || Duration::ZERO
    }

    fn allocated() -> u64 {
        0
    }

    fn with_short_files<T>(_: u64, _: impl FnOnce() -> T) -> Option<T> {
        None
    }

    fn broken_pipes<T>(_: impl FnOnce() -> T) -> Option<(T, usize)> {
        None
    }

    fn with_few_files<T>(_: usize, _: impl FnOnce() -> T) -> Option<T> {
        None
    }

    fn without_threads<T>(_: impl FnOnce() -> T) -> Option<T> {
        None
    }

    fn page() -> usize {
        // SAFETY: all zeros is such a value, which the call fills in.
        let info = unsafe {
            let mut info: SYSTEM_INFO = std::mem::zeroed();
            GetSystemInfo(&raw mut info);
            info
        };
        info.dwPageSize as usize
    }

    fn map(bytes: usize) -> Result<*mut c_void> {
        // SAFETY: new pages, at an address that the system chooses.
        let pages = unsafe { VirtualAlloc(std::ptr::null(), bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) };
        if pages.is_null() {
            return Err(Error::last_os_error());
        }
        Ok(pages)
    }

    unsafe fn guard(pages: *mut c_void, readable: usize, bytes: usize) -> Result<()> {
        let mut before = 0;
        // Of no byte it is an error.
        if readable > 0 {
            // SAFETY: the caller promises that they are pages of nobody else.
            succeeded(unsafe { VirtualProtect(pages, readable, PAGE_READONLY, &raw mut before) })?;
        }
        // SAFETY: likewise, and there are so many.
        unsafe {
            let rest = pages.cast::<u8>().add(readable).cast();
            succeeded(VirtualProtect(rest, bytes - readable, PAGE_NOACCESS, &raw mut before))
        }
    }

    unsafe fn unmap(pages: *mut c_void, _: usize) -> Result<()> {
        // SAFETY: the caller promises that they came from `map`, and that nobody uses them any more.
        succeeded(unsafe { VirtualFree(pages, 0, MEM_RELEASE) })
    }
}
