//! The dynamic linker of macOS. The only module there that names libloading.

use crate::base::escape::printable;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::OsStr;
use std::mem::ManuallyDrop;

/// Unmapping a library whose threads or tables are in use is undefined.
const RTLD_NODELETE: i32 = 0x80;
/// The flag by which a symbol is not searched for in what the library needs.
const RTLD_FIRST: i32 = 0x100;

/// A mapped library. It is never unmapped.
pub(crate) struct Mapping(ManuallyDrop<Library>);

impl Mapping {
    /// Maps the library at `path`, binds all its symbols and keeps them from other libraries. On refusal what the
    /// dynamic linker says.
    ///
    /// # Safety
    /// The caller trusts the library: its constructors run.
    pub(crate) unsafe fn open(path: &OsStr) -> Result<Self, String> {
        let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | RTLD_FIRST;
        // SAFETY: the caller promises it.
        let opened = unsafe { Library::open(Some(path), flags) };
        opened
            .map(|library| Self(ManuallyDrop::new(library)))
            .map_err(|error| printable(&error.to_string()).into_owned())
    }

    /// Where the library has this symbol.
    pub(crate) fn address(&self, symbol: &str) -> Option<*const u8> {
        // SAFETY: only the address is taken; who reads it says what it may lead to.
        let address = unsafe { self.0.get::<*const u8>(symbol) }.ok()?;
        Some(address.into_raw().cast_const().cast())
    }
}
