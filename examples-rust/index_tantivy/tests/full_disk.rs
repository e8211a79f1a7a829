//! A disk that is full while changes are flushed: the flush says so, what was flushed before stays, and after the remedy of the
//! error nothing is missing.

use index_tantivy::TantivyIndex;
use sochdb_plugin_host::sdk::{Error, ErrorKind, Host, IndexExtension, Plugin, RowId};
use sochdb_plugin_host::Index;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The small disk of a child.
const DISK: &str = "SOCH_TEST_DISK";
const BEFORE: std::ops::Range<RowId> = 0..100;
const AFTER: std::ops::Range<RowId> = 100..500;
/// KiB that are left on the disk when the flush begins: some fail early, some late, the last not at all.
const LEFT: [u64; 6] = [0, 4, 12, 32, 96, 4096];

const ENOSPC: i32 = 28;

/// Words that no other row has, so that they take room.
fn text(row: RowId) -> String {
    let words = (0..20).map(|word| format!("w{:x}", (row * 20 + word + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    words.collect::<Vec<_>>().join(" ")
}

fn open(directory: &Path) -> Result<Index, Error> {
    Ok(Index::new(TantivyIndex::create(Host::detached_in("{}", directory))?).expect("it starts"))
}

fn insert(index: &mut Index, rows: std::ops::Range<RowId>) -> Result<(), Error> {
    rows.into_iter().try_for_each(|row| index.insert(text(row).as_bytes(), row))
}

/// The rows that are found, by their texts.
fn found(index: &Index) -> Vec<RowId> {
    let rows = (BEFORE.start..AFTER.end).flat_map(|row| index.lookup(text(row).as_bytes()).expect("it looks"));
    rows.collect()
}

/// Fills the disk until so many KiB are left.
fn fill(file: &Path, left: u64) {
    let mut filler = File::create(file).expect("a file");
    for chunk in [1 << 16, 1 << 12] {
        while filler.write_all(&vec![1; chunk]).is_ok() {}
    }
    let full = filler.metadata().expect("its length").len();
    filler.set_len(full - left * 1024).expect("a shorter file");
}

fn is_told(error: &Error, at: &str) {
    assert_eq!(error.kind(), ErrorKind::Io, "{at}: {error}");
    assert!(error.message().contains("No space left on device"), "{at}: the cause is not in {error}");
    // Where tantivy makes a temporary file, the number is lost on the way.
    assert!([0, ENOSPC].contains(&error.code()), "{at}: {error}");
}

/// Returns whether the flush failed.
fn flush_with(left: u64, disk: &Path) -> bool {
    let at = format!("{left} KiB left");
    let (directory, filler) = (disk.join("index"), disk.join("filler"));
    fs::create_dir(&directory).expect("a directory");
    let mut index = open(&directory).expect("an index");
    insert(&mut index, BEFORE).and_then(|()| index.flush(7)).expect("there is room");
    fill(&filler, left);
    let failed =
        insert(&mut index, AFTER).and_then(|()| index.flush(8)).inspect_err(|error| is_told(error, &at)).is_err();
    let before: Vec<RowId> = BEFORE.collect();
    let all: Vec<RowId> = (BEFORE.start..AFTER.end).collect();
    if failed {
        assert_eq!((index.flushed().expect("it says"), found(&index)), (7, before.clone()), "{at}: after the failure");
        // The same again, with the disk as full as before.
        if let Err(error) = index.flush(8) {
            is_told(&error, &at);
        }
        drop(index);
        match open(&directory) {
            Ok(index) => drop(index),
            Err(error) => is_told(&error, &at),
        }
        fs::remove_file(&filler).expect("it is removed");
        index = open(&directory).unwrap_or_else(|error| panic!("{at}: with room again: {error}"));
        let held = index.flushed().expect("it says");
        assert!(held == 7 || held == 8, "{at}: {held}");
        assert_eq!(found(&index), if held == 7 { before } else { all.clone() }, "{at}: made anew, {held} is held");
        // What came after the last flush, again.
        insert(&mut index, AFTER).and_then(|()| index.flush(8)).unwrap_or_else(|error| panic!("{at}: again: {error}"));
    }
    assert_eq!(found(&index), all, "{at}");
    drop(index);
    let index = open(&directory).expect("the index again");
    assert_eq!((index.flushed().expect("it says"), found(&index)), (8, all), "{at}: opened again");
    drop(index);
    let _not_there = fs::remove_file(&filler);
    fs::remove_dir_all(&directory).expect("it is removed");
    failed
}

#[test]
fn a_full_disk_loses_nothing_that_was_flushed() {
    if let Some(disk) = std::env::var_os(DISK) {
        let failed: Vec<u64> = LEFT.into_iter().filter(|left| flush_with(*left, Path::new(&disk))).collect();
        assert!(failed.len() >= 3 && failed.len() < LEFT.len(), "the flush failed with these KiB left: {failed:?}");
        return println!("failed with {failed:?} KiB left");
    }
    let test = "a_full_disk_loses_nothing_that_was_flushed";
    let disk = tempfile::tempdir().expect("a directory");
    let mounted = |then: &str| {
        let mut command = Command::new("unshare");
        let script = format!("mount -t tmpfs -o size=24m tmpfs \"$1\" || exit 77; shift; {then}");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]).arg(disk.path());
        command
    };
    if !mounted("exit 0").status().is_ok_and(|status| status.success()) {
        return println!("skipped: {test}: nobody mounts a small disk here");
    }
    let mut child = mounted("exec \"$@\"");
    child.arg(std::env::current_exe().expect("this program")).args(["--exact", test, "--nocapture"]);
    let output = child.env(DISK, disk.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("failed with "), "{said}");
}
