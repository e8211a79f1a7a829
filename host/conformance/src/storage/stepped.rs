//! Tests of a storage's calls that stop at their instructions, where another thread makes calls of its own: what each does is there,
//! and whole.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, ErrorKind, Result as Called, StorageExtension, StorageTable, TransactionOptions, Write,
};
use sochdb_plugin_host::{Reader, Storage, Transaction};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

suite!(Storage, "storage_stepped":
    snapshots_begin_and_end_between_each_other;
    full: writes_stop_between_each_other,
    reads_stop_between_writes,
    what_tells_of_all_rows_stops_between_writes,
    commits_stop_between_each_other,
);

/// How often each call is made. The first time its instructions are counted.
const ROUNDS: u32 = 4;
/// How often a snapshot begins and ends, so that each of three calls of the other thread meets either of both, and the most of it.
const SNAPSHOTS: u32 = 36;
const MOST_OPEN: usize = 48;
/// How often a transaction ends within another one.
const COMMITS: u32 = 24;
/// The rows of the other thread.
const OTHERS: usize = 60;

fn value_of(reader: &Reader, key: &[u8]) -> Result<Option<Vec<u8>>, NotPassed> {
    let mut value = Vec::new();
    Ok(reader.get_append(1, key, &mut value).must("reader_get")?.then_some(value))
}

fn snapshots_begin_and_end_between_each_other(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    drop(needed("open_reader", storage.reader())?);
    let sees = |reader: &Reader, key: &[u8], expected: &[u8]| {
        let found = value_of(reader, key)?;
        ensure!(
            found.as_deref() == Some(expected),
            "a snapshot that began or ended while another one did sees {found:02x?} where {expected:02x?} was"
        );
        Ok(())
    };
    storage.put(1, b"other", b"first", 0).must("put")?;
    // One kind of call each time: where one has to wait for the call that stopped, another one need not.
    let turn = AtomicU32::new(0);
    let (mut open, mut last, mut number) = (VecDeque::new(), b"first".to_vec(), 0_u32);
    let other = || {
        number += 1;
        match turn.load(Ordering::SeqCst) % 3 {
            0 if open.len() < MOST_OPEN => open.push_back((storage.reader().must("open_reader")?, last.clone())),
            0 => {}
            1 => {
                let goes = if number % 3 == 0 { open.pop_back() } else { open.pop_front() };
                goes.map_or(Ok(()), |(reader, value)| sees(&reader, b"other", &value))?;
            }
            _ => {
                last = number.to_be_bytes().to_vec();
                storage.put(1, b"other", &last, 0).must("put")?;
            }
        }
        Ok(())
    };
    beside(subject, other, |steps| {
        steps.at_most(MOST_OPEN);
        for round in 0..SNAPSHOTS {
            let value = round.to_be_bytes();
            storage.put(1, b"own", &value, 0).must("put")?;
            storage.put(1, b"goes", &value, 0).must("put")?;
            turn.store(round, Ordering::SeqCst);
            let reader = steps.call(|| storage.reader()).must("open_reader")?;
            let before = value_of(&reader, b"other")?;
            storage.put(1, b"own", b"later", 0).must("put")?;
            storage.delete(1, b"goes", 0).must("delete")?;
            for key in [b"own", &b"goes"[..]] {
                sees(&reader, key, &value)?;
            }
            ensure!(value_of(&reader, b"other")? == before, "a snapshot sees a row change that another thread writes");
            turn.store(round / 3, Ordering::SeqCst);
            steps.call(|| drop(reader));
        }
        Ok(())
    })
}

/// A call that puts the row `key`, or takes the row `gone`, or does both.
type Change = fn(&Storage, &[u8], &[u8], &[u8]) -> Called<()>;

const CHANGES: [(&str, Change); 6] = [
    ("put", |storage, key, value, _| storage.put(1, key, value, 0)),
    ("delete", |storage, _, _, gone| storage.delete(1, gone, 0)),
    ("table_put", |storage, key, value, _| storage.open_table(1)?.put(key, value, 0)),
    ("write_batch", |storage, key, value, gone| {
        let writes = [Write::Put { table: 1, key, value }, Write::Delete { table: 1, key: gone }];
        storage.write_batch(&writes, &BatchOptions::new())
    }),
    ("write_batch with a time to live", |storage, key, value, gone| {
        let time_to_live = Duration::from_secs(3600);
        let writes = [Write::PutExpiring { table: 1, key, value, time_to_live }, Write::Delete { table: 1, key: gone }];
        storage.write_batch(&writes, &BatchOptions::new())
    }),
    // One that is new each time.
    ("open_table", |storage, key, value, _| {
        let table = u32::from_be_bytes([key[0], key[1], value[0], value[1]]);
        storage.open_table(table)?.put(b"first", value, 0)
    }),
];

/// A value of which each byte is the same, and whose length belongs to it.
fn value(number: u32) -> Vec<u8> {
    vec![number as u8; 2 + number as usize % 50]
}

