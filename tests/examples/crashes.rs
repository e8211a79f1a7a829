//! Durable plugins keep what they promised when their process is killed, the power fails, or calls of the system do.

use sochdb_plugin_conformance::{tests_for, Level};
use support::command::{command, one_object, LIMIT};
use support::conforms::loaded;
use support::in_c;
use support::plugins::Private;
use support::{run, skipped};

/// Some points of each test: `check` tries more by itself.
const POINTS: &str = "16";

#[track_caller]
fn keeps(plugin: &Private, tests: &str, options: &[&str]) {
    let mut check = command();
    check.args(["check", "--json", "--timeout", "200", "--crash-points", POINTS, "--test", tests]).args(options);
    let answer = one_object(&run(check.arg(&plugin.path), LIMIT), 0);
    for test in answer["tests"].as_array().expect("tests") {
        if test["outcome"] == "skipped" {
            let reason = test["reason"].as_str().expect("a reason");
            // The log makes no copies and has no readers.
            if ["`checkpoint` is unsupported", "`open_reader` is unsupported"].contains(&reason) {
                continue;
            }
            assert!(reason.contains("supervised") || reason.contains("look at its child"), "{test}");
            skipped(tests, reason);
        }
    }
}

#[test]
fn of_storages() {
    let log = Private::compile("rows_in_a_log", &["-pthread"]);
    for plugin in [&Private::copy(&in_c!("storage_lmdb")), &log] {
        keeps(plugin, "storage_crash::*", &[]);
        keeps(plugin, "storage_crash::*", &["--crash-strict"]);
    }
    keeps(&log, "storage_expiry::*", &[]);
}

/// Keys that have an order, vectors, and texts.
#[test]
fn of_indexes() {
    for flags in [&["-pthread"][..], &["-pthread", "-DVECTORS"]] {
        keeps(&Private::compile("index_in_a_log", flags), "index_crash::*", &[]);
    }
    let texts = Private::compile("texts_in_a_file", &[]);
    keeps(&texts, "index_crash::*", &[]);
    keeps(&texts, "index_crash::a_power_loss*", &["--crash-strict"]);
}

/// The suite's other runs on LMDB do not wait for the disk, and what is not durable need not come again.
#[test]
fn of_a_storage_that_comes_again() {
    let subject = loaded(&in_c!("storage_lmdb"), "{}");
    let quick = tests_for(&subject).filter(|test| test.level == Level::Quick);
    let tests: Vec<_> = quick.filter(|test| test.name.starts_with("storage_reopen::")).collect();
    assert!(tests.len() > 4, "{tests:?}");
    for test in tests {
        assert_eq!((test.run)(&subject), Ok(()), "{}", test.name);
    }
}
