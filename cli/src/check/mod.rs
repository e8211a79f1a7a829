//! `check`: the conformance suite on one plugin, each test in a process of its own.

pub(crate) mod child;
mod process;

use crate::output::{printable, Output};
use process::{signal_name, Ended, Finished};
use serde_json::{json, Value};
use sochdb_plugin::conformance::{self, Kind};
use sochdb_plugin_host::sdk::abi;
use sochdb_plugin_host::{DynamicPluginLoader, Text, Verified};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The first test: the others can only fail if it does.
const LOAD: &str = "load::makes_an_instance";

/// What is checked, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file; a relative path counts from the current directory
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
    #[command(flatten)]
    subject: child::SubjectOptions,
    /// Seconds that one test may take
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Print the names of the tests: those for FILE, or all; runs nothing
    #[arg(long)]
    list: bool,
}

/// What became of a test.
enum Outcome {
    Ok,
    Failed(String),
    Crashed(String),
    Hung(String),
    NotRun,
}

/// Each test's name, what became of it, and how long it took.
type Outcomes = Vec<(&'static str, Outcome, Duration)>;

/// Prints the results; true if all tests passed.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, String> {
    let file = options.file.as_deref().map(crate::absolute);
    let Some(file) = file else { return list(out, u32::MAX) };
    let verified = match DynamicPluginLoader::new_trusted().verify(&file) {
        Ok(verified) => verified,
        Err(_) => return crate::verify::run(out, &file),
    };
    if options.list {
        return list(out, verified.note.kinds);
    }
    let Verified { note, .. } = &verified;
    out.line(out.paint.bold(format!("{} {}", note.name, note.version)));
    let results = run_all(out, options, &file, note.kinds)?;
    let count = |word: &str| results.iter().filter(|(_, outcome, _)| outcome.word() == word).count();
    let passed = count("ok") == results.len();
    let tests: Vec<Value> = results.iter().map(|(name, outcome, took)| test_json(name, outcome, *took)).collect();
    out.object(&json!({
        "file": Text::from(file.as_path()).to_string(), "name": note.name.to_string(),
        "version": note.version.to_string(), "passed": passed, "total": tests.len(), "ok": count("ok"),
        "failed": count("FAILED"), "crashed": count("crashed"), "hung": count("hung"), "not_run": count("not run"),
        "tests": tests,
    }));
    let parts = ["ok", "FAILED", "crashed", "hung", "not run"].map(|word| (count(word), word));
    let parts = parts.iter().filter(|(count, word)| *count > 0 || *word == "ok");
    let totals = parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
    let totals = format!("{} tests: {totals}", results.len());
    out.line(format!("\n{}", if passed { out.paint.good(totals) } else { out.paint.bad(totals) }));
    Ok(passed)
}

/// The tests for the kinds of a note.
fn names(kinds: u32) -> Vec<&'static str> {
    let wanted = |kind| match kind {
        Kind::Lifecycle => true,
        Kind::Storage => kinds & abi::SOCH_KIND_STORAGE != 0,
        Kind::Index => kinds & abi::SOCH_KIND_INDEX != 0,
        Kind::Observability => kinds & abi::SOCH_KIND_OBSERVABILITY != 0,
        Kind::Compression => kinds & abi::SOCH_KIND_COMPRESSION != 0,
    };
    let tests = conformance::tests().iter().filter(|test| wanted(test.kind)).map(|test| test.name);
    std::iter::once(LOAD).chain(tests).collect()
}

fn list(out: &Output, kinds: u32) -> Result<bool, String> {
    let names = names(kinds);
    out.object(&json!({ "tests": names }));
    names.iter().for_each(|name| out.line(name));
    Ok(true)
}

fn run_all(out: &Output, options: &Options, file: &Path, kinds: u32) -> Result<Outcomes, String> {
    // What crashed children leave behind goes with it.
    let mut builder = tempfile::Builder::new();
    let room = builder.prefix("sochdb-check-").permissions(Permissions::from_mode(0o700)).tempdir();
    let room = room.map_err(|error| format!("cannot make a directory: {error}"))?;
    let limit = Duration::from_secs(options.timeout);
    let names = names(kinds);
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut tests = Outcomes::new();
    for name in names {
        let loads = tests.first().is_none_or(|(_, outcome, _)| matches!(outcome, Outcome::Ok));
        let (outcome, took) = if loads {
            let verdict = room.path().join("verdict");
            let mut command = child::command(file, name, &options.subject, &verdict)?;
            command.env("TMPDIR", room.path());
            let finished = process::run(&mut command, limit).map_err(|error| format!("cannot run a test: {error}"))?;
            let took = finished.took;
            (judge(finished, child::take_verdict(&verdict), limit), took)
        } else {
            (Outcome::NotRun, Duration::ZERO)
        };
        if !matches!(outcome, Outcome::NotRun) {
            out.line(line(out, name, width, &outcome, took));
        }
        tests.push((name, outcome, took));
    }
    Ok(tests)
}

/// What a child's end and its verdict mean together. Without a verdict it ended in the middle.
fn judge(finished: Finished, verdict: Option<Result<(), String>>, limit: Duration) -> Outcome {
    let said = if finished.said.is_empty() { String::new() } else { format!("; it printed: {}", finished.said) };
    match (finished.ended, verdict) {
        (Ended::Exit(0), Some(Ok(()))) => Outcome::Ok,
        (Ended::Exit(1), Some(Err(reason))) => Outcome::Failed(reason),
        (Ended::Hung, None) => Outcome::Hung(format!("not done after {} s{said}", limit.as_secs())),
        (Ended::Hung, Some(_)) => Outcome::Hung(format!("the process did not end within {} s{said}", limit.as_secs())),
        (Ended::Signal(signal), None) => Outcome::Crashed(format!("{}{said}", signal_name(signal))),
        (Ended::Signal(signal), Some(_)) => {
            Outcome::Crashed(format!("{} at the end of the process{said}", signal_name(signal)))
        }
        (Ended::Exit(code), _) => Outcome::Crashed(format!("the process ended with exit code {code}{said}")),
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(_) => "FAILED",
            Self::Crashed(_) => "crashed",
            Self::Hung(_) => "hung",
            Self::NotRun => "not run",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Ok | Self::NotRun => None,
            Self::Failed(reason) | Self::Crashed(reason) | Self::Hung(reason) => Some(reason),
        }
    }
}

fn line(out: &Output, name: &str, width: usize, outcome: &Outcome, took: Duration) -> String {
    let word = format!("{:<7}", outcome.word());
    let word = match outcome {
        Outcome::Ok => out.paint.good(word),
        Outcome::NotRun => out.paint.dim(word),
        _ => out.paint.bad(word),
    };
    let took = out.paint.dim(format!("{:>7} ms", took.as_millis()));
    let reason = outcome.reason().map(|reason| format!("\n           {}", printable(reason))).unwrap_or_default();
    format!("  {name:<width$}  {word}  {took}{reason}")
}

fn test_json(name: &str, outcome: &Outcome, took: Duration) -> Value {
    json!({
        "name": name, "outcome": outcome.word().to_lowercase(), "reason": outcome.reason(),
        "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    })
}
