//! Tests of what is to be seen at one moment, by threads that look all the time: a batch, a commit and a range that goes.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

suite!(Storage, "storage_moments":
    a_batch_is_seen_at_one_moment,
    a_commit_is_seen_at_one_moment;
    full: a_batch_is_seen_at_one_moment_for_longer, a_commit_is_seen_at_one_moment_for_longer,
);

const WHILE: Duration = Duration::from_millis(200);
const LONGER: Duration = Duration::from_millis(1500);
/// The threads that look while one writes: more than most machines for tests have processors, so that the writer is interrupted.
const LOOK: usize = 3;
/// The rows of each table that are written together.
const ROWS: u16 = 400;
const TABLES: [u32; 2] = [1, 300];
/// The key of the first of them, which never goes.
const FIRST: [u8; 2] = [0; 2];

/// The value that all rows of a table have, and how many there are. None if they have different ones.
fn of_one_moment(rows: &[(Vec<u8>, Vec<u8>)]) -> Option<(Vec<u8>, usize)> {
    let value = rows.first().map_or_else(Vec::new, |(_, value)| value.clone());
    rows.iter().all(|(_, own)| *own == value).then_some((value, rows.len()))
}

fn looks(storage: &Storage, what: &str) -> Result<(), NotPassed> {
    let see = |slot: &str, rows: &[(Vec<u8>, Vec<u8>)]| {
        let Some(seen) = of_one_moment(rows) else {
            return Err(NotPassed::Failed(format!(
                "{slot} beside a {what} gives some of its rows and some of the one before"
            )));
        };
        let whole = seen.1 == 1 || seen.1 == usize::from(ROWS);
        ensure!(whole, "{slot} beside a {what} gives {} of {ROWS} rows that come and go together", seen.1);
        Ok(seen)
    };
    let round = |table| -> Result<u32, NotPassed> {
        let found = storage.get(table, &FIRST).must("get")?;
        found.and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes).ok_or("get lacks the first row".into())
    };
    for look in 0..16 {
        let (one, other) = (TABLES[look % 2], TABLES[1 - look % 2]);
        let (before, after) = (round(one)?, round(other)?);
        ensure!(before <= after, "{what} {before} is seen in table {one}, and then not in table {other}: {after}");
    }
    for table in TABLES {
        see("scan", &storage.scan(table, b"", b"", usize::MAX).must("scan")?)?;
    }
    let Some(reader) = supported("open_reader", storage.reader())? else { return Ok(()) };
    let mut seen = Vec::new();
    for table in TABLES {
        let mut rows = Vec::new();
        let mut cursor = reader.cursor(table, &Default::default()).must("open_cursor")?;
        loop {
            let batch = cursor.next_batch().must("cursor_next")?;
            if batch.len() == 0 {
                break;
            }
            rows.extend(batch.map(|(key, value)| (key.to_vec(), value.to_vec())));
        }
        seen.push(see("a snapshot", &rows)?);
    }
    ensure!(seen[0] == seen[1], "a snapshot beside a {what} has it in one table and not in the other");
    Ok(())
}

/// Has `write` change all rows, with the number of its round, as long as others look.
fn moments(
    subject: &Subject,
    what: &str,
    time: Duration,
    write: impl Fn(&Storage, u32) -> Result<(), NotPassed> + Sync,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    write(storage, 0)?;
    let (end, is_over) = (Instant::now() + time, AtomicBool::new(false));
    together(1 + LOOK, |thread| {
        if thread > 0 {
            while !is_over.load(Ordering::Acquire) {
                looks(storage, what)?;
            }
            return Ok(());
        }
        let wrote = (1..u32::MAX).take_while(|_| Instant::now() < end).try_for_each(|round| write(storage, round));
        is_over.store(true, Ordering::Release);
        wrote
    })
}

/// In every fourth round all rows go but the first.
fn goes(round: u32) -> bool {
    round % 4 == 3
}

fn batches(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    let described = subject.instance()?.storage()?.describe();
    if described.max_batch.is_some_and(|most| most < u64::from(ROWS) * TABLES.len() as u64) {
        skip!("a batch has fewer writes");
    }
    let deletes_ranges = described.deletes_ranges;
    moments(subject, "batch", time, |storage, round| {
        let (value, keys) = (round.to_be_bytes(), (0..ROWS).map(u16::to_be_bytes).collect::<Vec<_>>());
        let mut writes = Vec::new();
        for table in TABLES {
            match goes(round) {
                true if deletes_ranges => writes.push(Write::DeleteRange { table, start: &keys[1], end: b"" }),
                true => writes.extend(keys[1..].iter().map(|key| Write::Delete { table, key })),
                false => writes.extend(keys[1..].iter().map(|key| Write::Put { table, key, value: &value })),
            }
            writes.push(Write::Put { table, key: &keys[0], value: &value });
        }
        needed("write_batch", storage.write_batch(&writes, &BatchOptions::new()))
    })
}

fn commits(subject: &Subject, time: Duration) -> Result<(), NotPassed> {
    moments(subject, "commit", time, |storage, round| {
        let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
        for table in TABLES {
            for key in (0..ROWS).map(u16::to_be_bytes) {
                let done = if goes(round) && key != FIRST {
                    inside.delete(table, &key)
                } else {
                    inside.put(table, &key, &round.to_be_bytes())
                };
                done.must("a write of a transaction")?;
            }
        }
        match inside.commit() {
            // Nobody else writes, but a storage may not be sure.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            committed => committed.must("commit"),
        }
    })
}

fn a_batch_is_seen_at_one_moment(subject: &Subject) -> Result<(), NotPassed> {
    batches(subject, WHILE)
}

fn a_batch_is_seen_at_one_moment_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    batches(subject, LONGER)
}

fn a_commit_is_seen_at_one_moment(subject: &Subject) -> Result<(), NotPassed> {
    commits(subject, WHILE)
}

fn a_commit_is_seen_at_one_moment_for_longer(subject: &Subject) -> Result<(), NotPassed> {
    commits(subject, LONGER)
}
