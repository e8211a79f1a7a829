//! `verify`: the loader's decision, step by step. Nothing of the file runs, unless its probe is asked for.

use crate::input::missing::remedy;
use crate::loading::observed::{observed, outcome_name, step_json, step_name};
use crate::loading::trusting::Trusting;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::{
    DynamicPluginLoader, Kinds, LoadError, Policy, Step, StepOutcome, UntrustedText, Verdict, Verified,
};
use std::path::{Path, PathBuf};

/// On what file to decide, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file; a relative path counts from the current directory, also with `..` at its beginning
    file: PathBuf,
    #[command(flatten)]
    trusting: Trusting,
    /// Demand at least this of the plugin: development, pinned, signed or strict; a trust file can demand more
    #[arg(long, value_name = "POLICY")]
    policy: Option<Policy>,
    #[command(flatten)]
    extent: Extent,
}

/// How much is done and said.
#[derive(clap::Args, Clone, Copy, Default)]
pub(crate) struct Extent {
    /// Also run the plugin's constructors, in a process of their own, without rights where the kernel has Landlock
    #[arg(long)]
    probe: bool,
    /// Also print each step that is not run; with --json it is printed anyway
    #[arg(long)]
    verbose: bool,
}

/// Prints the decision as a host would make it that obeys the operator's trust files; true if no step refuses.
pub(crate) fn run(out: &Output, options: &Options) -> bool {
    let loader = DynamicPluginLoader::new_trusted().trust_files(options.trusting.files());
    let loader = options.policy.into_iter().fold(loader, DynamicPluginLoader::policy);
    decide(out, &crate::input::paths::absolute(&options.file), loader, options.extent)
}

/// Prints what `loader` decides on `file`; true if no step refuses that can be judged without loading it.
pub(crate) fn decide(out: &Output, file: &Path, loader: DynamicPluginLoader, extent: Extent) -> bool {
    let (decision, mut steps) =
        observed(loader, |loader| if extent.probe { loader.probe(file) } else { loader.verify(file) });
    let told = |step: &Step| steps.iter().any(|outcome: &StepOutcome| outcome.step == *step);
    let rest: Vec<Step> = Step::ALL.iter().filter(|step| !told(step)).copied().collect();
    let open = match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => {
            format!("the steps from {first} to {last} run when it is loaded, for instance by `sochdb-plugin check`")
        }
        _ => String::new(),
    };
    steps.extend(rest.into_iter().map(|step| StepOutcome::skipped(step, "needs the plugin to be loaded")));

    let remedy = decision.as_ref().err().map(|error| remedy(error, file));
    out.object(&object(file, &decision, remedy.as_deref(), &steps));
    out.line(out.paint.bold(UntrustedText::from(file)));
    let (ran, not_run): (Vec<_>, Vec<_>) = steps.iter().partition(|step| step.verdict != Verdict::Skipped);
    ran.into_iter().for_each(|step| out.line(line(out, step)));
    if extent.verbose {
        not_run.into_iter().for_each(|step| out.line(line(out, step)));
    } else {
        out.line(out.paint.dim(format!("  not run: {} later steps", not_run.len())));
    }
    match &decision {
        Ok(Verified { note, .. }) => {
            let kinds = Kinds(note.kinds).names().collect::<Vec<_>>().join(", ");
            let name = format!("{} {} ({kinds})", note.name, note.version);
            out.line(format!("\n{name}\n{}: {open}", out.paint.bold("accepted so far")));
        }
        Err(error) => {
            out.line(format!("\n{}  {}: {error}", out.paint.bad("refused"), error.code()));
            out.line(format!("remedy   {}", remedy.unwrap_or_default()));
        }
    }
    decision.is_ok()
}

/// Returns how a step ended in one line.
#[must_use]
pub fn line(out: &Output, outcome: &StepOutcome) -> String {
    let word = format!("{:<7}", outcome_name(outcome.verdict));
    let (word, detail) = match outcome.verdict {
        Verdict::Passed => (out.paint.good(word), out.paint.dim(&outcome.detail)),
        Verdict::Refused => (out.paint.bad(word), outcome.detail.clone()),
        Verdict::Skipped => (out.paint.dim(word), out.paint.dim(&outcome.detail)),
    };
    format!("  {}  {word}  {detail}", step_name(outcome.step)).trim_end().to_owned()
}

fn object(file: &Path, decision: &Result<Verified, LoadError>, remedy: Option<&str>, steps: &[StepOutcome]) -> Value {
    let error = decision.as_ref().err();
    let accepted = decision.as_ref().ok();
    json!({
        "file": UntrustedText::from(file).to_string(),
        "accepted": accepted.is_some(),
        // Those that were not run can still refuse what is accepted so far.
        "not_run": steps.iter().filter(|step| step.verdict == Verdict::Skipped).count(),
        "code": error.map(LoadError::code),
        "step": error.map(|error| error.step().name()),
        "message": error.map(LoadError::to_string),
        "remedy": remedy,
        "steps": steps.iter().map(step_json).collect::<Vec<_>>(),
        "plugin": accepted.map(|verified| json!({
            "name": verified.note.name.to_string(),
            "version": verified.note.version.to_string(),
            "kinds": Kinds(verified.note.kinds).names().collect::<Vec<_>>(),
            "sha256": verified.digest.to_string(),
        })),
        "policy": accepted.map(|verified| verified.policy.name()),
        "publisher": accepted.and_then(|verified| verified.publisher.as_deref()),
    })
}
