//! Tests of threads that use a storage at the same time, on the same rows: none is lost, none is torn, none is of another.

use crate::frame::must::{ensure, needed, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, ErrorKind, Result as Called, StorageExtension, StorageTable, TransactionOptions, Write,
};
use sochdb_plugin_host::{Reader, Storage};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

suite!(Storage, "storage_threads":
    rows_of_one_table_are_whole,
    a_table_that_many_begin_is_one,
    one_row_is_never_torn,
    what_comes_and_goes_is_counted,
    snapshots_come_and_go_beside_writers,
    commits_beside_each_other_are_all_counted;
full:
    rows_of_one_table_are_whole_for_longer,
    one_row_is_never_torn_for_longer,
    what_comes_and_goes_is_counted_for_longer,
    snapshots_come_and_go_beside_writers_for_longer,
    commits_beside_each_other_are_all_counted_for_longer,
);

/// How many begin together: more than most machines for tests have processors.
const THREADS: usize = 6;
/// As many as every storage has room for.
const TABLES: u32 = 16;
/// How long writers go on at most; slow ones do less in it.
const WHILE: Duration = Duration::from_millis(200);
const LONGER: Duration = Duration::from_millis(800);

/// Lets every second thread sleep between two calls: whoever wakes comes in the middle of what another one does, also where there
/// is one processor.
fn pause(thread: usize) {
    if thread % 2 == 1 {
        std::thread::sleep(Duration::from_micros(10));
    }
}

/// Writes a row by one of the ways that there are; a plain put stands for a way that there is not.
fn write(storage: &Storage, table: &impl StorageTable, way: usize, key: &[u8], value: &[u8]) -> Result<(), NotPassed> {
    match way % 3 {
        0 => storage.put(1, key, value, 0).must("put"),
        1 => table.put(key, value, 0).must("table_put"),
        _ => {
            let writes = [Write::Put { table: 1, key, value }];
            match supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))? {
                Some(()) => Ok(()),
                None => storage.put(1, key, value, 0).must("put"),
            }
        }
    }
}

fn rows(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    const KEYS: u32 = 4;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let shared = &storage.open_table(1).must("open_table")?;
    // Keys of all threads lie between those of each other.
    let key = |thread: usize, row: u32| (row * THREADS as u32 + thread as u32).to_be_bytes();
    let value =
        |thread: usize, round: u32| [&round.to_be_bytes()[..], &vec![thread as u8; round as usize % 90]].concat();
    let rounds: Vec<AtomicU32> = (0..THREADS).map(|_| AtomicU32::new(0)).collect();
    let until = Instant::now() + time;
    together(THREADS, |thread| {
        for round in (0..u32::MAX).take_while(|_| Instant::now() < until) {
            let row = round % KEYS;
            if round >= KEYS {
                let found = shared.get(&key(thread, row)).must("table_get")?;
                let last = Some(value(thread, round - KEYS));
                ensure!(
                    found == last,
                    "thread {thread} alone writes the row {row}, and reads another value: {found:02x?}"
                );
            }
            write(storage, shared, thread + round as usize, &key(thread, row), &value(thread, round))?;
            let found = storage.get(1, &key(thread, row)).must("get")?;
            ensure!(
                found == Some(value(thread, round)),
                "thread {thread} does not read the row {row} that it just wrote"
            );
            rounds[thread].store(round + 1, Ordering::Relaxed);
            pause(thread);
        }
        Ok(())
    })?;
    let written: usize = rounds.iter().map(|rounds| rounds.load(Ordering::Relaxed).min(KEYS) as usize).sum();
    let found = storage.scan(1, b"", b"", usize::MAX).must("scan")?.len();
    ensure!(found == written, "{THREADS} threads left {found} rows in one table where {written} are expected");
    Ok(())
}

fn a_table_that_many_begin_is_one(subject: &Subject) -> Result<(), NotPassed> {
    // No more than have a processor each, on most machines.
    const FEW: usize = 2;
    let end = Instant::now() + WHILE;
    for _ in (0..50).take_while(|round| *round == 0 || Instant::now() < end) {
        let mut instance = subject.instance()?;
        let storage = &*instance.storage()?;
        // One that failed does not arrive.
        let (arrived, until) = (AtomicUsize::new(0), Instant::now() + WHILE * 20);
        together(FEW, |thread| {
            for table in 0..TABLES {
                // All that have a processor go on in the same moment.
                arrived.fetch_add(1, Ordering::SeqCst);
                while arrived.load(Ordering::SeqCst) < (table as usize + 1) * FEW && Instant::now() < until {
                    std::hint::spin_loop();
                }
                let key = [thread as u8];
                // Both by a put, both by a handle, and each by another.
                if table % 3 == 0 || (table % 3 == 1 && thread == 0) {
                    storage.put(table, &key, &key, 0).must("put")?;
                } else {
                    let handle = storage.open_table(table).must("open_table")?;
                    handle.put(&key, &key, 0).must("table_put")?;
                }
            }
            Ok(())
        })?;
        for table in 0..TABLES {
            let rows = storage.scan(table, b"", b"", usize::MAX).must("scan")?.len();
            ensure!(rows == FEW, "{FEW} threads put a row each to a table that is new, and it has {rows}");
            let handle = storage.open_table(table).must("open_table")?;
            for thread in 0..FEW as u8 {
                let found = handle.get(&[thread]).must("table_get")?;
                ensure!(
                    found.as_deref() == Some(&[thread]),
                    "the row of thread {thread} in a new table is {found:02x?}"
                );
            }
        }
    }
    Ok(())
}

