//! Owner and access list of what is open.

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr;
use windows_sys::Win32::Foundation::{CloseHandle, LocalFree, HANDLE};
use windows_sys::Win32::Security::Authorization::{ConvertSidToStringSidW, GetSecurityInfo, SE_FILE_OBJECT};
use windows_sys::Win32::Security::{
    GetAce, GetTokenInformation, IsValidSid, TokenUser, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION,
    OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, TOKEN_QUERY, TOKEN_USER,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// An entry that counts only for what will be made in the directory.
const INHERIT_ONLY: u8 = 0x08;
/// Kinds of entries that grant, with the number of words between header and identifier.
const GRANTS: [(u8, usize); 2] = [(0, 1), (9, 1)];
/// Kinds that grant to somebody who is written down in another form.
const OTHER_GRANTS: [u8; 3] = [4, 5, 11];

/// The descriptor of a file, as far as it says who may change it.
pub(crate) struct Security {
    /// The identifier of its owner.
    pub(crate) owner: String,
    /// The rights that are granted, with whom to; all of them to everybody where there is no list.
    pub(crate) grants: Vec<(String, u32)>,
}

/// Memory of the system, given back at the end.
struct Local(*mut core::ffi::c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: the system gave it to be freed so, once.
        unsafe { LocalFree(self.0) };
    }
}

impl Security {
    /// Reads it of an open file or directory.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let (mut owner, mut list, mut all): (PSID, *mut ACL, PSECURITY_DESCRIPTOR) =
            (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
        // SAFETY: the handle is open, and the places outlive the call.
        let refused = unsafe {
            GetSecurityInfo(
                file.as_raw_handle(),
                SE_FILE_OBJECT,
                what,
                &mut owner,
                ptr::null_mut(),
                &mut list,
                ptr::null_mut(),
                &mut all,
            )
        };
        if refused != 0 {
            return Err(io::Error::from_raw_os_error(refused as i32));
        }
        let _all = Local(all);
        // SAFETY: both lead into the descriptor, which lives until the end of this function.
        unsafe { Ok(Self { owner: text(owner)?, grants: grants(list)? }) }
    }
}

/// # Safety
/// A list of a descriptor that stays meanwhile, or NULL.
unsafe fn grants(list: *const ACL) -> io::Result<Vec<(String, u32)>> {
    // Without a list everybody has all rights.
    if list.is_null() {
        return Ok(vec![("S-1-1-0".to_owned(), u32::MAX)]);
    }
    let mut found = Vec::new();
    // SAFETY: the caller promises it.
    for at in 0..u32::from(unsafe { (*list).AceCount }) {
        let mut entry = ptr::null_mut();
        // SAFETY: the caller promises the list, whose entries are numbered.
        if unsafe { GetAce(list, at, &mut entry) } == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: each entry begins so, and a granting one goes on with its rights.
        let (header, rights) = unsafe { (entry.cast::<ACE_HEADER>().read(), entry.cast::<u32>().add(1)) };
        if header.AceFlags & INHERIT_ONLY != 0 {
            continue;
        }
        if let Some((_, words)) = GRANTS.iter().find(|(kind, _)| *kind == header.AceType) {
            // SAFETY: the identifier follows the rights in these kinds.
            unsafe { found.push((text(rights.add(*words).cast())?, rights.read())) };
        } else if OTHER_GRANTS.contains(&header.AceType) {
            // SAFETY: as above.
            found.push(("somebody of an entry of another kind".to_owned(), unsafe { rights.read() }));
        }
    }
    Ok(found)
}

/// An identifier as people write it.
///
/// # Safety
/// It is one, and stays meanwhile.
unsafe fn text(identifier: PSID) -> io::Result<String> {
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
