//! Readers that break their promises: the suite finds each of them out, by itself or by the host's checking mode.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::DynamicPluginLoader;
use support::plugins::Private;

/// The tests of readers that fail, each with its reason.
fn failures(flags: &[&str]) -> Vec<String> {
    let loader = DynamicPluginLoader::new_trusted().contract_checks(true);
    let library = Private::compile("lying_reader", flags).load_by(&loader).expect("the plugin loads");
    let subject = Subject::loaded(library, "{}");
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("storage_reader::"));
    tests.filter_map(|test| test.failure(&subject).map(|reason| format!("{}: {reason}", test.name))).collect()
}

/// Some test fails with each of these texts.
fn found_out(lie: &str, texts: &[&str]) {
    let failures = failures(&[&format!("-D{lie}")]);
    for text in texts {
        assert!(failures.iter().any(|failure| failure.contains(text)), "{lie}: no {text:?} in {failures:#?}");
    }
}

#[test]
fn without_a_lie_it_conforms() {
    assert_eq!(failures(&[]), [""; 0]);
}

#[test]
fn a_value_that_is_freed_early() {
    found_out("FREES_VALUE", &["what_is_lent_stays_until_the_next_call: a lent value became"]);
}

#[test]
fn rows_that_are_freed_early() {
    found_out(
        "FREES_ROWS",
        &["`cursor_next` broke the plugin contract: it changed, before this call, what it had lent"],
    );
}

#[test]
fn an_array_of_the_host_that_is_kept() {
    found_out("READS_KEPT_ARRAY", &["a_cursor_ends_once_and_for_all: a cursor over 65 rows gives 64"]);
    found_out("WRITES_KEPT_ARRAY", &["it kept the host's array of an earlier call, and wrote to it"]);
}

#[test]
fn more_rows_than_there_are_places() {
    found_out("COUNTS_MORE", &["it lent 65 rows where 64 were asked for"]);
    found_out("WRITES_PAST", &["it wrote past the places that it was given"]);
}

#[test]
fn lent_bytes_at_null_with_a_length() {
    found_out("NULL_VALUE", &["it lent a value at NULL with a length"]);
    found_out("NULL_ROW", &["it lent a row at NULL with a length"]);
}