fn has(storage: &Storage, by: &str, key: &[u8], expected: Option<Vec<u8>>) -> Result<(), NotPassed> {
    let found = storage.get(1, key).must("get")?;
    ensure!(
        found == expected,
        "after {by} and calls of another thread between its instructions, {key:02x?} is {found:02x?}, not {expected:02x?}"
    );
    Ok(())
}

fn writes_stop_between_each_other(subject: &Subject) -> Result<(), NotPassed> {
    CHANGES.into_iter().try_for_each(|(name, change)| {
        let mut instance = subject.instance()?;
        let storage = &*instance.storage()?;
        if supported(name, change(storage, b"c0", &value(0), b"b"))?.is_none() {
            return Ok(());
        }
        // The other thread's rows are before the own, and go from the last one on: a row that goes is beside one that goes.
        let others = |number: usize| format!("a{:03}", OTHERS - number).into_bytes();
        let (own, gone) = (|number: u32| format!("c{number}").into_bytes(), b"b");
        let there = Mutex::new(vec![None; OTHERS]);
        let (deletes, turns, every) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(1));
        // One kind of call each time, as with snapshots. It goes on to the end of the call that stops.
        let other = || {
            let turn = turns.fetch_add(1, Ordering::SeqCst);
            let every = every.load(Ordering::SeqCst);
            let (at, is_its_turn) = (turn / every % OTHERS, turn % every == 0);
            if !is_its_turn {
                return Ok(());
            }
            let left = (!deletes.load(Ordering::SeqCst)).then(|| value(turn as u32));
            match &left {
                Some(value) => storage.put(1, &others(at), value, 0).must("put")?,
                None => storage.delete(1, &others(at), 0).must("delete")?,
            }
            has(storage, "a call", &others(at), left.clone())?;
            there.lock().unwrap_or_else(PoisonError::into_inner)[at] = left;
            Ok(())
        };
        beside(subject, other, |steps| {
            for round in 0..2 * ROUNDS {
                storage.put(1, gone, b"goes", 0).must("put")?;
                deletes.store(round % 2 == 0, Ordering::SeqCst);
                let before = turns.swap(0, Ordering::SeqCst);
                every.fetch_max(before.div_ceil(OTHERS), Ordering::SeqCst);
                steps.call(|| change(storage, &own(round), &value(round), gone)).must(name)?;
                for (at, row) in there.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().enumerate() {
                    has(storage, name, &others(at), row.clone())?;
                    if row.is_none() {
                        storage.put(1, &others(at), &value(round), 0).must("put")?;
                        *row = Some(value(round));
                    }
                }
                let is_put = !matches!(name, "delete" | "open_table");
                has(storage, name, &own(round), is_put.then(|| value(round)))?;
                let is_gone = name == "delete" || name.starts_with("write_batch");
                has(storage, name, gone, (!is_gone).then(|| b"goes".to_vec()))?;
            }
            Ok(())
        })?;
        let rows = storage.scan(1, b"", b"", 999).must("scan")?;
        ensure!(
            rows.is_sorted_by(|one, next| one.0 < next.0),
            "after {name} between other calls, a scan is out of order"
        );
        let there =
            rows.iter().filter(|(key, value)| storage.get(1, key).ok().flatten().as_ref() == Some(value)).count();
        ensure!(there == rows.len(), "after {name} between other calls, get and scan differ");
        let (count, exactly) = (storage.stats().must("stats")?.key_count, storage.describe().counts_exactly);
        let others = if name == "open_table" { count.saturating_sub(rows.len() as u64) } else { 0 };
        ensure!(
            !exactly || count == rows.len() as u64 + others,
            "after {name} between other calls, stats counts {count} keys of {}",
            rows.len()
        );
        Ok(())
    })
}

/// A call that reads the row, and what it found; None if that is unsupported.
type Look = fn(&Storage, &[u8]) -> Called<Option<Vec<u8>>>;

const LOOKS: [(&str, Look); 5] = [
    ("get", |storage, key| storage.get(1, key)),
    ("table_get", |storage, key| storage.open_table(1)?.get(key)),
    ("scan", |storage, key| Ok(storage.scan(1, key, b"s", 1)?.pop().map(|(_, value)| value))),
    ("multi_get", |storage, key| Ok(storage.multi_get(1, &[b"n", key])?.pop().flatten())),
    ("cursor_next", |storage, key| {
        let reader = storage.reader()?;
        let mut cursor = reader.cursor(1, &CursorOptions::range(key, b"s"))?;
        let found = cursor.next_batch()?.next().map(|(_, value)| value.to_vec());
        Ok(found)
    }),
];

