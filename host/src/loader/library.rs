//! Maps a library's sealed bytes, once, for the rest of the process.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::instance::Tables;
use crate::loader::audit::{Accepted, Record};
use crate::loader::dependency;
use crate::loader::file_origin::FileOrigin;
use crate::loader::options::Options;
use crate::loader::pipeline::Admitted;
use crate::loader::plugin_entry::Entry;
use crate::loader::step_runner::Steps;
use crate::loader::steps::layout;
use crate::loader::steps::open;
use crate::loader::steps::probe::{self, ProbeOutcome};
use crate::loader::steps::version;
use crate::loader::worker::Worker;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::{Step, StepOutcome};
use crate::refusal::words::Words;
use crate::sync::call_gate::live;
use crate::system::backend::System;
use crate::system::{Mapping, Native};
use crate::trust::policy::Demands;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A library that was admitted and mapped, with the host's copy of its entry and tables. Never unloaded.
pub(crate) struct Library {
    pub(crate) digest: Digest,
    pub(crate) entry: Arc<Entry>,
    pub(crate) tables: Tables,
    /// The address at which it begins.
    pub(crate) base: u64,
    /// The publisher who signed it, if its policy asked when it was mapped.
    pub(crate) publisher: Option<String>,
    /// Whether its constructors ran in a whole sandbox of the probe first.
    pub(crate) confined: bool,
}

/// The result of mapping some bytes. What is mapped stays so, and its constructors have run: they are not run again.
#[derive(Clone)]
enum Mapped {
    Accepted(&'static Library),
    Refused(Arc<Refusal>),
}

/// Held while the bytes are mapped, so that two threads do not map the same ones twice.
type Slot = Arc<Mutex<Option<Mapped>>>;

/// By the digest of their bytes: the same bytes are mapped once, wherever they were read from.
// Not by hash: its seed is a system call, which panics if it fails.
static SLOTS: Mutex<BTreeMap<Digest, Slot>> = Mutex::new(BTreeMap::new());

/// The names that mapped plugins have inside: two versions of a plugin have the same.
static SONAMES: Mutex<Vec<UntrustedText>> = Mutex::new(Vec::new());

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
        probed: Option<ProbeOutcome>,
        options: &Options,
        worker: &mut Worker,
        steps: &mut Steps<'_>,
        record: &mut Record,
    ) -> Result<(&'static Self, FileOrigin), Refusal> {
        live::watch_for_fork();
        let (digest, place, in_words) = (admitted.digest, admitted.place.clone(), steps.in_words());
        let slot = SLOTS.lock().entry(digest).or_default().clone();
        let mut outcomes = Vec::new();
        let mut told = |outcome: StepOutcome| outcomes.push(outcome);
        let result = match slot.try_lock_until(worker.deadline()) {
            // SAFETY: the caller passes its trust on.
            Some(mut slot) => unsafe {
                Self::open_in(
                    &mut slot,
                    admitted,
                    probed,
                    options,
                    worker,
                    &mut Steps::new(&mut told, in_words),
                    record,
                )
            },
            None => Steps::new(&mut told, in_words).refuse(Step::Identity, worker.late(Step::Identity, &place.path)),
        };
        forget_if_unused(digest, slot);
        outcomes.into_iter().for_each(|outcome| steps.tell(outcome));
        result.map(|library| (library, place))
    }

    /// Whether it was loaded as a policy demands.
    fn meets(&self, demands: Demands) -> Result<(), Refusal> {
        if (demands.probe || demands.landlock) && !self.confined {
            let why = "these bytes are in memory already, loaded without one under another policy".to_owned();
            return Err(Refusal::ProbeUnavailable { why });
        }
        Ok(())
    }

    /// The part of the audit line that describes the library.
    pub(crate) fn audited<'a>(&'a self, place: &'a FileOrigin) -> Accepted<'a> {
        let (name, version) = (self.entry.info.name.clone(), self.entry.info.version.clone());
        Accepted { name, version, publisher: self.publisher.as_deref(), base: Some(self.base), place }
    }

    /// # Safety
    /// As for [`Library::open`].
    unsafe fn open_in(
        slot: &mut Option<Mapped>,
        mut admitted: Admitted,
        probed: Option<ProbeOutcome>,
        options: &Options,
        worker: &mut Worker,
        steps: &mut Steps<'_>,
        record: &mut Record,
    ) -> Result<&'static Self, Refusal> {
        if let Some(mapped) = slot {
            return mapped.again(admitted.effective.demands, steps);
        }
        let path = steps.run(Step::Identity, || identify(&mut admitted))?;
        let (mut admitted, probed) = match probed {
            Some(probed) => steps
                .run(Step::Probe, || Ok(((admitted, probed), |_: &_| "these bytes were probed before".to_owned())))?,
            None => steps.run(Step::Probe, || probe::run(admitted, options, worker, record))?,
        };
        // What the plugin's code changes of the process is surely its own only if no other thread runs beside it.
        worker.rest();
        let mut changes = Vec::new();
        let opened = steps.run_its_code(Step::Open, options.restoring, &mut changes, || {
            let confined = match probed {
                ProbeOutcome::NotLoadable(reason) => return Err(Refusal::open(reason)),
                ProbeOutcome::Passed { confined } => confined,
            };
            // What the dynamic linker cannot get while it is at work ends the process, such as thread-local memory.
            dependency::make_sure_to_map(Step::Open, &admitted.facts, &admitted.dependencies)?;
            // SAFETY: the caller trusts what the constructors do, and with them those of what the plugin needs.
            let mapping = unsafe {
                open::preload(std::mem::take(&mut admitted.dependencies))?;
                Native::open(path.as_os_str())
            };
            let mapping = mapping.map_err(Refusal::open)?;
            Ok(((mapping, confined), |_: &(Mapping, bool)| "all symbols are bound".to_owned()))
        });
        record.changes = changes;
        let (mapping, confined) = opened?;
        Native::keep(&admitted.file);
        SONAMES.lock().extend(admitted.facts.soname.clone());
        // SAFETY: the mapping stays, and so does what its symbols lead to, which is what the contract says.
        let read = unsafe { Self::read(&mapping, &admitted, confined, steps) };
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
    unsafe fn read(
        mapping: &Mapping,
        admitted: &Admitted,
        confined: bool,
        steps: &mut Steps<'_>,
    ) -> Result<Self, Refusal> {
        let (facts, note) = (&admitted.facts, &admitted.note);
        // The search goes on in the libraries that it needs, whose symbols are not meant.
        let layout = if facts.exports_layout { Native::address(mapping, "soch_layout_v1") } else { None };
        let address = Native::address(mapping, "soch_plugin_v1");
        let base = address.map_or(0, |address| (address as u64).wrapping_sub(facts.entry_address));
        // SAFETY: the caller passes the library's promise on.
        unsafe {
            let entry = steps.run(Step::Entry, || Entry::read(address, facts, note))?;
            steps.run(Step::Layout, || layout::check(layout, note.kinds))?;
            let tables = steps.run(Step::Version, || version::tables(&entry))?;
            let (digest, publisher, entry) = (admitted.digest, admitted.publisher.clone(), Arc::new(entry));
            Ok(Self { digest, entry, tables, base, publisher, confined })
        }
    }
}

