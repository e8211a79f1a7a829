//! What became of one test, and how that is told.

use crate::commands::check::calls::{self, Last};
use crate::commands::check::child::Places;
use crate::commands::check::frames::{self, Crash};
use crate::commands::check::journal::{self, Line, Noted};
use crate::commands::check::process::{Ended, Finished};
use crate::output::Output;
use crate::system::backend::System;
use crate::system::Native;
use serde_json::{json, Value};
use sochdb_plugin_conformance::{NotPassed, Phase};
use sochdb_plugin_host::printable;
use std::path::Path;
use std::time::Duration;

/// What became of a test.
pub(crate) enum Outcome {
    Ok,
    Failed(String),
    Crashed(String),
    Hung(String),
    /// There is nothing to look at.
    Skipped(String),
    /// There may be something, and it was not looked at.
    LeftOut(String),
    NotRun(String),
}

/// A test, what became of it, and how long it took.
pub(crate) struct Tested {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
    /// What it drew its numbers from.
    pub(crate) seed: u64,
    phase: Option<Phase>,
    /// The end of the plugin's log, if there is something to explain.
    log: Vec<Line>,
    /// The last calls, if there is something to explain.
    calls: Last,
    crash: Option<Crash>,
    /// What the plugin printed, if there is something to explain.
    printed: String,
    /// The times of the plugin's functions, by slot.
    pub(crate) slots: Value,
    /// The figures that the test found.
    pub(crate) measured: Vec<Value>,
}

/// What a test's process left behind.
#[derive(Default)]
pub(crate) struct Left {
    verdict: Option<Result<(), NotPassed>>,
    /// The times of the plugin's functions and the figures of the test, if it came to its end.
    slots: Value,
    measured: Vec<Value>,
    noted: Noted,
    calls: Last,
    crash: Option<Crash>,
}

impl Left {
    /// Takes it from where the process of a test of the plugin at `file` wrote. Another process may use the places then.
    pub(crate) fn take(places: &Places, file: &Path) -> Self {
        let mut said = take_verdict(&places.verdict);
        let text = |said: &Value, word: &str| said[word].as_str().map(str::to_owned);
        let verdict = said.as_ref().map(|said| {
            let failed = text(said, "failed").map(NotPassed::Failed);
            let skipped = || text(said, "skipped").map(NotPassed::Skipped);
            let unseen = || text(said, "unseen").map(NotPassed::Unseen);
            failed.or_else(skipped).or_else(unseen).map_or(Ok(()), Err)
        });
        let mut part = |word: &str| said.as_mut().map(|said| said[word].take()).unwrap_or_default();
        Self {
            verdict,
            slots: part("slots"),
            measured: part("measured").as_array().cloned().unwrap_or_default(),
            noted: journal::take(&places.journal),
            calls: calls::take(&places.calls),
            crash: frames::take(&places.crash, file),
        }
    }
}

impl Tested {
    /// What a child's end, and what it left, mean together.
    pub(crate) fn new(name: &'static str, finished: Finished, left: Left, limit: Duration) -> Self {
        let Left { verdict, slots, measured, noted: Noted { phase, log }, calls, crash } = left;
        let outcome = judge(&finished, verdict, phase, &calls, limit);
        let tested = Self { slots, measured, ..Self::without_process(name, outcome, finished.took) };
        if tested.outcome.is_good() {
            return tested;
        }
        let ended = matches!(tested.outcome, Outcome::Crashed(_) | Outcome::Hung(_));
        Self {
            phase: phase.filter(|_| ended),
            log,
            calls,
            crash: crash.filter(|_| ended),
            printed: finished.said,
            ..tested
        }
    }

    /// One that ran in this process, or not at all.
    pub(crate) fn without_process(name: &'static str, outcome: Outcome, took: Duration) -> Self {
        Self {
            name,
            outcome,
            took,
            seed: 0,
            phase: None,
            log: Vec::new(),
            calls: Last::default(),
            crash: None,
            printed: String::new(),
            slots: Value::Null,
            measured: Vec::new(),
        }
    }

