//! The process as a plugin found it: looked at before and after a plugin's code runs, and put back.
//!
//! What is the calling thread's alone was changed by what ran on it, and is put back. What belongs to the whole process may
//! have been changed by any thread of the program meanwhile, whose change must not be lost: it is put back only if it is
//! known to be the plugin's, or the program promised that nobody else changes it. All is told.

pub(crate) mod change;
pub(crate) mod floating_point;
pub(crate) mod part;

#[cfg(target_os = "linux")]
pub(crate) mod attributes;
#[cfg(target_os = "linux")]
pub(crate) mod descriptors;
#[cfg(target_os = "linux")]
pub(crate) mod environment;
#[cfg(target_os = "linux")]
pub(crate) mod handlers;
#[cfg(target_os = "linux")]
pub(crate) mod limits;
#[cfg(target_os = "linux")]
pub(crate) mod locale;
#[cfg(target_os = "linux")]
pub(crate) mod scheduling;
#[cfg(target_os = "linux")]
pub(crate) mod signal_mask;
#[cfg(target_os = "linux")]
pub(crate) mod signal_names;
#[cfg(target_os = "linux")]
pub(crate) mod signal_stack;
#[cfg(target_os = "linux")]
pub(crate) mod status;
#[cfg(target_os = "linux")]
pub(crate) mod timers;
#[cfg(target_os = "linux")]
pub(crate) mod working_directory;

use crate::process_state::change::ProcessChange;
use crate::process_state::change::{Changes, Treatment};
use crate::process_state::part::Part;

macro_rules! parts {
    ($($(#[$meta:meta])* $field:ident: $type:ty,)+) => {
        /// What is not a plugin's to change, of the process and of the calling thread, at one moment. For tests of plugins,
        /// which see by it what a call did; a load and the making of an instance are looked at anyway.
        ///
        /// It is compared on the thread that took it.
        pub struct ProcessState { $( $(#[$meta])* $field: $type, )+ }

        impl ProcessState {
            /// It as it is now.
            pub fn now() -> Self {
                Self { $( $(#[$meta])* $field: Part::now(), )+ }
            }

            fn compare(&self, now: &Self, changes: &mut Changes) {
                $( $(#[$meta])* self.$field.compare(&now.$field, changes); )+
            }
        }
    };
}

parts! {
    // Before others take a number that was closed.
    #[cfg(target_os = "linux")]
    descriptors: descriptors::Descriptors,
    floating_point: floating_point::FloatingPoint,
    #[cfg(target_os = "linux")]
    signal_mask: signal_mask::SignalMask,
    #[cfg(target_os = "linux")]
    signal_stack: signal_stack::SignalStack,
    #[cfg(target_os = "linux")]
    thread_locale: locale::OfThread,
    #[cfg(target_os = "linux")]
    niceness: scheduling::Niceness,
    #[cfg(target_os = "linux")]
    processors: scheduling::Processors,
    #[cfg(target_os = "linux")]
    attributes: attributes::Attributes,
    #[cfg(target_os = "linux")]
    working_directory: working_directory::WorkingDirectory,
    #[cfg(target_os = "linux")]
    status: status::Status,
    #[cfg(target_os = "linux")]
    environment: environment::Environment,
    #[cfg(target_os = "linux")]
    locale: locale::OfProgram,
    #[cfg(target_os = "linux")]
    limits: limits::Limits,
    #[cfg(target_os = "linux")]
    timers: timers::Timers,
}

impl ProcessState {
    /// What is otherwise now. Nothing is put back.
    pub fn changes(&self) -> Vec<ProcessChange> {
        self.treat(Treatment::Look)
    }

    fn treat(&self, treatment: Treatment) -> Vec<ProcessChange> {
        let mut changes = Changes::new(treatment);
        self.compare(&Self::now(), &mut changes);
        changes.into_found()
    }

    /// Whether no other thread could change anything at that moment.
    fn is_alone(&self) -> bool {
        #[cfg(target_os = "linux")]
        return self.status.is_alone();
        #[cfg(not(target_os = "linux"))]
        false
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
