//! Runs the steps of a load, and tells an observer how each ended.
//!
//! A step gives what it found as a function that makes words of it: nobody waits for words that nobody reads, and they are no
//! part of the time that a step took.

use crate::base::escape::printable;
use crate::process_state;
use crate::process_state::change::ProcessChange;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::{Step, StepOutcome, Verdict};
use crate::refusal::words::Words;
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// Runs steps, and tells an observer how each ended.
pub(crate) struct Steps<'a> {
    observer: &'a mut dyn FnMut(StepOutcome),
    in_words: bool,
}

impl<'a> Steps<'a> {
    /// Steps for an observer that reads details if `in_words`.
    pub(crate) fn new(observer: &'a mut dyn FnMut(StepOutcome), in_words: bool) -> Self {
        Self { observer, in_words }
    }

    /// Whether the observer reads details.
    pub(crate) fn in_words(&self) -> bool {
        self.in_words
    }

    /// Runs one step, which gives its result and the words for it. After a refusal all later steps are told as skipped.
    pub(crate) fn run<T, W: Words<T>>(
        &mut self,
        step: Step,
        body: impl FnOnce() -> Result<(T, W), Refusal>,
    ) -> Result<T, Refusal> {
        let start = Instant::now();
        let ended = body();
        self.ended(step, ended, start.elapsed(), Vec::new())
    }

    /// Ends with a step that only refuses.
    pub(crate) fn refuse<T>(&mut self, step: Step, error: Refusal) -> Result<T, Refusal> {
        self.refused(step, &error, Duration::ZERO, Vec::new());
        Err(error)
    }

    /// Runs a step in which the plugin's code runs, and puts back what that changes of the process; `restoring` as for
    /// [`process_state::keep`]. What was changed goes into `changes`, too, also if the step refuses.
    pub(crate) fn run_its_code<T, W: Words<T>>(
        &mut self,
        step: Step,
        restoring: bool,
        changes: &mut Vec<ProcessChange>,
        body: impl FnOnce() -> Result<(T, W), Refusal>,
    ) -> Result<T, Refusal> {
        let start = Instant::now();
        let (ended, found) = process_state::keep(restoring, body);
        changes.clone_from(&found);
        self.ended(step, ended, start.elapsed(), found)
    }

    fn ended<T, W: Words<T>>(
        &mut self,
        step: Step,
        ended: Result<(T, W), Refusal>,
        elapsed: Duration,
        changes: Vec<ProcessChange>,
    ) -> Result<T, Refusal> {
        match ended {
            Ok((value, words)) => {
                let detail = if self.in_words { safe(words(&value)) } else { String::new() };
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
    fn refused(&mut self, step: Step, error: &Refusal, elapsed: Duration, changes: Vec<ProcessChange>) {
        let detail = if self.in_words { safe(error.to_string()) } else { String::new() };
        let refused = StepOutcome::new(step, Verdict::Refused, detail, elapsed);
        self.tell(StepOutcome { changes, ..refused });
        for later in Step::ALL.iter().filter(|later| **later > step) {
            self.tell(StepOutcome::skipped(*later, ""));
        }
    }

    /// Passes on how a step ended that other [`Steps`] ran.
    pub(crate) fn tell(&mut self, outcome: StepOutcome) {
        (self.observer)(outcome);
    }
}

/// `detail` as an observer may print it.
fn safe(detail: String) -> String {
    match printable(&detail) {
        Cow::Owned(safe) => safe,
        Cow::Borrowed(_) => detail,
    }
}
