//! What the commands say of a plugin in the same way.

use serde_json::{json, Value};
use sochdb_plugin_host::{DynamicPluginLoader, ProcessChange, Step, StepOutcome, Verdict};
use std::sync::{Arc, Mutex, PoisonError};

/// Runs `decide` with this loader, and returns its result and how each step ended.
pub fn observed<T>(
    loader: DynamicPluginLoader,
    decide: impl FnOnce(DynamicPluginLoader) -> T,
) -> (T, Vec<StepOutcome>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = steps.clone();
    let observer = move |outcome| seen.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    let result = decide(loader.observer(observer));
    let steps = std::mem::take(&mut *steps.lock().unwrap_or_else(PoisonError::into_inner));
    (result, steps)
}

/// How a step ended, in one word.
pub(crate) fn outcome_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Refused => "REFUSED",
        Verdict::Skipped => "not run",
    }
}

/// Returns how a step ended as JSON.
#[must_use]
pub fn step_json(outcome: &StepOutcome) -> Value {
    let StepOutcome { step, verdict, detail, elapsed, changes, .. } = outcome;
    let changes: Vec<String> = changes.iter().map(ProcessChange::to_string).collect();
    let verdict = outcome_name(*verdict).to_lowercase();
    let micros = elapsed.as_secs_f64() * 1e6;
    json!({ "name": step.name(), "outcome": verdict, "detail": detail, "microseconds": micros, "changes": changes })
}

/// A step's name, as wide as the widest.
pub(crate) fn step_name(step: Step) -> String {
    let width = Step::ALL.iter().map(|step| step.name().len()).max().unwrap_or(0);
    format!("{:<width$}", step.name())
}
