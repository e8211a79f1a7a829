//! `verify`: the loader's decision, step by step, without running anything of the file.

use crate::output::Output;
use crate::plugins::{kind_names, observed, outcome_name, step_json, step_name};
use serde_json::{json, Value};
use sochdb_plugin_host::{LoadError, Step, StepOutcome, Text, Verdict, Verified};
use std::path::Path;
use std::time::Duration;

/// Prints the decision on `file`; true if no step refuses that can be judged without loading it.
pub(crate) fn run(out: &Output, file: &Path) -> bool {
    let (decision, mut steps) = observed(|loader| loader.verify(file));
    let told = |step: &Step| steps.iter().any(|outcome: &StepOutcome| outcome.step == *step);
    let rest: Vec<Step> = Step::ALL.iter().filter(|step| !told(step)).copied().collect();
    let open = match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => format!("{first} to {last} need the plugin to be loaded, see `check`"),
        _ => String::new(),
    };
    let left = |step| {
        let (verdict, detail) = (Verdict::Skipped, "needs the plugin to be loaded".to_owned());
        StepOutcome { step, verdict, detail, elapsed: Duration::ZERO }
    };
    steps.extend(rest.into_iter().map(left));

    out.object(&object(file, &decision, &steps));
    out.line(out.paint.bold(Text::from(file)));
    steps.iter().for_each(|step| out.line(line(out, step)));
    match &decision {
        Ok(Verified { note, .. }) => {
            let kinds = kind_names(note.kinds).join(", ");
            let name = format!("{} {} ({kinds})", note.name, note.version);
            out.line(format!("\n{name}\n{}: {open}", out.paint.bold("accepted so far")));
        }
        Err(error) => {
            out.line(format!("\n{}  {}: {error}", out.paint.bad("refused"), error.code()));
            out.line(format!("remedy   {}", error.remedy()));
        }
    }
    decision.is_ok()
}

/// One step in one line.
pub(crate) fn line(out: &Output, outcome: &StepOutcome) -> String {
    let word = format!("{:<7}", outcome_name(outcome.verdict));
    let (word, detail) = match outcome.verdict {
        Verdict::Passed => (out.paint.good(word), out.paint.dim(&outcome.detail)),
        Verdict::Refused => (out.paint.bad(word), outcome.detail.clone()),
        Verdict::Skipped => (out.paint.dim(word), out.paint.dim(&outcome.detail)),
    };
    format!("  {}  {word}  {detail}", step_name(outcome.step)).trim_end().to_owned()
}

fn object(file: &Path, decision: &Result<Verified, LoadError>, steps: &[StepOutcome]) -> Value {
    let error = decision.as_ref().err();
    let accepted = decision.as_ref().ok();
    json!({
        "file": Text::from(file).to_string(),
        "accepted": accepted.is_some(),
        // A refusal is final; the steps from the dynamic linker on can still refuse.
        "complete": accepted.is_none(),
        "code": error.map(LoadError::code),
        "step": error.map(|error| error.step().name()),
        "message": error.map(LoadError::to_string),
        "remedy": error.map(LoadError::remedy),
        "steps": steps.iter().map(step_json).collect::<Vec<_>>(),
        "plugin": accepted.map(|verified| json!({
            "name": verified.note.name.to_string(),
            "version": verified.note.version.to_string(),
            "kinds": kind_names(verified.note.kinds),
            "sha256": verified.digest.to_string(),
        })),
    })
}
