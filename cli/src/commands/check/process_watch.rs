//! Whether a plugin left the process as it was, in each phase of a test.

use crate::commands::check::calls::Calls;
use sochdb_plugin_conformance::{call_begins, call_ended, Phase};
use sochdb_plugin_host::{CallRecorder, ProcessChange, ProcessState, RecordedCall, Step, StepOutcome};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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
        self.add(phase.place(), &outcome.changes);
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
                self.add(phase.place(), &before.changes());
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

    fn add(&self, place: &str, changes: &[ProcessChange]) {
        let mut told = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        for ProcessChange { part, item, from, to, .. } in changes {
            let space = if item.is_empty() { "" } else { " " };
            let change = format!("{place}: {part}{space}{item}: {from} -> {to}");
            if told.len() < MOST && !told.contains(&change) {
                told.push(change);
            }
        }
    }
}

/// The functions of which a thread's first call is looked at.
const FUNCTIONS: usize = 32;

#[derive(Default)]
struct OfThread {
    /// The functions that were called.
    known: Vec<&'static str>,
    /// The calls that are under way, with the process before those that are looked at.
    open: Vec<Option<ProcessState>>,
}

thread_local! {
    static CALLS: RefCell<OfThread> = RefCell::default();
}

/// Passes calls on, and looks at the process around each thread's first call of a function: threads of a test have phases of
/// their own only here.
pub(crate) struct WatchedCalls {
    calls: Arc<Calls>,
    watch: Arc<ProcessWatch>,
}

impl WatchedCalls {
    pub(crate) fn new(calls: Arc<Calls>, watch: Arc<ProcessWatch>) -> Self {
        Self { calls, watch }
    }
}

impl CallRecorder for WatchedCalls {
    fn begins(&self, call: &RecordedCall<'_>) {
        self.calls.begins(call);
        // A thread that ends may have nothing of its own any more.
        let _ = CALLS.try_with(|own| {
            let mut own = own.borrow_mut();
            let is_new = own.known.len() < FUNCTIONS && !own.known.contains(&call.slot());
            if is_new {
                own.known.push(call.slot());
            }
            own.open.push(is_new.then(ProcessState::now));
        });
        call_begins();
    }

    fn ended(&self, call: &RecordedCall<'_>, status: Option<i32>, took: Duration) {
        call_ended();
        let before = CALLS.try_with(|own| own.borrow_mut().open.pop().flatten()).ok().flatten();
        if let Some(before) = before {
            self.watch.add(&format!("in `{}`", call.slot()), &before.changes());
        }
        self.calls.ended(call, status, took);
    }
}
