//! Runs the conformance suite on a library.

use crate::plugins::load;
use sochdb_plugin_conformance::{tests_for, Level, Subject};
use std::path::Path;

/// A configuration for `observability_json`.
pub const JSON_CONFIG: &str = r#"{"path": "{dir}/lines.jsonl"}"#;

/// The tests that fail, each with its reason.
pub fn failures(subject: &Subject) -> Vec<(&'static str, String)> {
    let mut run = 0;
    let failures = tests_for(subject).inspect(|_| run += 1);
    let failures = failures.filter_map(|test| Some((test.name, test.failure(subject)?))).collect();
    assert!(run >= 12, "{}: only {run} tests are for it", subject.info().name);
    failures
}

/// Runs the whole suite, and reports every test that failed.
pub fn conforms(subject: &Subject) {
    let failures = failures(subject);
    assert!(failures.is_empty(), "{}: {failures:#?}", subject.info().name);
}

/// Runs its quick tests: for a twin of a plugin that has run the others.
pub fn conforms_quickly(subject: &Subject) {
    let quick = tests_for(subject).filter(|test| test.level == Level::Quick);
    let failures: Vec<_> = quick.filter_map(|test| Some((test.name, test.failure(subject)?))).collect();
    assert!(failures.is_empty(), "{}: {failures:#?}", subject.info().name);
}

/// Loads a private copy of `library` as a subject.
pub fn loaded(library: &Path, config: &str) -> Subject {
    Subject::loaded(load(library), config)
}
