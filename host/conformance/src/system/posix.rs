//! The part that Linux and the other Unix systems have in common.

use core::ffi::c_void;
use rustix::mm::{mmap_anonymous, mprotect, munmap, MapFlags, MprotectFlags, ProtFlags};
use std::fs::Permissions;
use std::io::Result;
use std::os::unix::fs::PermissionsExt;
use tempfile::Builder;

/// Without the mode, the umask would decide who may read and write it.
pub(crate) fn only_mine(builder: &mut Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o700));
}

pub(crate) fn page() -> usize {
    rustix::param::page_size()
}

pub(crate) fn map(bytes: usize) -> Result<*mut c_void> {
    // SAFETY: new pages, at an address that the system chooses.
    Ok(unsafe { mmap_anonymous(std::ptr::null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) }?)
}

/// # Safety
/// As of [`System::guard`](crate::system::backend::System::guard).
pub(crate) unsafe fn guard(pages: *mut c_void, readable: usize, bytes: usize) -> Result<()> {
    // SAFETY: the caller promises that they are pages of nobody else, and that many.
    unsafe {
        mprotect(pages, readable, MprotectFlags::READ)?;
        mprotect(pages.cast::<u8>().add(readable).cast(), bytes - readable, MprotectFlags::empty())?;
    }
    Ok(())
}

/// # Safety
/// As of [`System::unmap`](crate::system::backend::System::unmap).
pub(crate) unsafe fn unmap(pages: *mut c_void, bytes: usize) -> Result<()> {
    // SAFETY: the caller promises that nobody uses them any more.
    Ok(unsafe { munmap(pages, bytes) }?)
}
