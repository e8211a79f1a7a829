//! Maps a library's sealed bytes, once, for the rest of the process. The only module that names libloading.

use crate::entry::Entry;
use crate::instance::Tables;
use crate::layout;
use crate::loader::{Admitted, Digest, LoadError, Step, Steps};
use libloading::os::unix::{Library as Mapping, RTLD_LOCAL, RTLD_NOW};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Finds a library that is mapped already; maps nothing. The value of glibc and musl.
const RTLD_NOLOAD: i32 = 4;
/// Unmapping a library whose threads, thread-local destructors or tables are in use is undefined, and nobody can
/// tell (rust-lang/rust#59629, #88737).
const RTLD_NODELETE: i32 = 0x1000;

/// A library that was admitted and mapped, with the host's copy of its entry and tables. Never unloaded.
pub(crate) struct Library {
    pub(crate) admitted: Admitted,
    pub(crate) entry: Entry,
    pub(crate) tables: Tables,
}

/// By the digest of their bytes: the same bytes are mapped once, wherever they were read from.
static LIBRARIES: LazyLock<Mutex<HashMap<Digest, &'static Library>>> = LazyLock::new(Mutex::default);

impl Library {
    /// The library of these bytes; maps them if no earlier call did. Runs the library's constructors.
    ///
    /// # Safety
    /// The caller trusts the file: its code runs with all rights of the process.
    ///
    /// # Errors
    /// Those of the steps from the identity to the version; nothing is registered then, but the bytes stay mapped.
    pub(crate) unsafe fn open(admitted: Admitted, steps: &mut Steps<'_>) -> Result<&'static Self, LoadError> {
        // Held while constructors run, so that two threads do not map the same bytes twice.
        let mut libraries = LIBRARIES.lock();
        if let Some(library) = libraries.get(&admitted.digest) {
            let again = || Ok(((), "these bytes were loaded before".to_owned()));
            for step in [Step::Identity, Step::Open, Step::Entry, Step::Layout, Step::Version] {
                steps.run(step, again)?;
            }
            return Ok(library);
        }
        let path = steps.run(Step::Identity, || identify(&admitted))?;
        let mapping = steps.run(Step::Open, || {
            // SAFETY: the caller trusts what the constructors do.
            let mapping = unsafe { Mapping::open(Some(&path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
            let mapping = mapping.map_err(|error| LoadError::Open { reason: with_causes(&error) })?;
            Ok((ManuallyDrop::new(mapping), "all symbols are bound".to_owned()))
        })?;
        // The name of these bytes must not come to mean other ones, whatever the next steps say.
        let admitted = ManuallyDrop::new(admitted);
        // SAFETY: the mapping stays, and so does what its symbols lead to, which is what the contract says.
        let (entry, tables) = unsafe {
            let entry = steps.run(Step::Entry, || Entry::read(address(&mapping, "soch_plugin_v1"), &admitted.note))?;
            steps.run(Step::Layout, || layout::check(address(&mapping, "soch_layout_v1")))?;
            let tables = steps.run(Step::Version, || entry.tables())?;
            (entry, tables)
        };
        let admitted = ManuallyDrop::into_inner(admitted);
        let library: &'static Self = Box::leak(Box::new(Self { admitted, entry, tables }));
        libraries.insert(library.admitted.digest, library);
        Ok(library)
    }
}

/// glibc knows a library by the name it was opened with before it looks at the file.
fn identify(admitted: &Admitted) -> Result<(PathBuf, String), LoadError> {
    let path = admitted.file.path()?;
    // SAFETY: RTLD_NOLOAD maps nothing and runs nothing.
    match unsafe { Mapping::open(Some(&path), RTLD_NOLOAD | RTLD_NOW) } {
        Ok(mapping) => {
            std::mem::forget(mapping);
            Err(LoadError::AliasLoaded)
        }
        Err(_) => {
            let detail = format!("{} is new to the dynamic linker", path.display());
            Ok((path, detail))
        }
    }
}

fn address(mapping: &Mapping, symbol: &str) -> Option<*const u8> {
    // SAFETY: only the address is taken; who reads it says what it may lead to.
    let address = unsafe { mapping.get::<*const u8>(symbol) }.ok()?;
    Some(address.into_raw().cast_const().cast())
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
