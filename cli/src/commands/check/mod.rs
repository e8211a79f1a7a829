//! `check`: the conformance suite on one plugin, each test in a process of its own.

pub(crate) mod child;
pub(crate) mod journal;
pub(crate) mod outcome;
pub(crate) mod process;
pub(crate) mod process_watch;
pub(crate) mod selection;

use crate::commands::check::child::{Places, LOAD};
use crate::commands::check::outcome::{Outcome, Tested};
use crate::output::failure::Failure;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::sdk::abi;
use sochdb_plugin_host::{UntrustedText, Verified};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is checked, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file; a relative path counts from the current directory, also with `..` at its beginning
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
    #[command(flatten)]
    subject: child::SubjectOptions,
    /// Seconds that one test may take
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    #[command(flatten)]
    selection: selection::Selection,
    /// Print the names of the tests that would run: those for FILE, or all; runs nothing
    #[arg(long)]
    list: bool,
}

/// Prints the results; true if all tests passed.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let file = options.file.as_deref().map(crate::input::paths::absolute);
    let Some(file) = file else { return Ok(list(out, &options.selection.names(u32::MAX)?)) };
    let verified = match options.subject.loader().verify(&file) {
        Ok(verified) => verified,
        Err(error) => {
            crate::commands::verify::decide(out, &file, options.subject.loader(), Default::default());
            if error.code() == "E_DEP_FORBIDDEN" {
                out.line("`check` obeys the trust files that it is told, such as --trust ~/.config/sochdb/trust.toml");
            }
            return Ok(false);
        }
    };
    let Verified { note, .. } = &verified;
    fits(&options.subject, note.kinds)?;
    let names = options.selection.names(note.kinds)?;
    if options.list {
        return Ok(list(out, &names));
    }
    out.line(out.paint.bold(format!("{} {}", note.name, note.version)));
    crate::commands::inspect::exports(&verified.facts).into_iter().for_each(|hint| out.line(hint));
    let results = run_all(out, options, &file, &names)?;
    let count = |word: &str| results.iter().filter(|tested| tested.outcome.word() == word).count();
    let passed = results.iter().all(|tested| tested.outcome.is_good());
    let tests: Vec<Value> = results.iter().map(Tested::object).collect();
    out.object(&json!({
        "file": UntrustedText::from(file.as_path()).to_string(), "name": note.name.to_string(),
        "version": note.version.to_string(), "total": tests.len(), "passed": count("ok"),
        "failed": count("FAILED"), "crashed": count("crashed"), "hung": count("hung"), "skipped": count("skipped"), "not_run": count("not run"),
        "exports_beside_entry": verified.facts.exports.iter().map(UntrustedText::to_string).collect::<Vec<_>>(), "tests": tests,
    }));
    let parts = ["ok", "FAILED", "crashed", "hung", "skipped", "not run"].map(|word| (count(word), word));
    let parts = parts.iter().filter(|(count, word)| *count > 0 || *word == "ok");
    let totals = parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
    let totals = format!("{} tests: {totals}", results.len());
    out.line(format!("\n{}", if passed { out.paint.good(totals) } else { out.paint.bad(totals) }));
    Ok(passed)
}

/// Options for a kind that the plugin does not have would be passed over.
fn fits(subject: &child::SubjectOptions, kinds: u32) -> Result<(), Failure> {
    let demands = [
        (subject.dimensions.is_some(), abi::SOCH_KIND_INDEX, "--dimensions", "an index"),
        (subject.checksum, abi::SOCH_KIND_COMPRESSION, "--checksum", "a codec"),
    ];
    match demands.iter().find(|(given, kind, ..)| *given && kinds & kind == 0) {
        Some((_, _, option, kind)) => {
            Err(Failure::usage(format!("{option} is for a plugin with {kind}, and this one has none; leave it out")))
        }
        None => Ok(()),
    }
}

fn list(out: &Output, names: &[&str]) -> bool {
    out.object(&json!({ "tests": names }));
    names.iter().for_each(|name| out.line(name));
    true
}

fn run_all(out: &Output, options: &Options, file: &Path, names: &[&'static str]) -> Result<Vec<Tested>, Failure> {
    // What crashed children leave behind goes with it.
    let mut builder = tempfile::Builder::new();
    let room = builder.prefix("sochdb-check-").permissions(Permissions::from_mode(0o700)).tempdir();
    let room = room.map_err(|error| {
        let place = std::env::temp_dir();
        let place = UntrustedText::from(place.as_path());
        Failure::new("E_TMPDIR", format!("cannot make a directory in {place}, which TMPDIR can change: {error}"))
    })?;
    let limit = Duration::from_secs(options.timeout);
    let places = Places { verdict: room.path().join("verdict"), journal: room.path().join("journal") };
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut tests: Vec<Tested> = Vec::new();
    for name in names.iter().copied() {
        let loads = tests.iter().all(|tested| tested.name != LOAD || matches!(tested.outcome, Outcome::Ok));
        let tested = if loads {
            let mut command = child::command(file, name, &options.subject, &places)?;
            command.env("TMPDIR", room.path());
            let finished = process::run(&mut command, limit).map_err(|error| format!("cannot run a test: {error}"))?;
            let (verdict, noted) = (child::take_verdict(&places.verdict), journal::take(&places.journal));
            Tested::new(name, finished, verdict, noted, limit)
        } else {
            Tested::not_run(name)
        };
        if loads {
            tested.lines(out, width);
        }
        tests.push(tested);
    }
    Ok(tests)
}
