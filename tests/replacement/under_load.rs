//! The program of `host/examples/upgrade`: upgrades of all kinds there and back while threads call them. No call fails, none
//! gets a wrong answer, nothing stays.

use crate::versions::{another_version, bad_version, index_of_format, of_format};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use support::home::text;
use support::plugins::Private;
use support::{in_c, private, root, run, MINUTE};

const NAMES: [&str; 4] = ["storage_lmdb", "index_sorted", "codec_xor", "observability_json"];

/// What the program said, line by line.
struct Told {
    lines: Vec<String>,
    log: PathBuf,
    _data: tempfile::TempDir,
}

/// Runs it with plugins of all kinds and these versions, and expects that no call failed.
fn upgrade(rounds: usize, patience: Duration, versions: &[Private]) -> Told {
    let (data, path) = private();
    let log = path.join("lines.jsonl");
    fs::write(path.join("observability_json.json"), format!(r#"{{"path": {log:?}}}"#)).expect("its own directory");
    let first = NAMES.map(|name| Private::copy(&in_c!(name)));
    let mut program = Command::new(env!("CARGO_BIN_EXE_upgrade"));
    // What is freed is counted as free wherever it was allocated, and goes back to the system.
    program.envs([("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536"), ("MALLOC_TRIM_THRESHOLD_", "65536")]);
    program.args([rounds.to_string(), patience.as_secs().to_string()]).arg(&path);
    program.args(first.iter().chain(versions).map(|version| &version.path));
    let finished = run(&mut program, 4 * MINUTE);
    assert!(finished.status.success(), "{}{}", finished.stdout, finished.stderr);
    Told { lines: finished.stdout.lines().map(str::to_owned).collect(), log, _data: data }
}

impl Told {
    fn with(&self, part: &str) -> &str {
        self.lines.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in {:#?}", self.lines))
    }
}

/// The numbers in a line, in their order.
fn numbers(line: &str) -> Vec<usize> {
    let parts = line.split(|character: char| !character.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[test]
fn no_call_fails_in_a_hundred_rounds() {
    let told = upgrade(100, Duration::from_secs(120), &NAMES.map(|name| another_version(&in_c!(name))));
    told.lines.iter().for_each(|line| println!("{line}"));
    assert_eq!(numbers(told.with(" upgrades; "))[0], 100 * 2 * NAMES.len());
    let held = ["after a tenth", "after all"].map(|when| numbers(told.with(when)));
    // What the loads keep differs by some MiB from moment to moment; 720 upgrades are between the two.
    for (before, after, slack) in
        [(held[0][0], held[1][0], 2), (held[0][1], held[1][1], 2), (held[0][2], held[1][2], 8192)]
    {
        assert!(after <= before + slack, "{:?} became {:?}", held[0], held[1]);
    }
    for kind in ["storage", "index", "codec", "sinks"] {
        let [rounds, failed, wrong] = numbers(told.with(&format!("{kind}: ")))[..] else { panic!("three") };
        assert!(rounds > 100 && failed + wrong == 0, "{kind}");
    }
    for name in NAMES {
        assert!(told.with(&format!("{name}: ")).ends_with(": serving"));
    }
    each_line_is_there_once(&told.log, numbers(told.with("sinks: "))[0]);
}

/// Versions that save in another format, have other files, and answer with other bytes, which each of them reads.
#[test]
fn no_call_fails_between_versions_that_differ_in_what_they_write() {
    let (_room, data) = private();
    let lines = data.join("lines");
    fs::write(data.join("lines_of_two_formats.json"), format!(r#"{{"path": {lines:?}}}"#)).expect("its own directory");
    let codec =
        |form: u32| Private::compile("two_forms", &[&format!("-DFORM={form}"), &format!("-DVERSION=\"{form}.0.0\"")]);
    let [rows, log] =
        ["rows_of_two_formats", "lines_of_two_formats"].map(|name| [1, 2].map(|format| of_format(name, format)));
    let indexes = [index_of_format("1.1.0", 1, &[1, 2]), index_of_format("2.0.0", 2, &[1, 2])];
    let versions = [rows, indexes, [codec(1), codec(2)], log];
    let mut program = Command::new(env!("CARGO_BIN_EXE_upgrade"));
    program.args(["10", "120", text(&data)]).args(versions.iter().flatten().map(|version| &version.path));
    let finished = run(&mut program, 2 * MINUTE);
    assert!(finished.status.success(), "{}{}", finished.stdout, finished.stderr);
    let told = Told { lines: finished.stdout.lines().map(str::to_owned).collect(), log: lines, _data: _room };
    assert_eq!(numbers(told.with(" upgrades; "))[0], 10 * 2 * 4);
    for name in ["rows_of_two_formats", "index_sorted", "two_forms", "lines_of_two_formats"] {
        assert_eq!(told.with(&format!("{name}: ")), format!("{name}: serving"));
    }
    // Each version wrote to a file of its own.
    let written =
        [1, 2].map(|format| fs::read_to_string(told.log.with_extension(format.to_string())).expect("its file"));
    let begins = written.each_ref().map(|lines| lines.get(..10).expect("ten bytes"));
    assert!(begins[0].starts_with("round ") && begins[1] == "{\"level\":1", "{begins:?}");
    let mut rounds: Vec<usize> =
        written.iter().flat_map(|lines| lines.lines().map(|line| *numbers(line).last().expect("its round"))).collect();
    rounds.sort_unstable();
    assert!(rounds.iter().copied().eq(0..numbers(told.with("sinks: "))[0]), "each is there once");
    let place = data.join("rows_of_two_formats");
    assert!(place.join("rows.1").exists() && !place.join("rows.2").exists(), "the last one is the first version");
}

fn each_line_is_there_once(log: &Path, rounds: usize) {
    let log = fs::read_to_string(log).expect("the log");
    let found: Vec<&str> = log.lines().filter(|line| line.contains("\"round ")).collect();
    assert_eq!(found.len(), rounds);
    for (round, line) in found.iter().enumerate() {
        assert!(line.contains(&format!("\"round {round}\"")), "{line}: no round {round}");
    }
}

#[test]
fn a_version_that_does_not_work_leaves_the_old_one_serving() {
    let faults = [
        ("storage_lmdb", "STORAGE", &["CREATE", "CALL", "PANIC", "HANG"][..]),
        ("index_sorted", "INDEX", &["CREATE", "LOAD", "CALL", "PANIC", "HANG", "HANG_CALL", "HANG_LOAD"]),
        ("codec_xor", "COMPRESSION", &["CREATE", "CALL", "PANIC", "HANG", "HANG_CALL"]),
        ("observability_json", "OBSERVABILITY", &["CREATE", "CALL", "PANIC", "HANG"]),
    ];
    let bad: Vec<_> = faults
        .iter()
        .flat_map(|(name, kind, faults)| {
            faults.iter().map(move |fault| (*name, *fault, bad_version(name, kind, fault)))
        })
        .collect();
    let (files, bad): (Vec<Private>, Vec<_>) = bad.into_iter().map(|(name, fault, file)| (file, (name, fault))).unzip();
    let told = upgrade(2, crate::versions::PATIENCE, &files);
    let said = |name: &str, fault: &str| match fault {
        "CREATE" => "cannot be made",
        "LOAD" => "does not load it",
        "CALL" => "does not read",
        "PANIC" => "panics",
        // Nobody waits for it.
        _ if name == "index_sorted" => "longer than 8s",
        _ => "longer than 2s",
    };
    for (name, fault) in &bad {
        let text = said(name, fault);
        let expected = bad.iter().filter(|(other, fault)| other == name && said(other, fault) == text).count();
        let refused = told.lines.iter().filter(|line| line.starts_with("refused") && line.contains(name));
        assert_eq!(refused.filter(|line| line.contains(text)).count(), expected, "{name} {fault}: {:#?}", told.lines);
    }
    assert_eq!(numbers(told.with(" upgrades; "))[0], 0, "no other version works");
}

#[test]
fn an_answer_that_is_wrong_is_told() {
    let (_room, data) = private();
    let source = fs::read_to_string(root().join("examples-c/codec_xor.c")).expect("the example");
    let other = data.join("other.c");
    fs::write(&other, source.replace("0x5A", "0x5B")).expect("its own directory");
    let versions = [Private::copy(&in_c!("codec_xor")), Private::compile_file(&other, &[])];
    let mut program = Command::new(env!("CARGO_BIN_EXE_upgrade"));
    program.args(["200", "120", text(&data)]).args(versions.iter().map(|version| &version.path));
    let finished = run(&mut program, MINUTE);
    assert_eq!(finished.status.code(), Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains(" wrong; the first: round "), "{}", finished.stdout);
}

#[test]
fn one_version_alone_proves_nothing_and_is_refused() {
    let (_room, data) = private();
    let versions = [Private::copy(&in_c!("codec_xor")), Private::copy(&in_c!("index_sorted"))];
    for given in [&versions[..0], &versions[..1], &versions[..]] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_upgrade"));
        program.args(["1", "8", text(&data)]).args(given.iter().map(|version| &version.path));
        let finished = run(&mut program, MINUTE);
        assert_eq!(finished.status.code(), Some(2), "{}", finished.stdout);
        assert!(finished.stderr.contains("give at least two versions"), "{}", finished.stderr);
    }
    let finished = run(&mut Command::new(env!("CARGO_BIN_EXE_upgrade")), MINUTE);
    assert_eq!(finished.status.code(), Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains("usage: upgrade ROUNDS SECONDS DATA FILE..."), "{}", finished.stderr);
}
