//! What `sochdb-plugin check` says of a mutant.

use crate::subject::Mutant;
use support::command::{command, one_object, outcomes, LIMIT};
use support::plugins::Private;
use support::run;

/// Which tests found the mistake.
pub struct Found {
    /// The tests that did not pass, by name.
    pub by: Vec<String>,
    /// What these said.
    pub why: String,
    /// The tests that were run.
    pub run: Vec<String>,
}

/// Runs the tests that these patterns name, each so many times. A mistake that two threads must meet is met in one of a few runs.
pub fn checked(mutant: &Mutant, plugin: &Private, patterns: &[&str], times: usize) -> Found {
    let mut check = command();
    check.args(["check", "--json", "--timeout", "20", "--repeat"]).arg(times.to_string()).args(mutant.plugin.options);
    patterns.iter().for_each(|pattern| _ = check.args(["--test", pattern]));
    let finished = run(check.arg(&plugin.path), LIMIT);
    let answer = one_object(&finished, finished.status.code().unwrap_or(-1));
    assert!(answer["tests"].is_array(), "{}: {answer}", mutant.name);
    let outcomes = outcomes(&answer, "tests");
    let run = outcomes.iter().filter(|(_, outcome)| !matches!(*outcome, "skipped" | "not run"));
    let by = run.clone().filter(|(_, outcome)| *outcome != "ok").map(|(name, _)| (*name).to_owned()).collect();
    let reasons = answer["tests"].as_array().into_iter().flatten().filter(|test| test["outcome"] != "ok");
    let why = reasons.filter_map(|test| test["reason"].as_str()).collect::<Vec<_>>().join("; ");
    Found { by, why, run: run.map(|(name, _)| (*name).to_owned()).collect() }
}