/// The length of the value whose bytes are all `byte`.
fn length(byte: u8) -> usize {
    [60_000, 60_000, 20_000, 300, 1, 5000][usize::from(byte / 2) % 6]
}

/// Sees that a value is one that was written under this key.
fn is_whole(slot: &str, which: u8, value: &[u8]) -> Result<(), NotPassed> {
    let Some(byte) = value.first() else { return Err(format!("{slot} gives an empty value, and none was put").into()) };
    let one = value.iter().all(|other| other == byte) && value.len() == length(*byte);
    ensure!(one, "{slot} gives a value of {} bytes that is none which was put: {}", value.len(), show(value));
    ensure!(byte % 2 == which, "{slot} gives the value of another key: {}", show(value));
    Ok(())
}

fn one_row(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let shared = &storage.open_table(1).must("open_table")?;
    for which in 0..2 {
        storage.put(1, &[which], &vec![which; length(which)], 0).must("put")?;
    }
    let (until, writing) = (Instant::now() + time, AtomicUsize::new(THREADS / 2));
    together(THREADS, |thread| {
        let which = (thread % 2) as u8;
        if thread < THREADS / 2 {
            let mut rounds = (1..u32::MAX).take_while(|_| Instant::now() < until);
            let wrote = rounds.try_for_each(|round| {
                pause(thread);
                let byte = (round as u8).wrapping_mul(2) + which;
                write(storage, shared, thread + round as usize, &[which], &vec![byte; length(byte)])
            });
            writing.fetch_sub(1, Ordering::Release);
            return wrote;
        }
        while writing.load(Ordering::Acquire) > 0 {
            pause(thread);
            for which in 0..2 {
                let key = [which];
                is_whole("get", which, &storage.get(1, &key).must("get")?.unwrap_or_default())?;
                is_whole("table_get", which, &shared.get(&key).must("table_get")?.unwrap_or_default())?;
            }
            for (key, value) in storage.scan(1, b"", b"", 9).must("scan")? {
                is_whole("scan", key[0], &value)?;
            }
            if let Some(mut reader) = supported("open_reader", storage.reader())? {
                is_whole("reader_get", which, reader.get(1, &[which]).must("reader_get")?.unwrap_or_default())?;
            }
        }
        Ok(())
    })
}

fn comes_and_goes(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    const KEYS: u64 = 40;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let shared = &storage.open_table(1).must("open_table")?;
    let until = Instant::now() + time;
    together(THREADS, |thread| {
        let mut random = subject.random(91 + thread as u64);
        for step in (0..usize::MAX).take_while(|_| Instant::now() < until) {
            pause(thread);
            let key = [random.below(KEYS) as u8];
            if random.below(2) == 0 {
                write(storage, shared, step, &key, &[key[0]; 20])?;
            } else {
                storage.delete(1, &key, 0).must("delete")?;
            }
        }
        Ok(())
    })?;
    let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
    ensure!(
        rows.is_sorted_by(|one, next| one.0 < next.0),
        "after {THREADS} threads put and deleted, a scan gives a key twice"
    );
    let counts_exactly = storage.describe().counts_exactly;
    let counted = |expected: usize| -> Result<(), NotPassed> {
        let count = storage.stats().must("stats")?.key_count;
        ensure!(!counts_exactly || count == expected as u64, "stats counts {count} keys where {expected} are there");
        Ok(())
    };
    counted(rows.len())?;
    for key in 0..KEYS as u8 {
        let there = rows.iter().any(|(own, _)| *own == [key]);
        let found = storage.get(1, &[key]).must("get")?;
        ensure!(found == there.then(|| vec![key; 20]), "a scan has the key {key}: {there}, and get gives {found:02x?}");
        storage.delete(1, &[key], 0).must("delete")?;
    }
    let left = storage.scan(1, b"", b"", usize::MAX).must("scan")?.len();
    ensure!(left == 0, "after all keys were deleted {left} rows are there");
    counted(0)
}

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// The rows of a cursor over all.
fn rows_of(reader: &Reader) -> Result<Rows, NotPassed> {
    let mut cursor = reader.cursor(1, &CursorOptions::new()).must("open_cursor")?;
    left_of(&mut cursor, 9_999).must("cursor_next")
}

