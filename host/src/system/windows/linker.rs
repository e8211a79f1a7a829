//! The loader of libraries of Windows. The only module there that names libloading.

use crate::base::escape::printable;
use libloading::os::windows::{Library, LOAD_LIBRARY_SEARCH_SYSTEM32};
use std::ffi::OsStr;
use std::mem::ManuallyDrop;

/// A mapped library. It is never unmapped.
pub(crate) struct Mapping(ManuallyDrop<Library>);

impl Mapping {
    /// Maps the library at `path`; what it needs is searched for in the system's directory alone. On refusal what the system
    /// says.
    ///
    /// # Safety
    /// The caller trusts the library: its constructors run.
    pub(crate) unsafe fn open(path: &OsStr) -> Result<Self, String> {
        // SAFETY: the caller promises it.
        let opened = unsafe { Library::load_with_flags(path, LOAD_LIBRARY_SEARCH_SYSTEM32) };
        opened.map(|library| Self(ManuallyDrop::new(library))).map_err(|error| with_cause(&error))
    }

    /// Where the library has this symbol.
    pub(crate) fn address(&self, symbol: &str) -> Option<*const u8> {
        // SAFETY: only the address is taken; who reads it says what it may lead to.
        let found = unsafe { self.0.get::<unsafe extern "system" fn() -> isize>(symbol) }.ok()?;
        Some(*found as *const u8)
    }
}

/// The system's reason is in the error's source.
fn with_cause(error: &dyn std::error::Error) -> String {
    let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
    printable(&format!("{error}{cause}")).into_owned()
}