fn reads_stop_between_writes(subject: &Subject) -> Result<(), NotPassed> {
    LOOKS.into_iter().try_for_each(|(name, look)| {
        let mut instance = subject.instance()?;
        let storage = &*instance.storage()?;
        storage.put(1, b"row", &value(7), 0).must("put")?;
        if supported(name, look(storage, b"row"))?.is_none() {
            return Ok(());
        }
        let mut number = 0;
        let other = || {
            number += 1;
            storage.put(1, b"row", &value(number), 0).must("put")?;
            storage.put(1, format!("q{}", number % 5).as_bytes(), &value(number), 0).must("put")?;
            storage.delete(1, format!("q{}", (number + 2) % 5).as_bytes(), 0).must("delete")
        };
        beside(subject, other, |steps| {
            for _ in 0..ROUNDS {
                let found = steps.call(|| look(storage, b"row")).must(name)?;
                let Some(found) = found else { return Err(format!("{name} beside writes lacks a row").into()) };
                let first = found.first().copied().unwrap_or(0);
                let is_one = found.iter().all(|byte| *byte == first) && (2..52).contains(&found.len());
                ensure!(is_one, "{name} between writes gives a value that nobody put: {found:02x?}");
            }
            Ok(())
        })
    })
}

fn what_tells_of_all_rows_stops_between_writes(subject: &Subject) -> Result<(), NotPassed> {
    // Keys that come and go beside one that stays, and each second time a table with them.
    const KEYS: u32 = 5;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"stays", b"", 0).must("put")?;
    let mut number = 0_u32;
    let other = || {
        number += 1;
        let [comes, goes] = [number, number + 2].map(|number| [(number % KEYS) as u8]);
        storage.put(1, &comes, &value(number), 0).must("put")?;
        storage.delete(1, &goes, 0).must("delete")?;
        match number % 2 {
            0 => storage.put(2, b"goes", &value(number), 0).must("put"),
            _ => storage.delete(2, b"goes", 0).must("delete"),
        }
    };
    let most = u64::from(KEYS) + 2;
    beside(subject, other, |steps| {
        for _ in 0..ROUNDS {
            let count = steps.call(|| storage.stats()).must("stats")?.key_count;
            ensure!(
                !storage.describe().counts_exactly || (1..=most).contains(&count),
                "stats between writes counts {count} keys, where 1 to {most} are there"
            );
            if let Some(tables) = supported("list_tables", steps.call(|| storage.list_tables()))? {
                let is_so = matches!(tables[..], [1] | [1, 2]);
                ensure!(
                    is_so,
                    "list_tables between writes gives {tables:?}, where 1 has rows, and 2 has some at times"
                );
            }
        }
        Ok(())
    })?;
    has(storage, "what tells of all rows", b"stays", Some(Vec::new()))
}

/// A transaction that has added one to a counter; None if another one is in the way.
fn begun(storage: &Storage, row: &[u8]) -> Result<Option<Transaction>, NotPassed> {
    let begun = || -> Called<Transaction> {
        let mut inside = storage.begin(&TransactionOptions::new().with_wait(Duration::ZERO))?;
        let count = inside.get(1, b"count")?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
        inside.put(1, b"count", &(count + 1).to_be_bytes())?;
        inside.put(2, row, b"")?;
        Ok(inside)
    };
    if_free("a transaction that adds one", begun())
}

/// None if another transaction is in the way.
fn if_free<T>(what: &str, result: Called<T>) -> Result<Option<T>, NotPassed> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Busy) => Ok(None),
        result => result.map(Some).must(what),
    }
}

fn commits_stop_between_each_other(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("begin", storage.begin(&TransactionOptions::new()))?.abort();
    // The other thread's commits, one within each of the own: always at another instruction.
    let (waiting, committed) = (Mutex::new(None::<Transaction>), AtomicU32::new(0));
    let (turn, target) = (AtomicU32::new(0), AtomicU32::new(0));
    let other = || {
        if turn.fetch_add(1, Ordering::SeqCst) != target.load(Ordering::SeqCst) {
            return Ok(());
        }
        let waits = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ended = waits.map(|waits| if_free("commit", waits.commit())).transpose()?.flatten();
        committed.fetch_add(ended.map_or(0, |()| 1), Ordering::SeqCst);
        Ok(())
    };
    beside(subject, other, |steps| {
        for round in 0..COMMITS {
            let own = begun(storage, format!("own {round}").as_bytes())?;
            *waiting.lock().unwrap_or_else(PoisonError::into_inner) =
                begun(storage, format!("other {round}").as_bytes())?;
            let turns = turn.swap(0, Ordering::SeqCst);
            target.fetch_max(turns, Ordering::SeqCst);
            let all = target.load(Ordering::SeqCst);
            target.store(all * (round % 8) / 8 + round / 8, Ordering::SeqCst);
            let Some(own) = own else { return Err("a transaction cannot begin where none is open".to_owned().into()) };
            let ended = if_free("commit", steps.call(|| own.commit()))?;
            committed.fetch_add(ended.map_or(0, |()| 1), Ordering::SeqCst);
            target.store(all, Ordering::SeqCst);
            drop(waiting.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
        Ok(())
    })?;
    let count =
        storage.get(1, b"count").must("get")?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    let rows = storage.scan(2, b"", b"", usize::MAX).must("scan")?.len();
    let all = committed.into_inner();
    ensure!(
        count == all && rows == all as usize,
        "{all} transactions that ended between each other's instructions added one each, and there are {count} with {rows} rows"
    );
    Ok(())
}
