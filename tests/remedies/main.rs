//! Every code with the test that follows its remedy literally until it ends in success. One table has them all, and the
//! test of it fails for a code without a row.

mod command;
mod files;
mod follow;
mod needed;
mod paths;
mod process;
mod table;
mod trust;
mod vendor;
mod vendor_remedies;
use sochdb_plugin_host::{ElfError, LoadError};
use std::collections::BTreeSet;
use std::fs;
use support::root;
use table::{Row, ROWS};

#[test]
fn every_code_has_one_row() {
    let of_command =
        fs::read_to_string(root().join("cli/src/explanations/codes.rs")).expect("the codes of the command");
    let words = of_command.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let of_command = words.filter(|word| word.starts_with("E_") && word.len() > 2);
    let of_loader = LoadError::TABLE.iter().chain(ElfError::TABLE).map(|reason| reason.code);
    let codes: BTreeSet<&str> = of_loader.chain(of_command).collect();
    let rows: BTreeSet<&str> = ROWS.iter().map(|(code, _)| *code).collect();
    assert_eq!(rows.len(), ROWS.len(), "a code has two rows");
    assert_eq!(codes.difference(&rows).collect::<Vec<_>>(), Vec::<&&str>::new(), "codes without a row");
    assert_eq!(rows.difference(&codes).collect::<Vec<_>>(), Vec::<&&str>::new(), "rows without a code");
}

/// What of a test's words reads a remedy: itself, or by what it calls.
const READ: [&str; 5] = ["remedy", "refused(&operator", "obey(", "no_path(", "check(false"];

/// A row names a test that exists, in a file that meets the code and reads remedies.
#[test]
fn every_row_leads_to_its_test() {
    let mut silent = BTreeSet::new();
    for (code, row) in ROWS {
        match row {
            Row::Nobody(why) => assert!(why.len() > 20, "{code}: no reason"),
            Row::Followed(file, test) => {
                let text = fs::read_to_string(root().join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
                let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                assert!(words.any(|word| word == *code), "{file} does not meet {code}");
                // The rows of the poor kernels are beside their tests.
                let of_rows = file.strip_suffix("/rows.rs").map(|part| format!("{part}.rs"));
                let tests = of_rows.map_or(text, |file| fs::read_to_string(root().join(file)).expect("its tests"));
                let found = tests.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
                assert!(tests[..found].trim_end().ends_with("#[test]"), "{test} is no test");
                let body = tests[found..].split("\n}\n").next().unwrap_or_default();
                if !READ.iter().any(|word| body.contains(word)) {
                    silent.insert(format!("{file}: {test}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "they read no remedy: {silent:#?}");
}
