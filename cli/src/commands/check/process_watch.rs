//! Whether a plugin left the process as it was, in each phase of a test.

use sochdb_plugin_conformance::Phase;
use sochdb_plugin_host::{ProcessChange, ProcessState, Step, StepOutcome};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The most changes that are told.
const MOST: usize = 8;

/// The phases that are looked at one by one: a test that makes instances by the hundred repeats what the first ones did, and
/// measures them.
const PHASES: usize = 100;

thread_local! {
    /// The phase that the thread of the test is in, and the process at its beginning.
    static PHASE: RefCell<Option<(Phase, ProcessState)>> = const { RefCell::new(None) };
}

/// What was changed so far, each with where, and how many phases there were.
#[derive(Default)]
pub(crate) struct ProcessWatch {
    changed: Mutex<Vec<String>>,
    phases: AtomicUsize,
}

impl ProcessWatch {
    /// Watches the calling thread, and with it what belongs to the whole process.
    pub(crate) fn begin() -> Self {
        PHASE.set(Some((Phase::Load, ProcessState::now())));
        Self::default()
    }

    /// Notes what the loader found, and put back.
    pub(crate) fn step(&self, outcome: &StepOutcome) {
        let phase = if outcome.step == Step::Create { Phase::Create } else { Phase::Load };
        self.add(phase, &outcome.changes);
    }

    /// Notes what changed in the phase that ends now. Another thread's phases are passed over.
    pub(crate) fn phase(&self, next: Phase) {
        if self.phases.fetch_add(1, Ordering::Relaxed) < PHASES {
            self.look(next);
        }
    }

    fn look(&self, next: Phase) {
        PHASE.with_borrow_mut(|now| {
            let Some((phase, before)) = now.take() else { return };
            // What these two changed, the loader told.
            if !matches!(phase, Phase::Load | Phase::Create) {
                self.add(phase, &before.changes());
            }
            *now = Some((next, ProcessState::now()));
        });
    }

    /// The end of the test.
    ///
    /// # Errors
    /// What was changed.
    pub(crate) fn end(&self) -> Result<(), String> {
        self.look(Phase::Run);
        let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        match changed.as_slice() {
            [] => Ok(()),
            changed => {
                Err(format!("the plugin changed the process, which it must leave as it is: {}", changed.join("; ")))
            }
        }
    }

    fn add(&self, phase: Phase, changes: &[ProcessChange]) {
        let mut told = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        for ProcessChange { part, item, from, to, .. } in changes {
            let space = if item.is_empty() { "" } else { " " };
            let change = format!("{}: {part}{space}{item}: {from} -> {to}", phase.place());
            if told.len() < MOST && !told.contains(&change) {
                told.push(change);
            }
        }
    }
}
