//! What became of one test, and how that is told.

use crate::commands::check::journal::{Line, Noted};
use crate::commands::check::process::{signal_name, Ended, Finished};
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_conformance::{NotPassed, Phase};
use sochdb_plugin_host::printable;
use std::time::Duration;

/// What became of a test.
pub(crate) enum Outcome {
    Ok,
    Failed(String),
    Crashed(String),
    Hung(String),
    /// There is nothing to look at.
    Skipped(String),
    NotRun,
}

/// A test, what became of it, and how long it took.
pub(crate) struct Tested {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    took: Duration,
    phase: Option<Phase>,
    /// The end of the plugin's log, if there is something to explain.
    log: Vec<Line>,
}

impl Tested {
    /// What a child's end, its verdict and its journal mean together.
    pub(crate) fn new(
        name: &'static str,
        finished: Finished,
        verdict: Option<Result<(), NotPassed>>,
        noted: Noted,
        limit: Duration,
    ) -> Self {
        let (took, Noted { phase, mut log }) = (finished.took, noted);
        let outcome = judge(finished, verdict, phase, limit);
        if outcome.is_good() {
            log.clear();
        }
        let phase = phase.filter(|_| matches!(outcome, Outcome::Crashed(_) | Outcome::Hung(_)));
        Self { name, outcome, took, phase, log }
    }

    /// One that could only fail.
    pub(crate) fn not_run(name: &'static str) -> Self {
        Self { name, outcome: Outcome::NotRun, took: Duration::ZERO, phase: None, log: Vec::new() }
    }

    /// Prints it in a line, and below it why, and what the plugin said.
    pub(crate) fn lines(&self, out: &Output, width: usize) {
        let word = format!("{:<7}", self.outcome.word());
        let word = match self.outcome {
            Outcome::Ok => out.paint.good(word),
            Outcome::NotRun | Outcome::Skipped(_) => out.paint.dim(word),
            _ => out.paint.bad(word),
        };
        let took = out.paint.dim(format!("{:>7} ms", self.took.as_millis()));
        out.line(format!("  {:<width$}  {word}  {took}", self.name));
        if let Some(reason) = self.outcome.reason() {
            out.line(format!("           {}", printable(reason)));
        }
        for Line { level, message, .. } in &self.log {
            out.line(out.paint.dim(format!("           its log: {level:<5} {}", printable(message))));
        }
    }

    /// It as JSON.
    pub(crate) fn object(&self) -> Value {
        let log = self.log.iter().map(|line| json!({ "level": line.level, "message": line.message }));
        json!({
            "name": self.name, "outcome": self.outcome.word().to_lowercase(), "reason": self.outcome.reason(),
            "phase": self.phase.map(Phase::name), "log": log.collect::<Vec<_>>(),
            "milliseconds": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// Without a verdict the child ended in the middle, at a place that its journal says.
fn judge(finished: Finished, verdict: Option<Result<(), NotPassed>>, phase: Option<Phase>, limit: Duration) -> Outcome {
    let mut said = if finished.said.is_empty() { String::new() } else { format!("; it printed: {}", finished.said) };
    if said.contains("ASan runtime") {
        said.push_str("; remedy: run `check` with LD_PRELOAD=$(cc -print-file-name=libasan.so)");
    }
    let place = phase.map_or("before the plugin was loaded", Phase::place);
    match (finished.ended, verdict) {
        (Ended::Exit(0), Some(Ok(()))) => Outcome::Ok,
        (Ended::Exit(0), Some(Err(NotPassed::Skipped(why)))) => Outcome::Skipped(why),
        (Ended::Exit(1), Some(Err(NotPassed::Failed(why)))) => Outcome::Failed(why),
        (Ended::Hung, None) => Outcome::Hung(format!("not done after {} s, {place}{said}", limit.as_secs())),
        (Ended::Hung, Some(_)) => Outcome::Hung(format!("the process did not end within {} s{said}", limit.as_secs())),
        (Ended::Signal(signal), None) => Outcome::Crashed(format!("{} {place}{said}", signal_name(signal))),
        (Ended::Signal(signal), Some(_)) => {
            Outcome::Crashed(format!("{} at the end of the process (destructors){said}", signal_name(signal)))
        }
        (Ended::Exit(code), None) if phase.is_none() => {
            Outcome::Crashed(format!("the test did not begin: exit code {code}{said}"))
        }
        (Ended::Exit(code), None) => {
            Outcome::Crashed(format!("the plugin ended the process with exit code {code}, {place}{said}"))
        }
        (Ended::Exit(code), Some(_)) => {
            Outcome::Crashed(format!("the process ended with exit code {code} after the test{said}"))
        }
    }
}

impl Outcome {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(_) => "FAILED",
            Self::Crashed(_) => "crashed",
            Self::Hung(_) => "hung",
            Self::Skipped(_) => "skipped",
            Self::NotRun => "not run",
        }
    }

    /// Whether the plugin is as good as before.
    pub(crate) fn is_good(&self) -> bool {
        matches!(self, Self::Ok | Self::Skipped(_))
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Ok | Self::NotRun => None,
            Self::Failed(reason) | Self::Crashed(reason) | Self::Hung(reason) | Self::Skipped(reason) => Some(reason),
        }
    }
}
