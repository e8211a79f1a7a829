//! Tests of a storage's calls that take long: each ends soon after it is cancelled, and changes all or nothing.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, Effort, BRIEF, FULL, QUICK};
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, Error, RowSink, StorageExtension, StorageTransaction, TransactionOptions, ValueSink,
    Write,
};
use sochdb_plugin_host::{OwnedCursor, Storage, Transaction};

suite!(Storage, "storage_cancelled":
    a_scan_ends,
    a_scan_inside_ends,
    many_gets_end,
    a_walk_ends,
    a_seek_ends,
    a_commit_ends,
    a_flush_ends,
    a_compaction_ends,
    a_batch_ends,
    a_dropped_table_ends,
    a_checkpoint_ends;
    full: a_scan_of_many_rows_ends, a_scan_inside_of_many_rows_ends, a_batch_with_a_large_range_ends,
        a_large_table_that_is_dropped_ends,
);

const TABLE: u32 = 1;
/// The writes of one batch of those that fill a table.
const AT_ONCE: u64 = 1024;

/// Puts so many rows, all with this value.
fn fill(storage: &Storage, count: u64, value: &[u8]) -> Result<(), NotPassed> {
    let keys: Vec<[u8; 8]> = (0..count).map(u64::to_be_bytes).collect();
    let at_once = storage.describe().max_batch.map_or(AT_ONCE, |most| most.clamp(1, AT_ONCE));
    for keys in keys.chunks(at_once as usize) {
        let writes: Vec<Write<'_>> = keys.iter().map(|key| Write::Put { table: TABLE, key, value }).collect();
        if supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))?.is_none() {
            keys.iter().try_for_each(|key| storage.put(TABLE, key, value, 0)).must("put")?;
        }
    }
    Ok(())
}

fn remove_all_but_the_first(storage: &Storage, count: u64) -> Result<(), NotPassed> {
    let keys: Vec<[u8; 8]> = (1..count).map(u64::to_be_bytes).collect();
    let at_once = storage.describe().max_batch.map_or(AT_ONCE, |most| most.clamp(1, AT_ONCE));
    for keys in keys.chunks(at_once as usize) {
        let writes: Vec<Write<'_>> = keys.iter().map(|key| Write::Delete { table: TABLE, key }).collect();
        if supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))?.is_none() {
            keys.iter().try_for_each(|key| storage.delete(TABLE, key, 0)).must("delete")?;
        }
    }
    Ok(())
}

/// Whether the table has so many rows, all with this value.
fn has(storage: &Storage, count: u64, value: &[u8], what: &str) -> Result<(), NotPassed> {
    let (mut rows, mut same) = (0, 0);
    let mut look = |_: &[u8], found: &[u8]| {
        rows += 1;
        same += u64::from(found == value);
        Ok(())
    };
    storage.scan_into(TABLE, b"", b"", usize::MAX, &mut RowSink::new(&mut look)).must("scan")?;
    ensure!(rows == count && same == count, "after {what} {same} of {rows} rows are as they were, and {count} must be");
    Ok(())
}

fn a_scan_ends(subject: &Subject) -> Result<(), NotPassed> {
    scan_ends(subject, QUICK)
}

fn a_scan_of_many_rows_ends(subject: &Subject) -> Result<(), NotPassed> {
    scan_ends(subject, FULL)
}

fn scan_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let scan = |storage: &Storage| {
        storage.scan_into(TABLE, b"", b"", usize::MAX, &mut RowSink::new(&mut |_: &[u8], _: &[u8]| Ok(())))
    };
    long_enough("scan", effort, |count| {
        fill(storage, count, b"value")?;
        time(|| scan(storage).must("scan"))
    })?;
    ends_when_cancelled("scan", storage, |storage| scan(storage), |_, _| Ok(()))
}

fn a_scan_inside_ends(subject: &Subject) -> Result<(), NotPassed> {
    scan_inside_ends(subject, QUICK)
}

fn a_scan_inside_of_many_rows_ends(subject: &Subject) -> Result<(), NotPassed> {
    scan_inside_ends(subject, FULL)
}

fn scan_inside_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let begin = || needed("begin", storage.begin(&TransactionOptions::new()));
    let scan = |inside: &mut Transaction| {
        inside.scan_into(TABLE, b"", b"", usize::MAX, &mut RowSink::new(&mut |_: &[u8], _: &[u8]| Ok(())))
    };
    long_enough("txn_scan", effort, |count| {
        fill(storage, count, b"value")?;
        let mut inside = begin()?;
        time(|| scan(&mut inside).must("txn_scan"))
    })?;
    ends_when_cancelled("txn_scan", &mut begin()?, scan, |_, _| Ok(()))
}

fn many_gets_end(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let find = |storage: &Storage, count: u64| {
        let keys: Vec<[u8; 8]> = (0..count).map(u64::to_be_bytes).collect();
        let keys: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
        storage.multi_get_into(TABLE, &keys, &mut ValueSink::new(&mut |_: usize, _: &[u8]| Ok(())))
    };
    let count = long_enough("multi_get", QUICK, |count| {
        fill(storage, count, b"value")?;
        time(|| find(storage, count).must("multi_get"))
    })?;
    ends_when_cancelled("multi_get", storage, |storage| find(storage, count), |_, _| Ok(()))
}

/// Of a cursor that has to pass many rows which are gone.
fn walk_ends(
    subject: &Subject,
    what: &str,
    call: impl Fn(&mut OwnedCursor) -> Result<(), Error>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let opened = |storage: &Storage| {
        let reader = needed("open_reader", storage.reader())?;
        reader.into_cursor(TABLE, &CursorOptions::new()).must("open_cursor")
    };
    long_enough(what, BRIEF, |count| {
        fill(storage, count, b"value")?;
        remove_all_but_the_first(storage, count)?;
        let mut cursor = opened(storage)?;
        time(|| call(&mut cursor).must(what))
    })?;
    let storage = &*storage;
    ends_when_cancelled(
        what,
        &mut opened(storage)?,
        |cursor| call(cursor),
        |cursor, _| {
            *cursor = opened(storage)?;
            Ok(())
        },
    )
}

