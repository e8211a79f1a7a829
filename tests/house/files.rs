//! Rules of every file: its length, where it is included, where its tests are, and that a test says what it is about.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{root, skipped};

const LONGEST: usize = 400;
/// Above this, tests have a file of their own.
const LONGEST_WITH_TESTS: usize = 100;

/// Files that include another one by its path, and why.
const BY_PATH: &[(&str, &str)] = &[
    ("build.rs", "no module can have the name of the folder `examples-c`"),
    ("host/fuzz/targets/config.rs", "it compares with what a test compares with, and is in a workspace of its own"),
    ("tests/contract/slots.rs", "it tests what the build script reads the contract with"),
    ("tests/plugins/own_allocator/src/lib.rs", "it is another plugin of the same source"),
    ("tests/support/src/lib.rs", "the host's package, which has the file, is tested without this repository"),
];

/// The files of the repository with one of these endings, each with its text; none if this is no checkout.
fn files(test: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().expect("git runs");
    let text = String::from_utf8(listed.stdout).expect("names in UTF-8");
    let paths = text.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from);
    let with_ending = |path: &PathBuf| path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending));
    // One that is deleted, but not in git yet, cannot be read; a link is no file of its own.
    let read = |path: PathBuf| {
        let file = root().join(&path);
        (!file.is_symlink()).then(|| fs::read_to_string(file).ok()).flatten().map(|text| (path, text))
    };
    let files: Vec<_> = paths.filter(with_ending).filter_map(read).collect();
    if files.is_empty() {
        skipped(test, "this is no git checkout");
    }
    files
}

#[test]
fn no_file_is_longer_than_a_reader_is_patient() {
    let files = files("no_file_is_longer_than_a_reader_is_patient", &["rs", "c", "h", "hpp", "cpp"]);
    // build.rs writes them, and the parts that it joins have their lengths looked at.
    let written =
        ["sochdb_plugin.h", "sochdb_plugin.hpp", "sochdb_config.h"].map(|name| Path::new("include").join(name));
    let lengths =
        files.iter().filter(|(path, _)| !written.contains(path)).map(|(path, text)| (path, text.lines().count()));
    let long: Vec<_> = lengths.filter(|(_, lines)| *lines > LONGEST).collect();
    assert!(long.is_empty(), "no file has more than {LONGEST} lines: {long:?}");
}

#[test]
fn tests_do_not_make_a_source_long() {
    let files = files("tests_do_not_make_a_source_long", &["rs"]);
    let long = files.iter().filter(|(_, text)| {
        text.lines().any(|line| line == "mod tests {") && text.lines().count() > LONGEST_WITH_TESTS
    });
    let long: Vec<_> = long.map(|(path, _)| path).collect();
    assert!(long.is_empty(), "tests of a file of more than {LONGEST_WITH_TESTS} lines are in its `tests.rs`: {long:?}");
}

#[test]
fn a_module_is_where_its_name_says() {
    let files = files("a_module_is_where_its_name_says", &["rs"]);
    let by_path = |text: &str| text.lines().any(|line| line.trim_start().starts_with("#[path"));
    let found: Vec<&str> = files
        .iter()
        .filter(|(_, text)| by_path(text))
        .map(|(path, _)| path.to_str().expect("a name in ASCII"))
        .collect();
    let written: Vec<&str> = BY_PATH.iter().map(|(path, _)| *path).collect();
    if !files.is_empty() {
        assert_eq!(found, written, "files with `#[path]`, and those that may have it");
    }
}

#[test]
fn a_test_says_in_its_first_line_what_it_is_about() {
    let files = files("a_test_says_in_its_first_line_what_it_is_about", &["rs"]);
    let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
    let silent: Vec<_> =
        files.iter().filter(|(path, text)| is_test(path) && !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "the first line of a file of tests says what they are about: {silent:?}");
}
