//! The table of threats names tests that exist, and steps of the loader.

use sochdb_plugin_host::Step;
use support::named::{body_of_test, source};

fn threats() -> String {
    source("host/src/threats.md")
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn no_threat_names_a_test_that_does_not_exist() {
    let text = threats();
    let mut file: Option<(&str, String)> = None;
    let (mut files, mut tests) = (0, 0);
    for word in quoted(&text) {
        let is_name = word.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
        if word.ends_with(".rs") {
            file = Some((word, source(word)));
            files += 1;
        } else if is_name && word.matches('_').count() >= 3 {
            let (name, source) = file.as_ref().unwrap_or_else(|| panic!("no file is named before {word}"));
            body_of_test(source, name, word);
            tests += 1;
        }
    }
    assert!(files >= 30 && tests >= 30, "only {files} files and {tests} tests are named");
}

#[test]
fn the_table_of_systems_has_a_place_for_each_step() {
    let table = source("host/src/system/steps.md");
    let named: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).flat_map(first_cell).collect();
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
    assert_eq!(named, steps, "each step has its row, in the order of running");
}

/// The names of steps in the first cell of a row.
fn first_cell(row: &str) -> Vec<&str> {
    quoted(row.split('|').nth(1).unwrap_or_default())
}

#[test]
fn a_threat_that_a_step_stops_names_the_step() {
    let text = threats();
    for row in text.lines().filter(|line| line.starts_with("| ") && line.contains("E_") && line.contains("corpus")) {
        let named = quoted(row).iter().any(|word| Step::ALL.iter().any(|step| step.name() == *word));
        assert!(named, "a row names no step: {row}");
    }
}
