//! Maps a library's sealed bytes, once, for the rest of the process.

use crate::entry::Entry;
use crate::instance::Tables;
use crate::layout;
use crate::linker::{self, Mapping};
use crate::loader::{Accepted, Record, Steps, Text};
use crate::loader::{Admitted, Dependency, Digest, LoadError, Options, Place, SealedFile, Source, Step, StepOutcome};
use crate::rehearsal::{self, Rehearsed};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, LazyLock};

/// A library that was admitted and mapped, with the host's copy of its entry and tables. Never unloaded.
pub(crate) struct Library {
    pub(crate) digest: Digest,
    pub(crate) entry: Entry,
    pub(crate) tables: Tables,
    /// The address at which it begins.
    pub(crate) base: u64,
    /// Who signed it, if its policy asked when it was mapped.
    pub(crate) publisher: Option<String>,
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

/// The names that mapped plugins have inside: two versions of a plugin have the same.
static SONAMES: Mutex<Vec<Text>> = Mutex::new(Vec::new());

/// Held while libraries that plugins need are mapped, so that two threads do not map the same one twice.
static BRINGING_IN: Mutex<()> = Mutex::new(());

impl Library {
    /// The library of these bytes, and where they were read from; maps them if no earlier call did. Runs the library's
    /// constructors then. Tells the outcomes of the steps when it holds no lock.
    ///
    /// # Safety
    /// The caller trusts the file: its code runs with all rights of the process.
    ///
    /// # Errors
    /// Those of the steps from the identity to the version. What was mapped and refused is refused again as it was.
    pub(crate) unsafe fn open(
        admitted: Admitted,
        options: &Options,
        steps: &mut Steps<'_>,
        record: &mut Record,
    ) -> Result<(&'static Self, Place), LoadError> {
        let (digest, place) = (admitted.digest, admitted.place.clone());
        let slot = SLOTS.lock().entry(digest).or_default().clone();
        let mut outcomes = Vec::new();
        let mut told = |outcome: StepOutcome| outcomes.push(outcome);
        // SAFETY: the caller passes its trust on.
        let result = unsafe { Self::open_in(&mut slot.lock(), admitted, options, &mut Steps::new(&mut told), record) };
        forget_if_unused(digest, slot);
        outcomes.into_iter().for_each(|outcome| steps.tell(outcome));
        result.map(|library| (library, place))
    }

    /// What the audit line says of it.
    pub(crate) fn audited<'a>(&'a self, place: &'a Place) -> Accepted<'a> {
        let (name, version) = (self.entry.info.name.clone(), self.entry.info.version.clone());
        Accepted { name, version, publisher: self.publisher.as_deref(), base: Some(self.base), place }
    }

    /// # Safety
    /// As for [`Library::open`].
    unsafe fn open_in(
        slot: &mut Option<Mapped>,
        mut admitted: Admitted,
        options: &Options,
        steps: &mut Steps<'_>,
        record: &mut Record,
    ) -> Result<&'static Self, LoadError> {
        if let Some(mapped) = slot {
            return mapped.again(steps);
        }
        let path = steps.run(Step::Identity, || identify(&mut admitted))?;
        let rehearsed = steps.run(Step::Probe, || rehearsal::run(&admitted, options, record))?;
        let mapping = steps.run(Step::Open, || {
            if let Rehearsed::NotLoadable(reason) = rehearsed {
                return Err(LoadError::Open { reason });
            }
            // SAFETY: the caller trusts what the constructors do, and with them those of what the plugin needs.
            let mapping = unsafe {
                bring_in(&mut admitted.dependencies)?;
                Mapping::open(path.as_os_str())
            };
            let mapping = mapping.map_err(|reason| LoadError::Open { reason })?;
            Ok((mapping, "all symbols are bound".to_owned()))
        })?;
        keep(admitted.file.number());
        SONAMES.lock().extend(admitted.facts.soname.clone());
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
        let layout = if facts.exports_layout { mapping.address("soch_layout_v1") } else { None };
        let address = mapping.address("soch_plugin_v1");
        let base = address.map_or(0, |address| (address as u64).wrapping_sub(facts.entry_address));
        // SAFETY: the caller passes the library's promise on.
        unsafe {
            let entry = steps.run(Step::Entry, || Entry::read(address, facts, note))?;
            steps.run(Step::Layout, || layout::check(layout))?;
            let tables = steps.run(Step::Version, || entry.tables())?;
            Ok(Self { digest: admitted.digest, entry, tables, base, publisher: admitted.publisher.clone() })
        }
    }
}