    /// Prints it in a line, and below it why, what the plugin did and said, and how to see more.
    pub(crate) fn lines(&self, out: &Output, width: usize, again: &str) {
        let word = format!("{:<7}", self.outcome.word());
        let word = match self.outcome {
            Outcome::Ok => out.paint.good(word),
            Outcome::NotRun(_) | Outcome::Skipped(_) | Outcome::LeftOut(_) => out.paint.dim(word),
            _ => out.paint.bad(word),
        };
        let took = out.paint.dim(format!("{:>7} ms", self.took.as_millis()));
        out.line(format!("  {:<width$}  {word}  {took}", self.name));
        if let Some(reason) = self.outcome.reason() {
            out.line(format!("           {}", printable(reason)));
        }
        for line in if self.outcome.is_bad() { self.more(again) } else { Vec::new() } {
            out.line(out.paint.dim(format!("           {line}")));
        }
    }

    /// What the plugin did and said before it did not pass, and how to see more, line by line.
    pub(crate) fn more(&self, again: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(crash) = &self.crash {
            if !crash.functions.is_empty() {
                lines.push(crash.functions.join(", called "));
            }
            lines.extend(crash.address.map(|address| format!("the address is {address:#x}")));
        }
        lines.extend(self.calls.before.iter().map(|call| format!("its calls: {call}")));
        let log = self.log.iter().map(|line| format!("its log: {:<5} {}", line.level, printable(&line.message)));
        lines.extend(log);
        lines.extend(last_lines(&self.printed).map(|line| format!("it printed: {}", printable(line))));
        lines.push(format!("alone, in a debugger: {again}"));
        lines
    }