fn snapshots(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let shared = &storage.open_table(1).must("open_table")?;
    drop(needed("open_reader", storage.reader())?);
    let (until, writing) = (Instant::now() + time, AtomicUsize::new(2));
    together(THREADS, |thread| {
        let mut random = subject.random(95 + thread as u64);
        if thread < 2 {
            let mut steps = (0..u32::MAX).take_while(|_| Instant::now() < until);
            let wrote = steps.try_for_each(|step| {
                let key = [random.below(100) as u8];
                match random.below(3) {
                    0 => storage.delete(1, &key, 0).must("delete"),
                    _ => write(storage, shared, step as usize, &key, &step.to_le_bytes()),
                }
            });
            writing.fetch_sub(1, Ordering::Release);
            return wrote;
        }
        let mut open = std::collections::VecDeque::new();
        while writing.load(Ordering::Acquire) > 0 {
            pause(thread);
            for _ in 0..20 {
                drop(storage.reader().must("open_reader")?);
            }
            let reader = storage.reader().must("open_reader")?;
            let rows = rows_of(&reader)?;
            ensure!(
                rows.is_sorted_by(|one, next| one.0 < next.0),
                "a cursor beside writers gives keys that do not ascend"
            );
            open.push_back((reader, rows));
            for (reader, rows) in &open {
                ensure!(rows_of(reader)? == *rows, "two cursors of one snapshot differ beside writers");
                for (key, value) in rows.iter().step_by(9) {
                    let mut found = Vec::new();
                    let there = reader.get_append(1, key, &mut found).must("reader_get")?;
                    ensure!(
                        there && found == *value,
                        "reader_get beside writers differs from a cursor at {}",
                        show(key)
                    );
                }
            }
            if open.len() == 3 {
                drop(open.remove(random.below(3) as usize));
            }
        }
        Ok(())
    })
}

fn commits(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("begin", storage.begin(&TransactionOptions::new()))?.abort();
    storage.put(1, b"count", &0_u32.to_be_bytes(), 0).must("put")?;
    let (until, committed) = (Instant::now() + time, AtomicU32::new(0));
    let add = |thread: usize, round: u32| -> Called<Option<u32>> {
        let mut inside = storage.begin(&TransactionOptions::new())?;
        let count = inside.get(1, b"count")?.and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
        let Some(count) = count else { return Ok(None) };
        inside.put(1, b"count", &(count + 1).to_be_bytes())?;
        inside.put(2, &[thread as u8, round as u8], &round.to_be_bytes())?;
        inside.commit().map(|()| Some(count))
    };
    together(THREADS, |thread| {
        for round in (0..u32::MAX).take_while(|_| Instant::now() < until) {
            pause(thread);
            match add(thread, round) {
                Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Busy) => continue,
                added => ensure!(added.must("a transaction that adds one")?.is_some(), "the counter is not 4 bytes"),
            }
            committed.fetch_add(1, Ordering::Relaxed);
            let own = storage.get(2, &[thread as u8, round as u8]).must("get")?;
            let expected = round.to_be_bytes();
            ensure!(own.as_deref() == Some(&expected), "a row that thread {thread} committed is {own:02x?}");
        }
        Ok(())
    })?;
    let (found, expected) = (storage.get(1, b"count").must("get")?, committed.into_inner().to_be_bytes());
    ensure!(
        found.as_deref() == Some(&expected),
        "commits added one each {expected:02x?} times, and there is {found:02x?}"
    );
    Ok(())
}

fn rows_of_one_table_are_whole(subject: &Subject) -> Result<(), NotPassed> {
    rows(subject, WHILE)
}

fn rows_of_one_table_are_whole_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    rows(subject, LONGER)
}

fn one_row_is_never_torn(subject: &Subject) -> Result<(), NotPassed> {
    one_row(subject, WHILE)
}

fn one_row_is_never_torn_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    one_row(subject, LONGER)
}

fn what_comes_and_goes_is_counted(subject: &Subject) -> Result<(), NotPassed> {
    comes_and_goes(subject, WHILE)
}

fn what_comes_and_goes_is_counted_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    comes_and_goes(subject, LONGER)
}

fn snapshots_come_and_go_beside_writers(subject: &Subject) -> Result<(), NotPassed> {
    snapshots(subject, WHILE)
}

fn snapshots_come_and_go_beside_writers_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    snapshots(subject, LONGER)
}

fn commits_beside_each_other_are_all_counted(subject: &Subject) -> Result<(), NotPassed> {
    commits(subject, WHILE)
}

fn commits_beside_each_other_are_all_counted_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    commits(subject, LONGER)
}
