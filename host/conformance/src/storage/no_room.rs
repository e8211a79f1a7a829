//! Tests of a storage whose files get no room, as on a disk that is full or beyond a limit of the process: what fails says so, is taken
//! back, and loses nothing that was there.

use crate::frame::must::{ensure, show, skip, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::files::lengths_in;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{
    BatchOptions, ErrorKind, Result as Called, StorageExtension, StorageTable, TransactionOptions, Write,
};
use sochdb_plugin_host::Storage;
use std::cell::Cell;
use std::collections::BTreeMap;

suite!(Storage, "storage_no_room":
    a_transaction_without_room_leaves_nothing;
    full: a_write_without_room_loses_nothing,
);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// The bytes that files may grow by: none, less than a value, and some of them.
const ROOM: [u64; 4] = [0, 5000, 300_000, 3 << 20];
/// A value that no cache for small pages keeps, and how many there are at most.
const LARGE: usize = 400_000;
const MOST: u32 = 40;

/// A way to write one row.
type Way = (&'static str, fn(&Storage, &[u8], &[u8]) -> Called<()>);

const WAYS: [Way; 4] = [
    ("put", |storage, key, value| storage.put(1, key, value, 0)),
    ("table_put", |storage, key, value| storage.open_table(1)?.put(key, value, 0)),
    ("write_batch", |storage, key, value| {
        storage.write_batch(&[Write::Put { table: 1, key, value }], &BatchOptions::new())
    }),
    ("commit_txn", |storage, key, value| {
        let mut inside = storage.begin(&TransactionOptions::new())?;
        inside.put(1, key, value)?;
        inside.commit()
    }),
];

/// Rows that are flushed, the same each time.
fn fill(storage: &Storage) -> Result<Rows, NotPassed> {
    let rows: Rows = (0..40_u32).map(|row| (format!("old {row}").into_bytes(), vec![row as u8; 100])).collect();
    rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
    storage.flush().must("flush")?;
    Ok(rows)
}

/// Each of these rows has its value, or the storage says that it cannot read it.
fn holds(storage: &Storage, rows: &Rows, when: &str) -> Result<(), NotPassed> {
    for (key, value) in rows {
        if let Ok(found) = storage.get(1, key) {
            let found_len = found.as_ref().map(Vec::len);
            let same = found.as_ref() == Some(value);
            ensure!(same, "{when} {} has a value of {found_len:?} bytes where one of {} was", show(key), value.len());
        }
    }
    Ok(())
}

fn value_of(row: u32) -> Vec<u8> {
    let mut value = row.to_be_bytes().repeat(LARGE / 4);
    value.truncate(LARGE - row as usize % 7);
    value
}

/// Writes without room, in an instance that goes, and looks at what the next one has.
fn without_room(
    subject: &Subject,
    room: u64,
    write: impl Fn(&Storage, &mut Rows) -> Option<bool>,
    look: impl Fn(&Storage) -> Result<(), NotPassed>,
) -> Result<bool, NotPassed> {
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let storage = &*instance.storage()?;
    let durable = storage.describe().durable;
    let rows = fill(storage)?;
    let mut more = Rows::new();
    let limit = match lengths_in(directory.path()).into_iter().max().unwrap_or(0) {
        // What has no files finds room.
        0 => return Ok(false),
        longest => longest + room,
    };
    let Some(failed) = Native::with_short_files(limit, || write(storage, &mut more)) else {
        unseen!("the system lets nobody say how long files may be");
    };
    let Some(failed) = failed else { return Ok(false) };
    let when = format!("after writes into files that may grow by {room} bytes");
    holds(storage, &rows, &when)?;
    holds(storage, &more, &when)?;
    look(storage)?;
    // With room again, it goes on, or says that it does not.
    let goes_on = storage.put(1, b"later", b"value", 0).and_then(|()| storage.flush()).is_ok();
    if durable {
        let mut instance = subject.again(instance)?;
        let storage = &*instance.storage()?;
        let when = format!("{when}, in a later instance,");
        for (key, value) in &rows {
            let found = storage.get(1, key).must(&format!("get {when}"))?;
            ensure!(found.as_ref() == Some(value), "{when} the row {}, which was flushed, is {found:02x?}", show(key));
        }
        if goes_on {
            let found = storage.get(1, b"later").must(&format!("get {when}"))?;
            ensure!(found.as_deref() == Some(b"value"), "{when} a row that was put and flushed later is {found:02x?}");
        }
        look(storage)?;
        storage.put(1, b"again", b"value", 0).must(&format!("put {when}"))?;
        storage.flush().must(&format!("flush {when}"))?;
    }
    Ok(failed)
}

fn a_write_without_room_loses_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut any = false;
    for (name, way) in WAYS {
        for (turn, room) in ROOM.into_iter().enumerate() {
            let nameless = Cell::new(false);
            let write = |storage: &Storage, more: &mut Rows| {
                let mut failed = false;
                for row in 0..MOST {
                    let (key, value) = (format!("new {row}").into_bytes(), value_of(row));
                    match way(storage, &key, &value) {
                        Ok(()) => drop(more.insert(key, value)),
                        Err(error) if error.kind() == ErrorKind::Unsupported => return None,
                        Err(error) => {
                            failed = true;
                            if error.kind() == ErrorKind::Io && error.code() == 0 && error.message().is_empty() {
                                nameless.set(true);
                            }
                            break;
                        }
                    }
                }
                // They may find no room either, and say so. A compaction writes anew what a write may have damaged.
                let _ = (storage.flush(), storage.stats());
                if turn % 2 == 1 {
                    let _ = storage.compact();
                }
                Some(failed)
            };
            any |= without_room(subject, room, write, |storage| {
                ensure!(
                    !nameless.get(),
                    "a {name} that found no room gave SOCH_IO, and `soch_error` has neither an errno nor a text"
                );
                // What failed is there whole, or not at all.
                for row in 0..MOST {
                    let Ok(Some(found)) = storage.get(1, &format!("new {row}").into_bytes()) else { continue };
                    ensure!(found == value_of(row), "of a {name} that found no room {} bytes are there", found.len());
                }
                Ok(())
            })?;
        }
    }
    if !any {
        skip!("no write needs room in a file");
    }
    Ok(())
}

/// An engine may end a transaction by itself when a write fails: what its caller writes next must not stay.
fn a_transaction_without_room_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut any = false;
    for commits in [false, true] {
        for room in ROOM {
            let write = |storage: &Storage, _: &mut Rows| {
                let mut inside = storage.begin(&TransactionOptions::new()).ok()?;
                let mut failed = false;
                for row in 0..MOST {
                    failed |= inside.put(1, format!("inside {row}").as_bytes(), &value_of(row)).is_err();
                    if failed {
                        break;
                    }
                }
                for row in 0..4_u32 {
                    failed |= inside.put(1, format!("inside, later {row}").as_bytes(), b"small").is_err();
                }
                if commits && !failed {
                    failed = inside.commit().is_err();
                    return failed.then_some(true);
                }
                inside.abort();
                Some(failed)
            };
            any |= without_room(subject, room, write, |storage| {
                let found = storage.scan(1, b"inside", b"insidf", 9);
                let left = found.as_ref().map_or(0, Vec::len);
                ensure!(
                    left == 0,
                    "{left} rows are there of a transaction that {}, and others are not",
                    if commits {
                        "could not be committed for want of room"
                    } else {
                        "was aborted after a write that found no room"
                    }
                );
                Ok(())
            })?;
        }
    }
    if !any {
        skip!("there are no transactions, or none needs room in a file");
    }
    Ok(())
}