    /// It as JSON, with the command that runs it alone.
    pub(crate) fn object(&self, again: &str) -> Value {
        let log = self.log.iter().map(|line| json!({ "level": line.level, "message": line.message }));
        json!({
            "name": self.name, "outcome": self.outcome.word().to_lowercase(), "reason": self.outcome.reason(), "seed": self.seed,
            "phase": self.phase.map(Phase::name), "log": log.collect::<Vec<_>>(),
            "calls_under_way": self.calls.under_way, "calls_before": self.calls.before,
            "address": self.crash.as_ref().and_then(|crash| crash.address).map(|address| format!("{address:#x}")),
            "functions": self.crash.as_ref().map(|crash| &crash.functions[..]).unwrap_or_default(),
            "printed": self.printed,
            "debug": (!self.outcome.is_good()).then_some(again),
            "milliseconds": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// The number of tests, as a text.
pub(crate) fn counted(tests: usize) -> String {
    if tests == 1 {
        "1 test".to_owned()
    } else {
        format!("{tests} tests")
    }
}

/// What is said in place of tests that have no line: why some did not run, each reason for which something was not looked at, and
/// how many had nothing to look at.
pub(crate) fn unlisted(tests: &[Tested]) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for tested in tests {
        let Outcome::LeftOut(reason) = &tested.outcome else { continue };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(tested.name),
            None => reasons.push((reason, vec![tested.name])),
        }
    }
    let left_out = |(reason, names): &(&str, Vec<&str>)| match &names[..] {
        [name] => format!("{name} is left out: {}", printable(reason)),
        names => format!("{} are left out, such as {}: {}", names.len(), names[0], printable(reason)),
    };
    let not_run = tests.iter().find_map(|tested| match &tested.outcome {
        Outcome::NotRun(reason) => Some(format!("those that were not run: {}", printable(reason))),
        _ => None,
    });
    let mut lines: Vec<String> = not_run.into_iter().chain(reasons.iter().map(left_out)).collect();
    match tests.iter().filter(|tested| matches!(tested.outcome, Outcome::Skipped(_))).count() {
        0 => {}
        1 => lines.push("one has nothing to look at in this plugin; --verbose says why".to_owned()),
        some => lines.push(format!("{some} have nothing to look at in this plugin; --verbose says why")),
    }
    lines
}

/// The tests that did not pass, by name, so that nobody looks for them among the others; None if one is all there is.
pub(crate) fn not_passed(tests: &[Tested]) -> Option<String> {
    let names: Vec<&str> = tests.iter().filter(|tested| tested.outcome.is_bad()).map(|tested| tested.name).collect();
    (tests.len() > 1 && !names.is_empty()).then(|| format!("{}; --failed runs these alone", names.join(", ")))
}

/// The first line of a sanitizer's report.
fn report_of_sanitizer(printed: &str) -> Option<&str> {
    const REPORTS: [&str; 4] =
        ["==ERROR: ", "WARNING: ThreadSanitizer", ": runtime error: ", "==WARNING: MemorySanitizer"];
    printed.lines().find(|line| REPORTS.iter().any(|report| line.contains(report)))
}

/// The last lines of what a plugin printed; all of them from where a sanitizer begins its report.
fn last_lines(printed: &str) -> impl Iterator<Item = &str> {
    const LAST: usize = 20;
    let from = match report_of_sanitizer(printed) {
        Some(report) => printed.lines().take_while(|line| *line != report).count(),
        None => printed.lines().count().saturating_sub(LAST),
    };
    printed.lines().skip(from)
}

/// Without a verdict the child ended in the middle, at a place that its journal says.
fn judge(
    finished: &Finished,
    verdict: Option<Result<(), NotPassed>>,
    phase: Option<Phase>,
    calls: &Last,
    limit: Duration,
) -> Outcome {
    let asks = finished.said.contains("ASan runtime");
    let said = if asks { "; remedy: run `check` with LD_PRELOAD=$(cc -print-file-name=libasan.so)" } else { "" };
    let mut place = phase.map_or("before the plugin was loaded", Phase::place).to_owned();
    if !calls.under_way.is_empty() {
        place = format!("{place}, in the call {}", calls.under_way.join(" and "));
    }
    // An undefined behaviour that a sanitizer saw need not end the process, and a race changes its exit code.
    let to_its_end = matches!(finished.ended, Ended::Exit(0)) || verdict.is_some();
    if let (Ended::Exit(_), true, Some(report)) = (&finished.ended, to_its_end, report_of_sanitizer(&finished.said)) {
        return Outcome::Failed(format!("a sanitizer reported a mistake: {report}"));
    }
    match (&finished.ended, verdict) {
        (Ended::Exit(0), Some(Ok(()) | Err(NotPassed::Skipped(_) | NotPassed::Unseen(_)))) if !finished.printed.is_empty() => Outcome::Failed(
            "the plugin printed on standard output, which is the program's: tell what there is to tell by `soch_host.log`"
                .to_owned(),
        ),
        (Ended::Exit(0), Some(result @ (Ok(()) | Err(NotPassed::Skipped(_) | NotPassed::Unseen(_))))) => Outcome::of(result),
        (Ended::Exit(1), Some(result @ Err(NotPassed::Failed(_)))) => Outcome::of(result),
        (Ended::Hung, None) => Outcome::Hung(format!("not done after {} s, {place}{said}", limit.as_secs())),
        (Ended::Hung, Some(_)) => Outcome::Hung(format!("the process did not end within {} s{said}", limit.as_secs())),
        (Ended::Killed(number), None) => Outcome::Crashed(format!("{} {place}{said}", Native::killer_name(*number))),
        (Ended::Killed(number), Some(_)) => {
            Outcome::Crashed(format!("{} at the end of the process (destructors){said}", Native::killer_name(*number)))
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
    /// What came of a test that ran to its end.
    pub(crate) fn of(result: Result<(), NotPassed>) -> Self {
        match result {
            Ok(()) => Self::Ok,
            Err(NotPassed::Failed(why)) => Self::Failed(why),
            Err(NotPassed::Skipped(why)) => Self::Skipped(why),
            Err(NotPassed::Unseen(why)) => Self::LeftOut(why),
        }
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(_) => "FAILED",
            Self::Crashed(_) => "crashed",
            Self::Hung(_) => "hung",
            Self::Skipped(_) | Self::LeftOut(_) => "skipped",
            Self::NotRun(_) => "not run",
        }
    }

    /// Whether the plugin is as good as before.
    pub(crate) fn is_good(&self) -> bool {
        matches!(self, Self::Ok | Self::Skipped(_) | Self::LeftOut(_))
    }

    /// Whether the test ran, and the plugin did not pass it.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Crashed(_) | Self::Hung(_))
    }

    pub(crate) fn is_skipped(&self) -> bool {
        matches!(self, Self::Skipped(_) | Self::LeftOut(_))
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Ok => None,
            Self::NotRun(reason)
            | Self::Failed(reason)
            | Self::Crashed(reason)
            | Self::Hung(reason)
            | Self::Skipped(reason)
            | Self::LeftOut(reason) => Some(reason),
        }
    }
}

/// The verdict that a child wrote, if it did. Another child may use the place then.
fn take_verdict(file: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(file).ok()?;
    std::fs::remove_file(file).ok()?;
    serde_json::from_str(&text).ok()
}
