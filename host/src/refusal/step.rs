//! The steps of a load, in their order, and how each ended.

use crate::base::escape::printable;
use crate::process_state;
use crate::process_state::change::ProcessChange;
use crate::refusal::load_error::LoadError;
use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

macro_rules! steps {
    ($($step:ident $name:literal $description:literal;)+) => {
        /// A step of a load. Their order is the order in which they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Step {
            $( #[doc = $description] $step, )+
        }

        impl Step {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$step),+];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self { $( Self::$step => $name, )+ }
            }

            /// What it makes sure of.
            pub fn description(self) -> &'static str {
                match self { $( Self::$step => $description, )+ }
            }
        }
    };
}

steps! {
    Gate "gate" "The program or its environment allows native plugins.";
    Rules "trust-files" "The operator's trust files are well-formed, and only trusted users can write them.";
    Lexical "path" "The path is absolute and has one meaning.";
    Walk "directories" "No directory on the way is a symbolic link or writable by others.";
    Allow "allow-list" "The operator allows plugins in its directory.";
    File "file" "The file is a regular one that only its trusted owner can write.";
    ExecPolicy "exec-policy" "The file system allows to run it.";
    Seal "seal" "Its bytes are copied into sealed memory that nobody can change.";
    Digest "digest" "The sealed bytes have this SHA-256.";
    Trust "trust" "Its digest is not revoked, and is pinned or signed where the policy demands it.";
    Elf "elf" "It is a well-formed shared library for this machine, without what could surprise the host.";
    Note "note" "Its note speaks this host's ABI and agrees with its entry and what was signed; nothing of it has run.";
    Dependencies "dependencies" "What it needs is in memory, or comes from where the system or the operator has it.";
    Identity "identity" "The dynamic linker will not take it for another library.";
    Probe "probe" "Its constructors returned in a process of their own, without rights.";
    Open "open" "The dynamic linker loads the sealed bytes, all symbols bound.";
    Entry "entry" "The entry in memory is what the note says.";
    Layout "layout" "The tables' types are those of the host, field by field.";
    Version "version" "Host and plugin agree on a minor version, and its tables have the required slots.";
    Create "create" "The plugin makes an instance from the configuration.";
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing to object to.
    Passed,
    /// It refused the plugin.
    Refused,
    /// It did not run, because an earlier one refused.
    Skipped,
}

/// One line of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepOutcome {
    /// Which step.
    pub step: Step,
    /// How it ended.
    pub verdict: Verdict,
    /// What it found, in one line that is safe to print.
    pub detail: String,
    /// How long it took; zero if it did not run.
    pub elapsed: Duration,
    /// What the plugin's code changed of the process: at the step `open` its constructors and those of what it needs, at
    /// `create` the making of the instance. Each is a fault of the plugin, whatever the verdict, and put back as far as
    /// [`Restored`](crate::Restored) says.
    pub changes: Vec<ProcessChange>,
}

impl StepOutcome {
    /// A step that did not run; `why` is its detail.
    pub fn skipped(step: Step, why: &str) -> Self {
        Self::new(step, Verdict::Skipped, why.to_owned(), Duration::ZERO)
    }

    fn new(step: Step, verdict: Verdict, detail: String, elapsed: Duration) -> Self {
        Self { step, verdict, detail, elapsed, changes: Vec::new() }
    }
}

/// Runs steps, and tells an observer how each ended.
pub(crate) struct Steps<'a> {
    observer: &'a mut dyn FnMut(StepOutcome),
}

impl<'a> Steps<'a> {
    pub(crate) fn new(observer: &'a mut dyn FnMut(StepOutcome)) -> Self {
        Self { observer }
    }

    /// Runs one step, which gives its result and what it found. After a refusal all later steps are told as skipped.
    pub(crate) fn run<T>(
        &mut self,
        step: Step,
        body: impl FnOnce() -> Result<(T, String), LoadError>,
    ) -> Result<T, LoadError> {
        let start = Instant::now();
        let ended = body();
        self.ended(step, ended, start.elapsed(), Vec::new())
    }

    /// Runs a step in which the plugin's code runs, and puts back what that changes of the process; `restoring` as for
    /// [`process_state::keep`]. What was changed goes into `changes`, too, also if the step refuses.
    pub(crate) fn run_its_code<T>(
        &mut self,
        step: Step,
        restoring: bool,
        changes: &mut Vec<ProcessChange>,
        body: impl FnOnce() -> Result<(T, String), LoadError>,
    ) -> Result<T, LoadError> {
        let start = Instant::now();
        let (ended, found) = process_state::keep(restoring, body);
        changes.clone_from(&found);
        self.ended(step, ended, start.elapsed(), found)
    }

    fn ended<T>(
        &mut self,
        step: Step,
        ended: Result<(T, String), LoadError>,
        elapsed: Duration,
        changes: Vec<ProcessChange>,
    ) -> Result<T, LoadError> {
        match ended {
            Ok((value, detail)) => {
                self.tell(StepOutcome { changes, ..StepOutcome::new(step, Verdict::Passed, detail, elapsed) });
                Ok(value)
            }
            Err(error) => {
                self.refused(step, &error, elapsed, changes);
                Err(error)
            }
        }
    }

    /// Not a part of `run`, which the compiler repeats for every step.
    #[cold]
    fn refused(&mut self, step: Step, error: &LoadError, elapsed: Duration, changes: Vec<ProcessChange>) {
        let refused = StepOutcome::new(step, Verdict::Refused, error.to_string(), elapsed);
        self.tell(StepOutcome { changes, ..refused });
        for later in Step::ALL.iter().filter(|later| **later > step) {
            self.tell(StepOutcome::skipped(*later, ""));
        }
    }

    /// Passes on how a step ended that ran elsewhere.
    pub(crate) fn tell(&mut self, mut outcome: StepOutcome) {
        if let Cow::Owned(detail) = printable(&outcome.detail) {
            outcome.detail = detail;
        }
        (self.observer)(outcome);
    }
}
