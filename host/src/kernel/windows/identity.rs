//! Users, by their security identifiers (SID).

use std::io;
use std::ptr;
use windows_sys::Win32::Foundation::{CloseHandle, LocalFree, HANDLE};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{GetTokenInformation, IsValidSid, TokenUser, PSID, TOKEN_QUERY, TOKEN_USER};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Memory of the system, given back at the end.
pub(crate) struct Local(pub(crate) *mut core::ffi::c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: the system gave it to be freed so, once.
        unsafe { LocalFree(self.0) };
    }
}

/// An identifier as people write it.
///
/// # Safety
/// It is one, and stays meanwhile.
pub(crate) unsafe fn text(identifier: PSID) -> io::Result<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller promises it, and the place outlives the calls.
    if unsafe { IsValidSid(identifier) == 0 || ConvertSidToStringSidW(identifier, &mut text) == 0 } {
        return Err(io::Error::other("an owner has no valid identifier"));
    }
    let _text = Local(text.cast());
    // SAFETY: the system's text ends in NUL.
    let letters = unsafe {
        let length = (0..).take_while(|at| *text.add(*at) != 0).count();
        std::slice::from_raw_parts(text, length)
    };
    Ok(String::from_utf16_lossy(letters))
}

/// The identifier of the user that the host runs as.
///
/// # Errors
/// Those of the system.
pub(crate) fn own_user() -> io::Result<String> {
    let (mut token, mut length): (HANDLE, u32) = (ptr::null_mut(), 0);
    // Aligned as the answer, and large enough for the longest identifier behind it.
    let mut answer = [0_u64; 32];
    // SAFETY: the places outlive the calls, the answer's size is told, and the token is closed once.
    let told = unsafe {
        if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) == 0 {
            return Err(io::Error::last_os_error());
        }
        let told =
            GetTokenInformation(token, TokenUser, answer.as_mut_ptr().cast(), size_of_val(&answer) as u32, &mut length);
        let error = io::Error::last_os_error();
        CloseHandle(token);
        (told != 0).then_some(()).ok_or(error)
    };
    told?;
    // SAFETY: the system wrote the answer, whose identifier lies in it.
    unsafe { text(answer.as_ptr().cast::<TOKEN_USER>().read().User.Sid) }
}