/// Runs the steps after [`admit`](crate::loader::admit) that map nothing into this process: the identity, and the
/// probe, which runs the plugin's constructors in another one.
///
/// # Errors
/// Those of the steps; [`LoadError::Open`] if the dynamic linker refused the plugin in the probe.
pub(crate) fn rehearse(
    admitted: &mut Admitted,
    options: &Options,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<(), LoadError> {
    let slot = SLOTS.lock().get(&admitted.digest).cloned();
    if slot.is_some_and(|slot| slot.lock().is_some()) {
        return Ok(());
    }
    steps.run(Step::Identity, || identify(admitted))?;
    match steps.run(Step::Probe, || rehearsal::run(admitted, options, record))? {
        Rehearsed::NotLoadable(reason) => steps.run(Step::Open, || Err(LoadError::Open { reason })),
        Rehearsed::Passed => Ok(()),
    }
}

impl Mapped {
    /// Says once more what came of it.
    fn again(&self, steps: &mut Steps<'_>) -> Result<&'static Library, LoadError> {
        let (refused_at, what) = match self {
            Self::Accepted(_) => (None, "these bytes were loaded before"),
            Self::Refused(error) => (Some(error.step()), "these bytes were mapped before"),
        };
        for step in [Step::Identity, Step::Probe, Step::Open, Step::Entry, Step::Layout, Step::Version] {
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

/// Remembers that the dynamic linker knows the descriptor's name.
fn keep(number: i32) {
    UNKNOWN_NUMBER.fetch_max(number.saturating_add(1), Ordering::Relaxed);
}

/// The plugin's path for the dynamic linker, after it was made sure that this and its inner name mean nothing else.
fn identify(admitted: &mut Admitted) -> Result<(PathBuf, String), LoadError> {
    if let Some(soname) = &admitted.facts.soname {
        let taken = linker::is_resident(OsStr::from_bytes(soname.as_bytes()));
        if taken && !SONAMES.lock().contains(soname) {
            return Err(LoadError::SonameTaken { soname: soname.clone() });
        }
    }
    let path = own_path(&mut admitted.file)?;
    let detail = format!("{} is new to the dynamic linker", path.display());
    Ok((path, detail))
}

/// The path for the dynamic linker, which knows a library by the name it was opened with before it looks at the file.
fn own_path(file: &mut SealedFile) -> Result<PathBuf, LoadError> {
    let is_known = |path: &Path| linker::is_resident(path.as_os_str());
    let mut path = file.path()?;
    if is_known(&path) {
        // Somebody closed the descriptor of another library, and this file got its number.
        file.renumber(UNKNOWN_NUMBER.load(Ordering::Relaxed).max(file.number().saturating_add(1)))?;
        path = file.path()?;
        if is_known(&path) {
            return Err(LoadError::AliasLoaded);
        }
    }
    Ok(path)
}

/// Maps what a plugin needs, so that the dynamic linker finds it in memory by its name and does not search.
///
/// # Safety
/// The caller trusts the plugin, and with it what it needs.
unsafe fn bring_in(dependencies: &mut Vec<Dependency>) -> Result<(), LoadError> {
    let _one_at_a_time = BRINGING_IN.lock();
    for mut dependency in dependencies.drain(..) {
        if linker::is_resident(dependency.linker_name()) {
            continue;
        }
        let refused = |reason: String| LoadError::Open { reason: format!("{}: {reason}", dependency.name) };
        let path = match &mut dependency.source {
            Source::Resident(_) => return Err(refused("it left the memory meanwhile".to_owned())),
            Source::System(path) => path.clone(),
            Source::Listed(file) => own_path(file)?,
        };
        // SAFETY: the caller promises it.
        unsafe { Mapping::open(path.as_os_str()) }.map_err(refused)?;
        if !linker::is_resident(dependency.linker_name()) {
            let (name, soname) = (dependency.name.clone(), Text::from(path.as_path()));
            return Err(LoadError::DepSoname { name, soname });
        }
        if let Source::Listed(file) = dependency.source {
            keep(file.number());
            std::mem::forget(file);
        }
    }
    Ok(())
}
