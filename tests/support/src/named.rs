//! Tests and codes by their names, for the tables that name them.

use crate::root;
use sochdb_plugin_host::{ElfError, Refusal};
use std::collections::BTreeSet;
use std::fs;

/// The source of a file of the repository.
///
/// # Panics
/// If it cannot be read.
pub fn source(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|why| panic!("{file}: {why}"))
}

/// The body of the test `name` in `source`, which is that of `file`, up to its end.
///
/// # Panics
/// If there is no function of this name, or it is no test.
pub fn body_of_test<'a>(source: &'a str, file: &str, name: &str) -> &'a str {
    let at = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("{file} has no test {name}"));
    assert!(source[..at].trim_end().ends_with("#[test]"), "{name} of {file} is no test");
    source[at..].split("\n}\n").next().unwrap_or_default()
}

/// The codes that a text names.
pub fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.starts_with("E_") && word.len() > 2)
}

/// The codes of all refusals, of the loader and of the command.
///
/// # Panics
/// If the command's source cannot be read.
pub fn all_codes() -> BTreeSet<String> {
    let of_command = source("cli/src/explanations/codes.rs");
    let of_loader = Refusal::TABLE.iter().chain(ElfError::TABLE).map(|reason| reason.code);
    of_loader.chain(codes(&of_command)).map(str::to_owned).collect()
}
