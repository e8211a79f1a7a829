//! A directory of one user.

use crate::kernel::windows::identity::{own_user, Local};
use std::io::{Error, Result};
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

/// Makes it, with all rights for this user, the system and the administrators, for what will be in it too; what the directory
/// above would hand down does not count.
///
/// # Errors
/// Those of the system.
pub(super) fn make(path: &Path) -> Result<()> {
    let user = own_user()?;
    let stated = format!("O:{user}D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)\0");
    let stated: Vec<u16> = stated.encode_utf16().collect();
    let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut descriptor = ptr::null_mut();
    // SAFETY: the text ends in NUL, and the places outlive the call.
    let read = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            stated.as_ptr(),
            SDDL_REVISION_1,
            &mut descriptor,
            ptr::null_mut(),
        )
    };
    if read == 0 {
        return Err(Error::last_os_error());
    }
    let _descriptor = Local(descriptor);
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    // SAFETY: the path ends in NUL; the descriptor lives until the end of this function.
    match unsafe { CreateDirectoryW(path.as_ptr(), &attributes) } {
        0 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}
