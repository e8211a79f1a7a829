//! Tests of copies: each is of one moment, opens as what it is of, and needs nothing of it; one that fails leaves nothing.

use crate::frame::must::{ensure, needed, skip, supported, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::inputs::rows::left_of;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, Error, ErrorKind, StorageExtension, TransactionOptions, Write,
};
use sochdb_plugin_host::{CallOptions, Storage};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

suite!(Storage, "storage_checkpoint":
    one_opens_and_needs_nothing_of_what_it_is_of,
    one_is_apart_from_what_it_is_of,
    one_is_of_one_moment_beside_writes,
    one_has_nothing_of_an_open_transaction,
    one_that_fails_leaves_nothing,
    one_without_room_leaves_nothing,
);

const TABLES: [u32; 4] = [0, 1, 300, u32::MAX];

fn fill(storage: &Storage) -> Result<(), NotPassed> {
    for table in TABLES {
        for key in 0..200_u8 {
            storage.put(table, &[key, key], &table.to_be_bytes().repeat(1 + key as usize), 0).must("put")?;
        }
        for key in (0..200_u8).step_by(3) {
            storage.delete(table, &[key, key], 0).must("delete")?;
        }
    }
    Ok(())
}

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

fn rows(storage: &Storage) -> Result<[Rows; 4], NotPassed> {
    let mut all = <[Rows; 4]>::default();
    for (rows, table) in all.iter_mut().zip(TABLES) {
        *rows = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
    }
    Ok(all)
}

/// A copy where an instance with `directory` keeps its data. Skips the test if it cannot be made.
pub(crate) fn copied(storage: &Storage, subject: &Subject, directory: &Path) -> Result<(), NotPassed> {
    let place = subject.place_of_data(directory);
    if place == directory {
        fs::remove_dir(directory).must("the directory of the test")?;
    }
    let made = supported("checkpoint", storage.checkpoint(&place))?.is_some();
    ensure!(made == place.is_dir(), "`checkpoint` has made a copy: {made}; there is a directory: {}", place.is_dir());
    if !made {
        skip!("`checkpoint` is unsupported");
    }
    Ok(())
}

fn one_opens_and_needs_nothing_of_what_it_is_of(subject: &Subject) -> Result<(), NotPassed> {
    let directory = new_directory()?;
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    fill(storage)?;
    let expected = rows(storage)?;
    copied(storage, subject, directory.path())?;
    storage.put(1, b"later", b"value", 0).must("put")?;
    // With its directory.
    drop(instance);
    let mut copy = subject.instance_in(directory)?;
    let copy = copy.storage()?;
    ensure!(rows(copy)? == expected, "a copy has other rows than were there when it was made");
    copy.put(1, b"new", b"value", 0).must("put to a copy")?;
    copy.flush().must("flush of a copy")?;
    let found = copy.get(1, b"new").must("get")?;
    ensure!(found.as_deref() == Some(b"value"), "a row that was put to a copy is {found:02x?}");
    Ok(())
}

fn one_is_apart_from_what_it_is_of(subject: &Subject) -> Result<(), NotPassed> {
    let directory = new_directory()?;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    let before = rows(storage)?;
    copied(storage, subject, directory.path())?;
    let mut copy = subject.instance_in(directory)?;
    let copy = copy.storage()?;
    for key in 0..250_u8 {
        storage.put(1, &[key, key], b"of the first", 0).must("put")?;
    }
    storage.compact().must("compact")?;
    ensure!(rows(copy)? == before, "what was written behind a copy is in it");
    let after = rows(storage)?;
    for key in 0..250_u8 {
        copy.put(1, &[key, key], b"of the copy", 0).must("put")?;
    }
    copy.flush().must("flush")?;
    copy.compact().must("compact")?;
    ensure!(rows(storage)? == after, "what was written to a copy is in what it is of");
    Ok(())
}

fn one_is_of_one_moment_beside_writes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    let pair = |number: u32| {
        let number = number.to_be_bytes();
        let writes = [0, u32::MAX].map(|table| Write::Put { table, key: b"pair", value: &number });
        storage.write_batch(&writes, &BatchOptions::new())
    };
    needed("write_batch", pair(0))?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            (1..).take_while(|_| !done.load(Ordering::Acquire)).try_for_each(|number| pair(number).must("write_batch"))
        });
        let read = (0..2).try_for_each(|_| {
            let directory = new_directory()?;
            copied(storage, subject, directory.path())?;
            let mut copy = subject.instance_in(directory)?;
            let copy = copy.storage()?;
            let [one, other] = [0, u32::MAX].map(|table| copy.get(table, b"pair"));
            let (one, other) = (one.must("get")?, other.must("get")?);
            ensure!(one.is_some() && one == other, "two rows of one batch are {one:?} and {other:?} in a copy");
            Ok(())
        });
        done.store(true, Ordering::Release);
        let written = writing.join().expect("no test panics");
        read.and(written)
    })
}

