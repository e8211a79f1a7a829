//! `check`: the conformance suite on one plugin, each test in a process of its own.

pub(crate) mod again;
pub(crate) mod cache;
pub(crate) mod calls;
pub(crate) mod child;
pub(crate) mod deciding;
pub(crate) mod drawn;
pub(crate) mod expected;
pub(crate) mod frames;
pub(crate) mod fuzzing;
pub(crate) mod journal;
pub(crate) mod last_check;
pub(crate) mod latencies;
pub(crate) mod outcome;
pub(crate) mod process;
pub(crate) mod process_watch;
pub(crate) mod report;
pub(crate) mod runs;
pub(crate) mod selection;
pub(crate) mod skip_file;
mod surroundings;

use crate::commands::check::outcome::Tested;
use crate::commands::check::report::findings::Findings;
use crate::commands::check::runs::Checked;
use crate::commands::check::selection::Chosen;
use crate::commands::checked_report;
use crate::output::failure::Failure;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::sdk::abi;
use sochdb_plugin_host::{Refusal, UntrustedText, Verified};
use std::path::{Path, PathBuf};

/// What is checked, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file; a relative path counts from the current directory, also with `..` at its beginning
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
    #[command(flatten)]
    selection: selection::Selection,
    #[command(flatten)]
    subject: child::SubjectOptions,
    #[command(flatten)]
    reports: report::Reports,
    #[command(flatten)]
    running: runs::Running,
    #[command(flatten)]
    fuzzing: fuzzing::Fuzzing,
}

impl Options {
    /// Whether each test is listed, also one that looks at nothing.
    fn shows_all(&self) -> bool {
        self.reports.verbose || self.selection.names_some()
    }
}

/// Prints the results; true if all tests passed.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let file = options.file.as_deref().map(crate::input::paths::absolute);
    let Some(file) = file else { return Ok(list(out, &options.selection.chosen(u32::MAX, None)?)) };
    let (deciding, _written) = options.subject.deciding.with_dependencies(&file)?;
    let verified = match deciding.loader().verify(&file) {
        Ok(verified) => verified,
        Err(error) => {
            crate::commands::verify::decide(out, &file, deciding.loader(), Default::default());
            if let Refusal::DepForbidden { found, .. } = error.refusal() {
                out.line(
                    "`check` obeys the trust files that it is told, such as --trust ~/.config/sochdb/trust.toml, and \
                    lets a plugin need what --allow-dependency names",
                );
                if !found.is_empty() {
                    let options = again::line(found.iter().flat_map(|at| ["--allow-dependency".into(), at.into()]));
                    out.line(format!("to allow what was found, add: {options}"));
                }
            }
            return Ok(false);
        }
    };
    let Verified { note, .. } = &verified;
    fits(&options.subject, note.kinds)?;
    let chosen = options.selection.chosen(note.kinds, Some(&file))?;
    if options.selection.list {
        return Ok(list(out, &chosen));
    }
    out.line(out.paint.bold(format!("{} {}", note.name, note.version)));
    crate::commands::inspect::exports(&verified.facts).into_iter().for_each(|hint| out.line(hint));
    let subject = options.subject.with_deciding(deciding);
    let checked = Checked { file: &file, subject: &subject, said: &options.subject };
    if let Some(passed) = fuzzing::run(out, &options.fuzzing, &checked, note.kinds)? {
        return Ok(passed);
    }
    let running = &options.running;
    options.reports.have_a_place()?;
    out.line(out.paint.dim(expected::line(&file, &chosen, running.repeat)));
    let results = runs::run(out, running, &checked, chosen, options.shows_all())?;
    last_check::keep(&file, &results, running.repeat);
    report(out, options, &file, &verified, &results)
}

/// Prints the sum, and writes what else is wanted; true if all passed.
fn report(
    out: &Output,
    options: &Options,
    file: &Path,
    verified: &Verified,
    results: &[Tested],
) -> Result<bool, Failure> {
    let note = &verified.note;
    let count = |word: &str| results.iter().filter(|tested| tested.outcome.word() == word).count();
    let passed = results.iter().all(|tested| tested.outcome.is_good());
    let again = |tested: &Tested| again::command(file, tested.name, &options.subject.with_seed(tested.seed));
    let tests: Vec<Value> = results.iter().map(|tested| tested.object(&again(tested))).collect();
    let complete = options.selection.is_all() && !options.running.in_process;
    let mut object = json!({
        "file": UntrustedText::from(file).to_string(), "name": note.name.to_string(),
        "version": note.version.to_string(), "seed": options.subject.seed, "total": tests.len(), "passed": count("ok"),
        "failed": count("FAILED"), "crashed": count("crashed"), "hung": count("hung"), "skipped": count("skipped"),
        "not_run": count("not run"),
        "exports_beside_entry": verified.facts.exports.iter().map(UntrustedText::to_string).collect::<Vec<_>>(), "tests": tests,
    });
    if let Value::Object(object) = &mut object {
        object.append(&mut checked_report::keys(&verified.digest, note.kinds, complete));
    }
    out.object(&object);
    let parts = ["ok", "FAILED", "crashed", "hung", "skipped", "not run"].map(|word| (count(word), word));
    let parts = parts.iter().filter(|(count, word)| *count > 0 || *word == "ok");
    let totals = parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
    let totals = format!("{}: {totals}", outcome::counted(results.len()));
    out.line(format!("\n{}", if passed { out.paint.good(totals) } else { out.paint.bad(totals) }));
    outcome::not_passed(results).iter().for_each(|line| out.line(line));
    if !options.shows_all() {
        outcome::unlisted(results).iter().for_each(|line| out.line(line));
    }
    let findings = Findings {
        plugin: format!("{} {}", note.name, note.version),
        file,
        digest: verified.digest.to_string(),
        seed: options.subject.seed,
        tests: results,
    };
    options.reports.write(&findings, again)?;
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

fn list(out: &Output, chosen: &Chosen) -> bool {
    let names: Vec<&str> = chosen.iter().filter(|(_, skipped)| skipped.is_none()).map(|(name, _)| *name).collect();
    out.object(&json!({ "tests": names }));
    names.iter().for_each(|name| out.line(name));
    true
}
