//! Maps a library's sealed bytes, once, for the rest of the process. The only module that names libloading.

use crate::entry::Entry;
use crate::instance::Tables;
use crate::layout;
use crate::loader::{Admitted, Digest, LoadError, Place, SealedFile, Step, StepOutcome, Steps};
use libloading::os::unix::{Library as Mapping, RTLD_LOCAL, RTLD_NOW};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, LazyLock};

/// Finds a library that is mapped already; maps nothing. The value of glibc and musl.
const RTLD_NOLOAD: i32 = 4;
/// Unmapping a library whose threads, thread-local destructors or tables are in use is undefined, and nobody can
/// tell (rust-lang/rust#59629, #88737).
const RTLD_NODELETE: i32 = 0x1000;

/// A library that was admitted and mapped, with the host's copy of its entry and tables. Never unloaded.
pub(crate) struct Library {
    pub(crate) digest: Digest,
    pub(crate) entry: Entry,
    pub(crate) tables: Tables,
}

/// What came of mapping some bytes. What is mapped stays so, and its constructors have run: they are not run again.
#[derive(Clone)]
enum Mapped {
    Accepted(&'static Library),
    Refused(Arc<LoadError>),
}

/// Held while the bytes are mapped, so that two threads do not map the same ones twice.
type Slot = Arc<Mutex<Option<Mapped>>>;

/// By the digest of their bytes: the same bytes are mapped once, wherever they were read from.
static SLOTS: LazyLock<Mutex<HashMap<Digest, Slot>>> = LazyLock::new(Mutex::default);

/// One more than the largest descriptor whose name the dynamic linker knows as a library's.
static UNKNOWN_NUMBER: AtomicI32 = AtomicI32::new(0);

impl Library {
    /// The library of these bytes, and where they were read from; maps them if no earlier call did. Runs the library's
    /// constructors then. Tells the outcomes of the steps when it holds no lock.
    ///
    /// # Safety
    /// The caller trusts the file: its code runs with all rights of the process.
    ///
    /// # Errors
    /// Those of the steps from the identity to the version. What was mapped and refused is refused again as it was.
    pub(crate) unsafe fn open(admitted: Admitted, steps: &mut Steps<'_>) -> Result<(&'static Self, Place), LoadError> {
        let (digest, place) = (admitted.digest, admitted.place.clone());
        let slot = SLOTS.lock().entry(digest).or_default().clone();
        let mut outcomes = Vec::new();
        let mut told = |outcome: StepOutcome| outcomes.push(outcome);
        // SAFETY: the caller passes its trust on.
        let result = unsafe { Self::open_in(&mut slot.lock(), admitted, &mut Steps::new(&mut told)) };
        forget_if_unused(digest, slot);
        outcomes.into_iter().for_each(|outcome| steps.tell(outcome));
        result.map(|library| (library, place))
    }

    /// # Safety
    /// As for [`Library::open`].
    unsafe fn open_in(
        slot: &mut Option<Mapped>,
        admitted: Admitted,
        steps: &mut Steps<'_>,
    ) -> Result<&'static Self, LoadError> {
        if let Some(mapped) = slot {
            return mapped.again(steps);
        }
        let mut admitted = admitted;
        let path = steps.run(Step::Identity, || identify(&mut admitted.file))?;
        let mapping = steps.run(Step::Open, || {
            // SAFETY: the caller trusts what the constructors do.
            let mapping = unsafe { Mapping::open(Some(&path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
            let mapping = mapping.map_err(|error| LoadError::Open { reason: with_causes(&error) })?;
            Ok((ManuallyDrop::new(mapping), "all symbols are bound".to_owned()))
        })?;
        UNKNOWN_NUMBER.fetch_max(admitted.file.number().saturating_add(1), Ordering::Relaxed);
        // SAFETY: the mapping stays, and so does what its symbols lead to, which is what the contract says.
        let read = unsafe { Self::read(&mapping, &admitted, steps) };
        // The name of these bytes must not come to mean other ones, whatever the steps said.
        std::mem::forget(admitted.file);
        match read {
            Ok(library) => {
                let library: &'static Self = Box::leak(Box::new(library));
                *slot = Some(Mapped::Accepted(library));
                Ok(library)
            }
            Err(error) => {
                let error = Arc::new(error);
                *slot = Some(Mapped::Refused(error.clone()));
                Err(error.into())
            }
        }
    }

    /// # Safety
    /// The library is never unmapped, and promises that its symbols are what the contract says.
    unsafe fn read(mapping: &Mapping, admitted: &Admitted, steps: &mut Steps<'_>) -> Result<Self, LoadError> {
        let (facts, note) = (&admitted.facts, &admitted.note);
        // The search goes on in the libraries that it needs, whose symbols are not meant.
        let layout = if facts.exports_layout { address(mapping, "soch_layout_v1") } else { None };
        // SAFETY: the caller passes the library's promise on.
        unsafe {
            let entry = steps.run(Step::Entry, || Entry::read(address(mapping, "soch_plugin_v1"), facts, note))?;
            steps.run(Step::Layout, || layout::check(layout))?;
            let tables = steps.run(Step::Version, || entry.tables())?;
            Ok(Self { digest: admitted.digest, entry, tables })
        }
    }
}

impl Mapped {
    /// Says once more what came of it.
    fn again(&self, steps: &mut Steps<'_>) -> Result<&'static Library, LoadError> {
        let (refused_at, what) = match self {
            Self::Accepted(_) => (None, "these bytes were loaded before"),
            Self::Refused(error) => (Some(error.step()), "these bytes were mapped before"),
        };
        for step in [Step::Identity, Step::Open, Step::Entry, Step::Layout, Step::Version] {
            if refused_at != Some(step) {
                steps.run(step, || Ok(((), what.to_owned())))?;
            } else if let Self::Refused(error) = self {
                return steps.run(step, || Err(error.clone().into()));
            }
        }
        match self {
            Self::Accepted(library) => Ok(library),
            Self::Refused(error) => Err(error.clone().into()),
        }
    }
}

/// Takes out a slot in which nothing was mapped and which nobody else has.
fn forget_if_unused(digest: Digest, slot: Slot) {
    let mut slots = SLOTS.lock();
    // One is the table's, the other this function's; new ones are only made under the lock.
    if Arc::strong_count(&slot) == 2 && slot.lock().is_none() {
        slots.remove(&digest);
    }
}

/// The path for the dynamic linker, which knows a library by the name it was opened with before it looks at the file.
fn identify(file: &mut SealedFile) -> Result<(PathBuf, String), LoadError> {
    let mut path = file.path()?;
    if is_known(&path) {
        // Somebody closed the descriptor of another library, and this file got its number.
        file.renumber(UNKNOWN_NUMBER.load(Ordering::Relaxed).max(file.number().saturating_add(1)))?;
        path = file.path()?;
        if is_known(&path) {
            return Err(LoadError::AliasLoaded);
        }
    }
    let detail = format!("{} is new to the dynamic linker", path.display());
    Ok((path, detail))
}

/// Whether the dynamic linker has a library of this name.
fn is_known(path: &PathBuf) -> bool {
    // SAFETY: RTLD_NOLOAD maps nothing and runs nothing.
    match unsafe { Mapping::open(Some(path), RTLD_NOLOAD | RTLD_NOW) } {
        Ok(mapping) => {
            std::mem::forget(mapping);
            true
        }
        Err(_) => false,
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
