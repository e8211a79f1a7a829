//! `explain`: what a code means, at which step it comes, and what to do.

use crate::explanations::entries::{entries, remedy, Entry};
use crate::explanations::examples::example;
use crate::explanations::sandboxes::{PROVES, SANDBOXES};
use crate::input::similar::nearest;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::Step;
use std::collections::BTreeMap;

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
            let (code, nearest) = ("E_CODE_UNKNOWN", nearest(&wanted, entries().map(|entry| entry.code)));
            let message = format!("there is no code {wanted:?}; like it: {}", nearest.join(", "));
            out.object(&json!({
                "code": code, "step": null, "message": message, "remedy": remedy(code), "nearest": nearest,
            }));
            out.line(message);
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

/// The codes of any step; the tables of refusals have them where they can come first.
const OF_ANY_STEP: [&str; 2] = ["E_SHORTAGE", "E_LOAD_TIMEOUT"];

/// What of a plugin has run when this step refuses it with this code.
fn ran(code: &str, step: Step) -> &'static str {
    match step {
        _ if OF_ANY_STEP.contains(&code) => "as where the step that the refusal names refuses; before `probe`, nothing",
        // It was not begun, or ended before it could say that the constructors had returned.
        Step::Probe if code == "E_PROBE_UNAVAILABLE" => "nothing in the host, by this load",
        step if step < Step::Probe => "nothing of the plugin",
        Step::Probe => "its constructors, in a process of their own that has ended; nothing in the host",
        _ => "its constructors, perhaps also in the host",
    }
}

fn print(out: &Output, entry: &Entry) {
    let line = |name: &str, text: &str| out.line(format!("  {}  {text}", out.paint.dim(format!("{name:<7}"))));
    out.line(out.paint.bold(entry.code));
    match entry.step {
        Some(step) => {
            if OF_ANY_STEP.contains(&entry.code) {
                line("step", &format!("{}, or any later one; the refusal names it", step.name()));
            } else {
                line("step", step.name());
                line("checks", step.description());
            }
            line("has run", ran(entry.code, step));
        }
        None => line("step", "none: the command itself says it"),
    }
    line("cause", &entry.cause);
    line("remedy", &entry.remedy);
    if entry.step == Some(Step::Probe) {
        line("shows", PROVES);
        for (sandbox, reach) in SANDBOXES {
            line("reach", &format!("with {sandbox}: {reach}"));
        }
    }
    if let Some(example) = example(entry.code) {
        out.line("");
        line("example", &example.to_string());
        let remedy = example.remedy();
        if remedy != entry.remedy {
            line("remedy", &remedy);
        }
    }
}

fn object(entry: &Entry) -> Value {
    json!({
        "code": entry.code,
        "step": entry.step.map(Step::name),
        "checks": entry.step.map(Step::description),
        "has_run": entry.step.map(|step| ran(entry.code, step)),
        "cause": entry.cause,
        "remedy": entry.remedy,
        "shows": (entry.step == Some(Step::Probe)).then_some(PROVES),
        "reach": (entry.step == Some(Step::Probe)).then(|| SANDBOXES.into_iter().collect::<BTreeMap<_, _>>()),
        "example": example(entry.code).map(|error| json!({ "message": error.to_string(), "remedy": error.remedy() })),
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
