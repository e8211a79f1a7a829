//! `explain`: what a code means, at which step it comes, and what to do.

use crate::codes::OF_COMMAND;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::{ElfError, LoadError, Step};

/// A code, as it is explained.
struct Entry {
    code: &'static str,
    /// The step that refuses with it; `None` for a code of this command.
    step: Option<Step>,
    cause: String,
    remedy: String,
}

/// Explains `code`, or lists all codes; false if there is no such code.
pub(crate) fn run(out: &Output, code: Option<&str>) -> bool {
    let Some(asked) = code else {
        list(out);
        return true;
    };
    let wanted = normal(asked);
    match entries().find(|entry| entry.code == wanted) {
        Some(entry) => {
            out.object(&object(&entry));
            print(out, &entry);
            true
        }
        None => {
            let nearest = nearest(&wanted);
            let error = format!("there is no code {wanted:?}; the nearest are {}", nearest.join(", "));
            out.object(&json!({ "error": error, "code": "E_CODE_UNKNOWN", "nearest": nearest }));
            out.line(error);
            false
        }
    }
}

/// The code as the tables have it: in capitals, with `E_`.
fn normal(asked: &str) -> String {
    let asked = asked.trim().to_ascii_uppercase().replace('-', "_");
    if asked.starts_with("E_") {
        asked
    } else {
        format!("E_{asked}")
    }
}

/// Every code: those of the loader in the order of its steps, then those of this command.
fn entries() -> impl Iterator<Item = Entry> {
    let mut refusals: Vec<_> = LoadError::TABLE.iter().chain(ElfError::TABLE).collect();
    refusals.sort_by_key(|reason| reason.step);
    let refusals = refusals.into_iter().map(|reason| {
        let (cause, remedy) = (without_formats(reason.cause), without_formats(reason.remedy));
        Entry { code: reason.code, step: Some(reason.step), cause, remedy }
    });
    let own = OF_COMMAND.iter().map(|(code, cause, remedy)| Entry {
        code,
        step: None,
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    });
    refusals.chain(own)
}

/// `{mode:04o}` as `<mode>`: what was found stands there.
fn without_formats(text: &str) -> String {
    // The remedy of some rows is all in one field.
    if text.starts_with('{') && text.find('}') == Some(text.len() - 1) {
        return "the refusal itself says it: it depends on what was found".to_owned();
    }
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, (field, after))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        let name = field.split(':').next().unwrap_or_default();
        shown.push_str(&format!("{before}<{name}>"));
        rest = after;
    }
    shown + rest
}

fn print(out: &Output, entry: &Entry) {
    let name = |name: &str| out.paint.dim(format!("{name:<7}"));
    out.line(out.paint.bold(entry.code));
    match entry.step {
        Some(step) => {
            out.line(format!("  {}  {step}", name("step")));
            out.line(format!("  {}  {}", name("checks"), step.description()));
        }
        None => out.line(format!("  {}  none: the command itself says it", name("step"))),
    }
    out.line(format!("  {}  {}", name("cause"), entry.cause));
    out.line(format!("  {}  {}", name("remedy"), entry.remedy));
}

fn object(entry: &Entry) -> Value {
    json!({
        "code": entry.code,
        "step": entry.step.map(Step::name),
        "checks": entry.step.map(Step::description),
        "cause": entry.cause,
        "remedy": entry.remedy,
    })
}

fn list(out: &Output) {
    out.object(&json!({ "codes": entries().map(|entry| object(&entry)).collect::<Vec<_>>() }));
    let mut last = None;
    for entry in entries() {
        if last != Some(entry.step) {
            let heading = entry.step.map_or("the command itself", Step::name);
            let checks = entry.step.map_or("", Step::description);
            out.line(format!("{}  {}", out.paint.bold(heading), out.paint.dim(checks)));
            last = Some(entry.step);
        }
        out.line(format!("  {:<22}  {}", entry.code, entry.cause));
    }
    out.line("\nExit codes: 0 yes, 1 no or no result, 2 wrong usage. `explain CODE` gives the remedy.");
}

/// The three codes that are most like `wanted`.
fn nearest(wanted: &str) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = entries().map(|entry| entry.code).collect();
    codes.sort_by_key(|code| distance(wanted, code));
    codes.truncate(3);
    codes
}

/// How many characters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