/// Runs the steps after [`admit`](crate::loader::pipeline::admit) that map nothing into this process: the identity, and the
/// probe, which runs the plugin's constructors in another one. Gives what [`Library::open`] need not do again; `None` if
/// the bytes are mapped already.
///
/// # Errors
/// Those of the steps; [`Refusal::Open`] if the dynamic linker refused the plugin in the probe.
pub(crate) fn run_probe(
    mut admitted: Admitted,
    options: &Options,
    worker: &mut Worker,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<(Admitted, Option<ProbeOutcome>), Refusal> {
    let slot = SLOTS.lock().get(&admitted.digest).cloned();
    if let Some(slot) = slot {
        let Some(mapped) = slot.try_lock_until(worker.deadline()).map(|slot| slot.clone()) else {
            return steps.refuse(Step::Identity, worker.late(Step::Identity, &admitted.place.path));
        };
        if let Some(mapped) = mapped {
            return mapped.again(admitted.effective.demands, steps).map(|_| (admitted, None));
        }
    }
    steps.run(Step::Identity, || identify(&mut admitted))?;
    match steps.run(Step::Probe, || probe::run(admitted, options, worker, record))? {
        (_, ProbeOutcome::NotLoadable(reason)) => steps.refuse(Step::Open, Refusal::open(reason)),
        (admitted, passed) => Ok((admitted, Some(passed))),
    }
}

impl Mapped {
    /// Says once more what came of it. What was mapped under a weaker policy is not good enough for a stricter one.
    fn again(&self, demands: Demands, steps: &mut Steps<'_>) -> Result<&'static Library, Refusal> {
        let (refused_at, what) = match self {
            Self::Accepted(_) => (None, "these bytes were loaded before"),
            Self::Refused(error) => (Some(error.step()), "these bytes were mapped before"),
        };
        for step in [Step::Identity, Step::Probe, Step::Open, Step::Entry, Step::Layout, Step::Version] {
            if refused_at != Some(step) {
                steps.run(step, || {
                    match self {
                        Self::Accepted(library) if step == Step::Probe => library.meets(demands)?,
                        _ => {}
                    }
                    Ok(((), |_: &()| what.to_owned()))
                })?;
            } else if let Self::Refused(error) = self {
                return steps.refuse(step, error.clone().into());
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

/// The plugin's path for the dynamic linker, after it was made sure that this and its inner name mean nothing else.
fn identify(admitted: &mut Admitted) -> Result<(PathBuf, impl Words<PathBuf>), Refusal> {
    if let Some(soname) = &admitted.facts.soname {
        let taken = Native::is_resident(soname.as_os_str());
        if taken && !SONAMES.lock().contains(soname) {
            return Err(Refusal::SonameTaken { soname: soname.clone() });
        }
    }
    let path = Native::identity(&mut admitted.file)?;
    Ok((path, |path: &PathBuf| format!("{} is new to the dynamic linker", path.display())))
}
