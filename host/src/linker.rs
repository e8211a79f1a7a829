//! The dynamic linker of this process. The only module that names libloading.

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::OsStr;
use std::mem::ManuallyDrop;

/// Finds a library that is mapped already; maps nothing. The value of glibc and musl.
const RTLD_NOLOAD: i32 = 4;
/// Unmapping a library whose threads, thread-local destructors or tables are in use is undefined, and nobody can
/// tell (rust-lang/rust#59629, #88737).
const RTLD_NODELETE: i32 = 0x1000;

/// A mapped library. It is never unmapped.
pub(crate) struct Mapping(ManuallyDrop<Library>);

impl Mapping {
    /// Maps the library at `path`, binds all its symbols and keeps them from other libraries. On refusal what the
    /// dynamic linker says.
    ///
    /// # Safety
    /// The caller trusts the library: its constructors run.
    pub(crate) unsafe fn open(path: &OsStr) -> Result<Self, String> {
        // SAFETY: the caller promises it.
        let opened = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
        opened.map(|library| Self(ManuallyDrop::new(library))).map_err(|error| with_causes(&error))
    }

    /// Where the library has this symbol. The search goes on in the libraries that it needs.
    pub(crate) fn address(&self, symbol: &str) -> Option<*const u8> {
        // SAFETY: only the address is taken; who reads it says what it may lead to.
        let address = unsafe { self.0.get::<*const u8>(symbol) }.ok()?;
        Some(address.into_raw().cast_const().cast())
    }
}

/// Whether the dynamic linker has a library of this name, be it a path or a SONAME.
pub(crate) fn is_resident(name: &OsStr) -> bool {
    // SAFETY: RTLD_NOLOAD maps nothing and runs nothing.
    match unsafe { Library::open(Some(name), RTLD_NOLOAD | RTLD_NOW) } {
        Ok(library) => {
            std::mem::forget(library);
            true
        }
        Err(_) => false,
    }
}

/// dlopen's reason is in the error's sources.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text.escape_debug().to_string()
}