fn a_walk_ends(subject: &Subject) -> Result<(), NotPassed> {
    walk_ends(subject, "cursor_next", |cursor| cursor.next_batch().map(drop))
}

fn a_seek_ends(subject: &Subject) -> Result<(), NotPassed> {
    walk_ends(subject, "cursor_seek", |cursor| cursor.seek(&1_u64.to_be_bytes()))
}

fn a_commit_ends(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let filled = |count: u64, value: &[u8]| {
        let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
        (0..count).try_for_each(|key| inside.put(TABLE, &key.to_be_bytes(), value)).must("txn_put")?;
        Ok::<_, NotPassed>(inside)
    };
    let count = long_enough("commit_txn", BRIEF, |count| {
        let inside = filled(count, b"first")?;
        time(|| inside.commit().must("commit_txn"))
    })?;
    let mut next = Some(filled(count, b"other")?);
    let call = |next: &mut Option<Transaction>| next.take().map_or(Ok(()), Transaction::commit);
    ends_when_cancelled("commit_txn", &mut next, call, |next, done| {
        match done {
            true => filled(count, b"first")?.commit().must("commit_txn")?,
            false => has(storage, count, b"first", "a commit_txn that was cancelled")?,
        }
        *next = Some(filled(count, b"other")?);
        Ok(())
    })
}

/// Of what is filled again before each call.
fn ends_over_rows(
    subject: &Subject,
    what: &str,
    call: impl Fn(&Storage) -> Result<(), Error>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let count = long_enough(what, QUICK, |count| {
        fill(storage, count, b"first")?;
        fill(storage, count, b"value")?;
        time(|| call(storage).must(what))
    })?;
    ends_when_cancelled(
        what,
        storage,
        |storage| call(storage),
        |storage, _| {
            has(storage, count, b"value", &format!("a {what} that was cancelled"))?;
            fill(storage, count, b"first")?;
            fill(storage, count, b"value")
        },
    )
}

fn a_flush_ends(subject: &Subject) -> Result<(), NotPassed> {
    ends_over_rows(subject, "flush", Storage::flush)
}

fn a_compaction_ends(subject: &Subject) -> Result<(), NotPassed> {
    ends_over_rows(subject, "compact", Storage::compact)
}

fn a_batch_ends(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let most = storage.describe().max_batch.unwrap_or(u64::MAX);
    let put_all = |storage: &Storage, count: u64, value: &[u8]| {
        let keys: Vec<[u8; 8]> = (0..count.min(most)).map(u64::to_be_bytes).collect();
        let writes: Vec<_> = keys.iter().map(|key| Write::Put { table: TABLE, key, value }).collect();
        storage.write_batch(&writes, &BatchOptions::new())
    };
    let count =
        long_enough("write_batch", QUICK, |count| time(|| needed("write_batch", put_all(storage, count, b"first"))))?;
    let (count, what) = (count.min(most), "a write_batch that was cancelled");
    ends_when_cancelled(
        "write_batch",
        storage,
        |storage| put_all(storage, count, b"other"),
        |storage, done| match done {
            true => put_all(storage, count, b"first").must("write_batch"),
            false => has(storage, count, b"first", what),
        },
    )
}

/// Cancels a call that removes rows all at once, or none.
fn removal_ends(
    subject: &Subject,
    (what, effort): (&str, Effort),
    call: impl Fn(&Storage) -> Result<(), Error>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let count = long_enough(what, effort, |count| {
        fill(storage, count, b"value")?;
        time(|| needed(what, call(storage)))
    })?;
    fill(storage, count, b"value")?;
    ends_when_cancelled(
        what,
        storage,
        |storage| call(storage),
        |storage, done| match done {
            true => fill(storage, count, b"value"),
            false => has(storage, count, b"value", &format!("a {what} that was cancelled")),
        },
    )
}

fn a_batch_with_a_large_range_ends(subject: &Subject) -> Result<(), NotPassed> {
    if !subject.instance()?.storage()?.describe().deletes_ranges {
        skip!("ranges are not described");
    }
    removal_ends(subject, ("write_batch with a range", FULL), |storage| {
        storage.write_batch(&[Write::DeleteRange { table: TABLE, start: b"", end: b"" }], &BatchOptions::new())
    })
}

fn a_dropped_table_ends(subject: &Subject) -> Result<(), NotPassed> {
    removal_ends(subject, ("drop_table", QUICK), |storage| storage.drop_table(TABLE))
}

fn a_large_table_that_is_dropped_ends(subject: &Subject) -> Result<(), NotPassed> {
    removal_ends(subject, ("drop_table", FULL), |storage| storage.drop_table(TABLE))
}

fn a_checkpoint_ends(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (storage, directory) = (instance.storage()?, new_directory()?);
    let place = directory.path().join("copy");
    let remove =
        || if place.exists() { std::fs::remove_dir_all(&place).must("a copy that is removed") } else { Ok(()) };
    long_enough("checkpoint", QUICK, |count| {
        fill(storage, count, b"value")?;
        remove()?;
        time(|| needed("checkpoint", storage.checkpoint(&place)))
    })?;
    remove()?;
    ends_when_cancelled(
        "checkpoint",
        storage,
        |storage| storage.checkpoint(&place),
        |_, done| {
            ensure!(done || !place.exists(), "a checkpoint that was cancelled left something in its directory");
            remove()
        },
    )
}
