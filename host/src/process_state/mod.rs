//! The process as a plugin found it: looked at before and after a plugin's code runs, and put back.
//!
//! What is the calling thread's alone was changed by what ran on it, and is put back. What belongs to the whole process may
//! have been changed by any thread of the program meanwhile, whose change must not be lost: it is put back only if it is
//! known to be the plugin's, or the program promised that nobody else changes it. All is told.

pub(crate) mod change;
pub(crate) mod environment;
pub(crate) mod floating_point;
pub(crate) mod part;

// Miri is none of these systems: it has few of their calls, and no assembly.
#[cfg(any(not(target_os = "linux"), miri))]
mod elsewhere;
#[cfg(all(target_os = "linux", not(miri)))]
mod linux;

#[cfg(any(not(target_os = "linux"), miri))]
use crate::process_state::elsewhere::Parts;
#[cfg(all(target_os = "linux", not(miri)))]
use crate::process_state::linux::Parts;

use crate::process_state::change::{Changes, ProcessChange, Treatment};
use crate::process_state::part::{Part, Whole};

/// The state of the process and of the calling thread at one moment, as far as it is not a plugin's to change.
/// Tests of plugins see by it what a call did; a load and the making of an instance are watched anyway.
///
/// The thread that took it is the one to compare it on. On Linux all parts are looked at; elsewhere the environment and the
/// floating-point control of the thread.
///
/// ```
/// use sochdb_plugin_host::{ProcessPart, ProcessState};
///
/// let before = ProcessState::now();
/// std::env::set_var("CODEC_LEVEL", "9"); // A call of a plugin could do that.
/// assert!(before.changes().iter().any(|change| change.part == ProcessPart::Environment));
/// ```
pub struct ProcessState(Parts);

impl ProcessState {
    /// Takes the state of this moment.
    #[must_use]
    pub fn now() -> Self {
        Self(Parts::now())
    }

    /// Lists what has changed since. Nothing is put back.
    #[must_use]
    pub fn changes(&self) -> Vec<ProcessChange> {
        self.treat(Treatment::Look)
    }

    fn treat(&self, treatment: Treatment) -> Vec<ProcessChange> {
        let mut changes = Changes::new(treatment);
        self.0.compare(&Parts::now(), &mut changes);
        changes.into_found()
    }

    /// Whether no other thread could change anything at that moment.
    fn is_alone(&self) -> bool {
        self.0.is_alone()
    }
}

impl std::fmt::Debug for ProcessState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ProcessState").finish_non_exhaustive()
    }
}

/// Runs `body`, which runs a plugin's code, and puts back what that changed. `restoring`: the program promises that no
/// other thread of its own changes these things meanwhile.
pub(crate) fn keep<T>(restoring: bool, body: impl FnOnce() -> T) -> (T, Vec<ProcessChange>) {
    let before = ProcessState::now();
    let result = body();
    let treatment = if restoring || before.is_alone() { Treatment::All } else { Treatment::Attributed };
    (result, before.treat(treatment))
}
