//! Windows.

pub(crate) mod identity;
mod private_directory;

use crate::kernel::backend::{Kernel, Shortages};
use std::ffi::{c_void, OsStr};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A name that no file can have, for bytes that are no text.
const NO_NAME: &str = "\u{fffd}";

pub(crate) enum Windows {}

#[repr(C)]
struct SystemInfo {
    processor: u32,
    page_size: u32,
    addresses: [*mut u8; 2],
    active_processors: usize,
    rest: [u32; 4],
}

/// The right to ask about a token.
const TOKEN_QUERY: u32 = 8;
/// The question how a token came to its rights, and the answer that its user was asked for more than the others have.
const TOKEN_ELEVATION_TYPE: u32 = 18;
const FULL: u32 = 2;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetSystemInfo(info: *mut SystemInfo);
    fn GetSystemWindowsDirectoryW(name: *mut u16, letters: u32) -> u32;
    fn GetCurrentProcess() -> *mut c_void;
    fn CloseHandle(handle: *mut c_void) -> i32;
}

#[link(name = "advapi32")]
unsafe extern "system" {
    fn OpenProcessToken(process: *mut c_void, rights: u32, token: *mut *mut c_void) -> i32;
    fn GetTokenInformation(token: *mut c_void, what: u32, answer: *mut u32, room: u32, length: *mut u32) -> i32;
}

impl Kernel for Windows {
    const SHORTAGES: Shortages = Shortages {
        // ERROR_TOO_MANY_OPEN_FILES
        descriptors: &[4],
        open_files: &[],
        // ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, ERROR_COMMITMENT_LIMIT
        memory: &[8, 14, 1455],
        // ERROR_FILE_TOO_LARGE
        file_size: &[223],
        // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED
        space: &[39, 112, 1295],
        // ERROR_NOT_ENOUGH_MEMORY
        threads: 8,
    };

    const C_LIBRARY: &'static str = "that of the system";

    const CONFIGURATION: (&'static str, &'static str) = ("APPDATA", r"AppData\Roaming");
    const DATA: (&'static str, &'static str) = ("LOCALAPPDATA", r"AppData\Local");
    const HOME: &'static str = "USERPROFILE";

    const SEPARATOR: char = '\\';

    /// In `cmd.exe` and in PowerShell.
    fn is_kept_in_quotes(sign: char) -> bool {
        matches!(sign, ' '..='~') && !matches!(sign, '"' | '%' | '$' | '`')
    }

    /// Behind a drive's letter.
    fn below_root(path: &str) -> Option<&str> {
        let (drive, below) = path.split_at_checked(3)?;
        (drive.ends_with(":\\") && drive.as_bytes()[0].is_ascii_alphabetic()).then_some(below)
    }

    /// On the system's drive, whatever the environment says.
    fn machine() -> [PathBuf; 2] {
        let mut name = [0_u16; 260];
        // SAFETY: the place has so many letters.
        let length = unsafe { GetSystemWindowsDirectoryW(name.as_mut_ptr(), name.len() as u32) };
        let named = String::from_utf16_lossy(&name[..(length as usize).min(name.len())]);
        let drive = named.get(..3).unwrap_or(r"C:\");
        [format!(r"{drive}ProgramData\sochdb\trust.toml"), format!(r"{drive}ProgramData\sochdb\plugins")]
            .map(PathBuf::from)
    }

    fn page_size() -> usize {
        static SIZE: OnceLock<usize> = OnceLock::new();
        *SIZE.get_or_init(|| {
            let mut info = std::mem::MaybeUninit::<SystemInfo>::zeroed();
            // SAFETY: the system fills in the structure, whose fields may all be zero.
            let info = unsafe {
                GetSystemInfo(info.as_mut_ptr());
                info.assume_init()
            };
            info.page_size as usize
        })
    }

    fn name(bytes: &[u8]) -> &OsStr {
        OsStr::new(std::str::from_utf8(bytes).unwrap_or(NO_NAME))
    }

    /// `FlushProcessWriteBuffers` may be one; nothing has tried it.
    fn register_barrier() -> bool {
        false
    }

    fn pass_barrier() -> bool {
        false
    }

    /// No process is made by fork there.
    fn watch_for_fork(_: extern "C" fn(), _: extern "C" fn(), _: extern "C" fn()) -> bool {
        true
    }

    /// Whether the user was asked for the rights of an administrator; the environment is that of the user without them. What
    /// cannot be known counts as so.
    fn runs_elevated() -> bool {
        let (mut token, mut answer, mut length) = (std::ptr::null_mut(), FULL, 0);
        // SAFETY: all pointers lead to values that outlive the calls, the answer has 4 bytes, and the token is closed once.
        unsafe {
            if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) == 0 {
                return true;
            }
            let told = GetTokenInformation(token, TOKEN_ELEVATION_TYPE, &mut answer, 4, &mut length);
            CloseHandle(token);
            told == 0 || answer == FULL
        }
    }

    fn make_private_directory(path: &Path) -> io::Result<()> {
        private_directory::make(path)
    }

    /// A plugin's C library is another one than the program's there, and reads the variable by itself.
    fn time_zone_changed() {}
}