/// Nor does it wait for the transaction, or for a reader whose cursor stands among its rows.
fn one_has_nothing_of_an_open_transaction(subject: &Subject) -> Result<(), NotPassed> {
    let directory = new_directory()?;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    let expected = rows(storage)?;
    let reader = supported("open_reader", storage.reader())?;
    let mut cursor = match &reader {
        Some(reader) => supported("open_cursor", reader.cursor(1, &CursorOptions::new()))?,
        None => None,
    };
    let mut walked = match &mut cursor {
        Some(cursor) => {
            cursor.next_batch().must("cursor_next")?.map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
        }
        None => Rows::new(),
    };
    let mut inside = supported("begin", storage.begin(&TransactionOptions::new()))?;
    if let Some(inside) = &mut inside {
        for table in TABLES {
            inside.put(table, b"inside", b"value").must("txn_put")?;
            inside.put(table, &[1, 1], b"inside").must("txn_put")?;
            inside.delete(table, &[2, 2]).must("txn_remove")?;
        }
    }
    copied(storage, subject, directory.path())?;
    let mut copy = subject.instance_in(directory)?;
    let copy = copy.storage()?;
    ensure!(
        rows(copy)? == expected,
        "a copy that was made beside an open transaction has other rows than were committed"
    );
    if let Some(cursor) = &mut cursor {
        walked.extend(left_of(cursor, 999).must("cursor_next after a copy")?);
        ensure!(walked == expected[1], "a cursor that stood among its rows when a copy was made gives others");
    }
    if let Some(inside) = inside {
        inside.commit().must("commit after a copy")?;
        for table in TABLES {
            let found = [&b"inside"[..], &[1, 1], &[2, 2]].map(|key| storage.get(table, key));
            let [new, changed, removed] = found.map(|found| found.must("get"));
            let (new, changed, removed) = (new?, changed?, removed?);
            ensure!(
                new.as_deref() == Some(b"value") && changed.as_deref() == Some(b"inside") && removed.is_none(),
                "a transaction that was open when a copy was made is not whole in table {table} after its commit"
            );
        }
        ensure!(rows(copy)? == expected, "a copy has what a transaction committed that was open when it was made");
    }
    Ok(())
}

fn names(directory: &Path) -> Result<BTreeSet<OsString>, NotPassed> {
    let entries = fs::read_dir(directory).must("the directory of the test")?;
    entries.map(|entry| entry.map(|entry| entry.file_name()).must("the directory of the test")).collect()
}

/// The name of a copy in its directory.
const COPY: &str = "copy";

/// A directory for copies of a storage that has rows, and the place of a copy in it, where one was made and taken away.
fn place_of_copies(storage: &Storage) -> Result<(TempDir, PathBuf), NotPassed> {
    let directory = new_directory()?;
    let place = directory.path().join(COPY);
    fill(storage)?;
    needed("checkpoint", storage.checkpoint(&place))?;
    fs::remove_dir_all(&place).must("the directory of the test")?;
    Ok((directory, place))
}

/// Sees that there is a copy, which it takes away, or nothing at all, as the plugin said.
fn is_whole_or_gone(directory: &Path, result: &Result<(), Error>, how: &str) -> Result<(), NotPassed> {
    let expected = if result.is_ok() { BTreeSet::from([COPY.into()]) } else { BTreeSet::new() };
    let found = names(directory)?;
    ensure!(found == expected, "{how} gave {result:?}, and left {found:?}");
    if result.is_ok() {
        fs::remove_dir_all(directory.join(COPY)).must("the directory of the test")?;
    }
    Ok(())
}

fn one_that_fails_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let (directory, place) = place_of_copies(storage)?;
    for micros in [0, 1, 10, 50, 100, 200, 500, 1000, 5000] {
        let limits = CallOptions::new().with_timeout(Duration::from_micros(micros));
        let result = limits.run(|| storage.checkpoint(&place));
        let kind = result.as_ref().err().map(|error| error.kind());
        ensure!(matches!(kind, None | Some(ErrorKind::Timeout)), "a copy in {micros} us gave {result:?}");
        is_whole_or_gone(directory.path(), &result, &format!("a copy in {micros} us"))?;
    }
    // Nobody makes a directory there, not even root.
    let nowhere = Path::new(Native::NOWHERE[1]);
    ensure!(storage.checkpoint(nowhere).is_err(), "a copy to {} is there, they say", nowhere.display());
    storage.put(1, b"key", b"value", 0).must("put after a copy that failed")?;
    storage.flush().must("flush after a copy that failed")?;
    storage.checkpoint(&place).must("checkpoint after one that failed")
}

/// After its first steps, where there is a directory to take away.
fn one_without_room_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let (directory, place) = place_of_copies(storage)?;
    for bytes in [0, 1 << 12, 1 << 15] {
        let Some(result) = Native::with_short_files(bytes, || storage.checkpoint(&place)) else {
            unseen!("the system lets nobody say how long files may be");
        };
        let how = format!("a copy for whose files {bytes} bytes were left");
        is_whole_or_gone(directory.path(), &result, &how)?;
        if let Err(error) = result {
            ensure!(
                error.kind() != ErrorKind::Io || error.code() != 0 || !error.message().is_empty(),
                "{how} gave SOCH_IO, and `soch_error` has neither an errno nor a text"
            );
        }
    }
    Ok(())
}
