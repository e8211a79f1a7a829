//! Directories that one process at a time holds: as a directory cannot be locked, by an event of the system that has its name.

use sochdb_plugin_host::Digest;
use std::io::{Error, Result};
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::path::Path;
use std::time::Duration;
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS};
use windows_sys::Win32::System::Threading::CreateEventW;

/// How often somebody who waits looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A directory, and what says that it is held: nobody else has it then, and it goes with the process.
pub(crate) struct Held {
    name: Vec<u16>,
    event: Option<OwnedHandle>,
}

impl Held {
    /// # Errors
    /// It is not there.
    pub(super) fn of(path: &Path) -> Result<Self> {
        // Names differ in case and lead to one directory all the same.
        let real = path.canonicalize()?.to_string_lossy().to_lowercase();
        let name = format!("Global\\sochdb-plugin-{}", Digest::of(real.as_bytes()));
        Ok(Self { name: name.encode_utf16().chain([0]).collect(), event: None })
    }

    pub(super) fn attempt(&mut self) -> Result<bool> {
        // SAFETY: the name ends in NUL, and lives as long as the call; what it gives is closed once.
        let (handle, error) = unsafe {
            let handle = CreateEventW(std::ptr::null(), 1, 0, self.name.as_ptr());
            (handle, Error::last_os_error())
        };
        let says = |code: u32| error.raw_os_error() == i32::try_from(code).ok();
        if handle.is_null() {
            // Another user's.
            return if says(ERROR_ACCESS_DENIED) { Ok(false) } else { Err(error) };
        }
        // SAFETY: it was just made, and nobody else has it.
        let event = unsafe { OwnedHandle::from_raw_handle(handle) };
        self.event = (!says(ERROR_ALREADY_EXISTS)).then_some(event);
        Ok(self.event.is_some())
    }

    pub(super) fn wait(&mut self) -> Result<()> {
        while !self.attempt()? {
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}
