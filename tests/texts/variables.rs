//! Environment variables.

use crate::sources::{all, of_command, pages, product, words, Text};
use std::collections::BTreeSet;
use std::fs;
use support::root;

/// How the names of variables begin; those of the header's constants begin so, too.
const BEGINNINGS: [&str; 9] = ["SOCHDB_", "SOCH_", "XDG_", "LD_", "GLIBC_", "MALLOC_", "CARGO_", "RUST", "TSAN_"];

/// Those that have no such beginning.
const WHOLE: [&str; 5] = ["HOME", "TMPDIR", "TERM", "COLUMNS", "NO_COLOR"];

/// Variables that another program reads, and which one.
const OF_OTHERS: [(&str, &str); 8] = [
    ("LD_PRELOAD", "the dynamic linker"),
    ("LD_LIBRARY_PATH", "the dynamic linker"),
    ("LD_AUDIT", "the dynamic linker"),
    ("CARGO_HOME", "cargo"),
    ("CARGO_TARGET_DIR", "cargo"),
    ("RUSTDOCFLAGS", "cargo"),
    ("RUSTFLAGS", "cargo"),
    ("RUSTUP_TOOLCHAIN", "rustup"),
];

fn is_of_name(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

fn is_variable(word: &str) -> bool {
    let begins = |begin: &str| word.strip_prefix(begin).is_some_and(|rest| rest.len() > 1);
    WHOLE.contains(&word) || BEGINNINGS.iter().any(|begin| begins(begin))
}

/// The contract's macros and constants.
fn of_header() -> BTreeSet<String> {
    let headers = ["include/sochdb_plugin.h", "include/sochdb_plugin.hpp"];
    let texts = headers.map(|name| fs::read_to_string(root().join(name)).expect("a header"));
    texts.iter().flat_map(|text| words(text, is_of_name)).map(str::to_owned).collect()
}

/// Whether some source has this name as a text, which it asks for, or a script uses it.
fn is_read(name: &str, sources: &[Text]) -> bool {
    let (quoted, in_shell) = (format!("\"{name}\""), [format!("${name}"), format!("${{{name}"), format!("{name}=")]);
    sources.iter().any(|source| {
        source.text.contains(&quoted)
            || (source.name.starts_with(".ci/") && in_shell.iter().any(|use_of| source.text.contains(use_of)))
    })
}

#[test]
fn no_text_names_a_variable_that_nobody_reads() {
    let (of_header, sources) = (of_header(), all());
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for text in pages().into_iter().chain(of_command()) {
        for word in words(&text.text.replace("\\_", "_"), is_of_name).filter(|word| is_variable(word)) {
            let of_others = OF_OTHERS.iter().any(|(name, _)| *name == word);
            if !of_header.contains(word) && !of_others && !is_read(word, &sources) {
                faults.push(format!("{}: {word}", text.name));
            }
            seen.insert(word.to_owned());
        }
    }
    assert!(faults.is_empty(), "nobody reads them:\n{}", faults.join("\n"));
    assert!(seen.contains("SOCHDB_ALLOW_NATIVE_PLUGINS") && seen.contains("SOCH_RENEW_HEADER"), "{seen:?}");
}

#[test]
fn a_variable_that_nobody_reads_would_be_found() {
    // In two parts, as this source would have it otherwise.
    let wrong = ["SOCHDB_ALLOW", "_ALL_PLUGINS"].concat();
    assert!(is_variable(&wrong) && !of_header().contains(&wrong) && !is_read(&wrong, &all()));
}

#[test]
fn every_variable_that_the_product_reads_is_in_a_text_for_its_reader() {
    let texts: Vec<Text> = pages().into_iter().chain(of_command()).collect();
    let of_header = of_header();
    let (mut read, mut faults) = (BTreeSet::new(), Vec::new());
    for source in
        product().iter().filter(|source| source.name.starts_with("host/src") || source.name.starts_with("cli/src"))
    {
        for quoted in source.text.split('"').skip(1).step_by(2) {
            // Cargo's are read when this is compiled.
            let is_read = is_variable(quoted) && !quoted.starts_with("CARGO_");
            if quoted.chars().all(is_of_name) && is_read && !of_header.contains(quoted) {
                read.insert(quoted.to_owned());
            }
        }
    }
    for name in &read {
        let is_told = |text: &Text| words(&text.text.replace("\\_", "_"), is_of_name).any(|word| word == name);
        if !texts.iter().any(is_told) {
            faults.push(name.as_str());
        }
    }
    assert!(faults.is_empty(), "no text says of them: {faults:?}");
    assert!(read.len() > 6 && read.contains("GLIBC_TUNABLES"), "{read:?}");
}
