//! The numbers of limits: each is said as the constant has it.

use crate::sources::{of_command, pages, Text};
use std::fs;
use support::root;

/// A limit: what stands near its number, and the constant.
struct Row {
    near: &'static str,
    file: &'static str,
    constant: &'static str,
    /// What is said is less by so much: without the byte that ends a text.
    less: u128,
}

const fn row(near: &'static str, file: &'static str, constant: &'static str) -> Row {
    Row { near, file, constant, less: 0 }
}

/// The first whose words are near a number is its row.
const ROWS: &[Row] = &[
    row("no rights, which has", "host/src/loader/options.rs", "PROBE_LIMIT"),
    row("for root another", "host/src/loader/options.rs", "PROBE_LIMIT"),
    row("`load_limit`", "host/src/loader/options.rs", "LOAD_LIMIT"),
    row("each byte of a trust file", "host/src/system/posix/files/small_file.rs", "PARSED"),
    row("the probe needs", "host/src/system/linux/probe/program.rs", "LEAST_STACK"),
    row("of a plugin may write", "host/src/instance/limits.rs", "OUTPUT"),
    row("for other calls to end", "host/src/instance/limits.rs", "DRAIN_TIMEOUT"),
    row("probe_limit(mut", "host/src/loader/options.rs", "PROBE_LIMIT"),
    row("own limit counts within it", "host/src/loader/options.rs", "LOAD_LIMIT"),
    row("max_size(mut", "host/src/loader/options.rs", "MAX_SIZE"),
    row("plugin that is loaded, in bytes; without it", "host/src/loader/options.rs", "MAX_SIZE"),
    row("that could run here, else", "host/src/elf/mapping.rs", "PAGE_MIN"),
    row("agree to the page; at most", "host/src/elf/mapping.rs", "SPAN_MAX"),
    row("| | every table | is in", "host/src/elf/mapping.rs", "SPAN_MAX"),
    row("file has it; an alignment of 1 to", "host/src/elf/special.rs", "TLS_ALIGN_MAX"),
    row("alignment of 1 to 64 KiB; at most", "host/src/elf/special.rs", "TLS_MAX"),
    row("nor to the first", "host/src/elf/mod.rs", "ENTRY_HEAD"),
    row("The first 40 bytes never", "host/src/elf/mod.rs", "ENTRY_HEAD"),
    Row { near: "the plugin's name must have", file: "sdk/abi/src/plugin.rs", constant: "SOCH_NAME_SIZE", less: 1 },
    Row {
        near: "the plugin's version must have",
        file: "sdk/abi/src/plugin.rs",
        constant: "SOCH_VERSION_SIZE",
        less: 1,
    },
];

/// Numbers that are no limits of this product, and what they are.
const NONE: &[(&str, &str)] = &[
    ("every program crashes", "Linux's own: below it no program starts"),
    ("a load needs 32 MiB", "measured: what the steps keep in reserve, and what the host had taken before"),
    ("and needs the size of the plugin and 4 MiB", "measured, with the probe's program"),
    ("`go_on` from time to time", "advice to plugins, so that they end within what `check` waits"),
    ("among 100 000 vectors takes 100 ms", "a figure that the tests of index_hnsw demand"),
];

/// A number with a unit, in bytes or nanoseconds, and the words around it.
fn numbers(text: &str) -> Vec<(u128, String)> {
    const UNITS: [(&str, u128); 14] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("bytes", 1),
        ("characters", 1),
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("second", 1_000_000_000),
        ("seconds", 1_000_000_000),
        ("minute", 60_000_000_000),
        ("minutes", 60_000_000_000),
        ("threads", 1),
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, pair) in words.windows(2).enumerate() {
        let number = pair[0].trim_start_matches(['(', '`', '[']).parse::<u128>();
        let unit = pair[1].trim_end_matches(|c: char| !c.is_alphanumeric());
        let unit = UNITS.iter().find(|(name, _)| *name == unit);
        if let (Ok(number), Some((_, scale))) = (number, unit) {
            let around = &words[at.saturating_sub(8)..words.len().min(at + 9)];
            found.push((number * scale, around.join(" ")));
        }
    }
    found
}

/// What a constant is, of the forms that constants of limits have.
fn value(row: &Row) -> u128 {
    let source = fs::read_to_string(root().join(row.file)).unwrap_or_else(|why| panic!("{}: {why}", row.file));
    let line = source.lines().find(|line| line.contains(&format!("const {}:", row.constant)));
    let line = line.unwrap_or_else(|| panic!("{} has no {}", row.file, row.constant));
    let text = line.split(" = ").nth(1).and_then(|rest| rest.split(';').next()).expect("a value");
    let number =
        |text: &str| text.trim().replace('_', "").parse::<u128>().unwrap_or_else(|why| panic!("{line}: {why}"));
    let argument = |name: &str| text.strip_prefix(name).and_then(|rest| rest.strip_suffix(')')).map(number);
    let value = match (argument("Duration::from_secs("), argument("Duration::from_millis("), text.split_once("<<")) {
        (Some(seconds), ..) => seconds * 1_000_000_000,
        (_, Some(millis), _) => millis * 1_000_000,
        (.., Some((number_of, shift))) => number(number_of) << number(shift),
        _ => number(text),
    };
    value - row.less
}

#[test]
fn every_number_of_a_limit_is_that_of_its_constant() {
    let of_loader = fs::read_to_string(root().join("host/src/plugin/loader_options.rs")).expect("a source");
    let lacks = fs::read_to_string(root().join("host/src/refusal/lack.rs")).expect("a source");
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let plain = |text: String| text.replace("///", " ").replace("//", " ").replace("\\\n", " ");
    let more = [("loader_options.rs", of_loader), ("lack.rs", lacks), ("sochdb_plugin.h", header)];
    let more = more.map(|(name, text)| Text { name: name.to_owned(), text: plain(text) });
    // Measurements are no limits, and a changelog says what was so.
    let measures = |text: &Text| text.name == "BENCHMARKS.md";
    let (mut compared, mut faults) = (0, Vec::new());
    for text in pages().into_iter().filter(|text| !measures(text)).chain(of_command()).chain(more) {
        for (number, around) in numbers(&text.text) {
            if NONE.iter().any(|(near, _)| around.contains(near)) {
                continue;
            }
            match ROWS.iter().find(|row| around.contains(row.near)) {
                None => faults.push(format!("{}: of no row: {around}", text.name)),
                Some(row) if value(row) != number => {
                    faults.push(format!("{}: {} is {}: {around}", text.name, row.constant, value(row)));
                }
                Some(_) => compared += 1,
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(compared > 12, "only {compared} numbers are found");
}

#[test]
fn a_wrong_number_would_be_found() {
    let found =
        numbers("the constructors run in a process of its own with the same bytes and no rights, which has 3 s: if");
    let [(number, around)] = &found[..] else { panic!("{found:?}") };
    let row = ROWS.iter().find(|row| around.contains(row.near)).expect("a row");
    assert!(value(row) != *number && value(row) == 2_000_000_000);
}
