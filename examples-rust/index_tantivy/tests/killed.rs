//! A process that is killed leaves the index as its last flush left it, and the watermark says which that is.

use index_tantivy::TantivyIndex;
use sochdb_plugin_host::sdk::{Host, IndexExtension, Plugin, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The directory that a child works in.
const DIRECTORY: &str = "SOCH_TEST_DIRECTORY";
const KEYS: u64 = 40;
const KILLS: u64 = 12;

/// A number that looks random.
fn scrambled(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (number ^ (number >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 7
}

fn text(number: u64) -> String {
    format!("text number w{number} with some more words in it")
}

/// What change number `change` does.
enum Change {
    Insert(u64),
    Delete(u64),
    /// Builds anew of every key whose number this divides.
    Build(u64),
}

fn change(number: u64) -> Change {
    let random = scrambled(number);
    let key = random / 100 % KEYS;
    match random % 100 {
        0..=3 => Change::Build(1 + key % 5),
        4..=39 => Change::Delete(key),
        _ => Change::Insert(key),
    }
}

/// The keys that are there after so many changes; a key is also its row.
fn model(changes: u64) -> BTreeSet<u64> {
    let mut keys = BTreeSet::new();
    for number in 1..=changes {
        match change(number) {
            Change::Insert(key) => _ = keys.insert(key),
            Change::Delete(key) => _ = keys.remove(&key),
            Change::Build(step) => keys = (0..KEYS).step_by(step as usize).collect(),
        }
    }
    keys
}

fn open(directory: &Path) -> Index {
    let index = TantivyIndex::create(Host::detached_in("{}", directory)).expect("an index");
    Index::new(index).expect("it starts")
}

/// Goes on where the last flush was, for ever.
fn change_until_killed(directory: &Path) {
    let mut index = open(directory);
    let mut number = index.flushed().expect("it says");
    println!("from {number}");
    loop {
        number += 1;
        match change(number) {
            Change::Insert(key) => index.insert(text(key).as_bytes(), key).expect("it is added"),
            Change::Delete(key) => index.delete(text(key).as_bytes(), key).expect("it is removed"),
            Change::Build(step) => {
                let texts: Vec<(RowId, String)> =
                    (0..KEYS).step_by(step as usize).map(|key| (key, text(key))).collect();
                let entries: Vec<(RowId, &[u8])> = texts.iter().map(|(row, text)| (*row, text.as_bytes())).collect();
                index.build(1, 2, &entries).expect("it is built");
            }
        }
        if scrambled(number + 1_000_000).is_multiple_of(5) {
            index.flush(number).expect("it is flushed");
            println!("flushed {number}");
        }
    }
}

#[test]
fn a_kill_leaves_what_the_watermark_says() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return change_until_killed(Path::new(&directory));
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut held = 0;
    for kill in 0..KILLS {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "a_kill_leaves_what_the_watermark_says", "--nocapture", "--test-threads=1"]);
        command.env(DIRECTORY, directory.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut told = held;
        let mut reports = 0;
        // At once, after a few flushes, and at some moment after that.
        while reports < scrambled(kill) % 12 {
            let line = lines.next().expect("it goes on").expect("a line");
            if let Some(number) = line.strip_prefix("flushed ") {
                told = number.parse().expect("a number");
                reports += 1;
            }
        }
        std::thread::sleep(Duration::from_micros(scrambled(kill + 99) % 30_000));
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        // What was told before the kill and not read yet.
        for line in lines.map_while(Result::ok) {
            told = line.strip_prefix("flushed ").and_then(|number| number.parse().ok()).unwrap_or(told);
        }
        let index = open(directory.path());
        held = index.flushed().expect("it says");
        assert!(held >= told, "kill {kill}: a flush with watermark {told} returned, and {held} is held");
        let keys = model(held);
        for key in 0..KEYS {
            let found = index.lookup(text(key).as_bytes()).expect("it looks");
            let wanted: &[RowId] = if keys.contains(&key) { &[key] } else { &[] };
            assert_eq!(found, wanted, "kill {kill}, watermark {held}: key {key}");
        }
        let all = index.nearest(b"text", 1_000).expect("it searches");
        assert_eq!(all.len(), keys.len(), "kill {kill}, watermark {held}");
    }
    assert!(held > KILLS, "it came to {held} changes only");
    let folders = std::fs::read_dir(directory.path()).expect("the directory").count();
    assert!(folders <= 3, "{folders} files and folders are left");
}
