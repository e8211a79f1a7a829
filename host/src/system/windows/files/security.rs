//! Owner and access list of what is open.

use crate::kernel::windows::identity::{text, Local};
use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr;
use windows_sys::Win32::Security::Authorization::{GetSecurityInfo, SE_FILE_OBJECT};
use windows_sys::Win32::Security::{
    GetAce, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
};

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
