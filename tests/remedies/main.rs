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
use std::collections::BTreeSet;
use support::named::{all_codes, body_of_test, codes, source};
use table::{Row, ROWS};

#[test]
fn every_code_has_one_row() {
    let codes = all_codes();
    let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
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
                let text = source(file);
                assert!(codes(&text).any(|word| word == *code), "{file} does not meet {code}");
                // The rows of the poor kernels are beside their tests.
                let of_rows = file.strip_suffix("/rows.rs").map(|part| format!("{part}.rs"));
                let tests = of_rows.map_or(text, |file| source(&file));
                let body = body_of_test(&tests, file, test);
                if !READ.iter().any(|word| body.contains(word)) {
                    silent.insert(format!("{file}: {test}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "they read no remedy: {silent:#?}");
}
