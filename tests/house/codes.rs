//! Every code has a test that names it.

use sochdb_plugin_host::DynamicPluginLoader;
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use support::named::{all_codes, codes};
use support::{private, root, skipped, succeed, MINUTE};

/// Codes without a test, and why. One that has one must be taken out: the test says so.
const UNTESTED: &[(&str, &str)] = &[
    ("E_FAILED", "what no input is known for: failures of libraries that have no code of their own"),
    ("E_MAP", "what no input is known for: a sealed file that cannot be mapped though there is memory"),
    ("E_PLATFORM", "what no process on Linux can meet"),
    ("E_PRIVATE_COPY", "what no process on Linux can meet"),
];

fn sources(directory: &Path, all: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("a directory of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let is_test = path.components().any(|part| part.as_os_str() == "tests")
                || path.file_name().is_some_and(|name| name == "tests.rs");
            match text.split_once("#[cfg(test)]") {
                _ if path.ends_with("tests/house/codes.rs") => {}
                // It lists all of them.
                _ if path.ends_with("tests/remedies/table.rs") => {}
                _ if is_test => all.push(text),
                Some((_, test)) => all.push(test.to_owned()),
                None => {}
            }
        }
    }
}

#[test]
fn no_code_is_without_a_test() {
    let mut texts = Vec::new();
    for directory in ["tests", "host/src", "host/tests", "cli/src"] {
        sources(&root().join(directory), &mut texts);
    }
    let named: BTreeSet<&str> = texts.iter().flat_map(|text| codes(text)).collect();
    // This file names one by testing it.
    let here = ["E_EXEC_DENIED"];
    let all = all_codes();
    assert!(all.len() > 90, "{all:?}");
    let untested: Vec<&str> =
        all.iter().map(String::as_str).filter(|code| !named.contains(code) && !here.contains(code)).collect();
    assert_eq!(untested, UNTESTED.iter().map(|(code, _)| *code).collect::<Vec<_>>());
}

#[test]
fn a_file_that_the_kernels_policy_does_not_let_run_is_refused_where_it_is_asked() {
    let (_room, path) = private();
    let plugin = path.join("text.so");
    fs::write(&plugin, [0x7f; 4096]).expect("its own directory");
    fs::set_permissions(&plugin, Permissions::from_mode(0o644)).expect("its own file");
    let error = || DynamicPluginLoader::new_trusted().exec_check(true).verify(&plugin).expect_err("no plugin");
    let refused = error();
    match refused.code() {
        "E_EXEC_DENIED" => {}
        "E_ELF_MAGIC" => {
            return skipped("a_file_that_the_kernels_policy_does_not_let_run", "this kernel cannot say it")
        }
        other => panic!("{other}"),
    }
    let remedy = refused.remedy();
    let (command, _) = remedy.split_once(", or ").expect("a command first");
    assert_eq!(command, format!("chmod a+x {}", plugin.display()));
    succeed(Command::new("sh").args(["-c", command]), MINUTE);
    assert_eq!(error().code(), "E_ELF_MAGIC");
}
