//! Tests of what very many changes leave: rows of a tree that grows and shrinks, a snapshot from long ago, a transaction beside which
//! thousands committed, and rows that are written while the storage tidies up.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::spent::spent;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::compacted::compact;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, ErrorKind, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

suite!(Storage, "storage_many_changes":
    what_is_written_while_it_compacts_stays,
    what_is_behind_many_that_went_is_found;
full:
    rows_of_a_tree_that_shrinks_stay,
    rows_around_a_part_that_thins_stay,
    a_snapshot_from_65_536_writes_ago_stays,
    a_transaction_notices_what_changed_thousands_of_commits_ago,
);

/// A storage that is slow is tried with less.
const PATIENCE: Duration = Duration::from_secs(2);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Writes rows in batches, or one by one where there are none; None removes a row.
fn write_all(storage: &Storage, rows: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), NotPassed> {
    for part in rows.chunks(500) {
        let writes: Vec<Write<'_>> = part
            .iter()
            .map(|(key, value)| match value {
                Some(value) => Write::Put { table: 1, key, value },
                None => Write::Delete { table: 1, key },
            })
            .collect();
        if supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))?.is_none() {
            for (key, value) in part {
                match value {
                    Some(value) => storage.put(1, key, value, 0).must("put")?,
                    None => storage.delete(1, key, 0).must("delete")?,
                }
            }
        }
    }
    Ok(())
}

/// Each row by itself, and all in a row.
fn holds(storage: &Storage, expected: &Rows, after: &str) -> Result<(), NotPassed> {
    for (key, value) in expected {
        let found = storage.get(1, key).must("get")?;
        ensure!(
            found.as_ref() == Some(value),
            "after {after} the row {key:02x?}, which nobody removed, is {found:02x?}, not {value:02x?}"
        );
    }
    let found = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
    ensure!(
        found.len() == expected.len() && found.iter().zip(expected).all(|(found, row)| (&found.0, &found.1) == row),
        "after {after} a scan gives {} rows, where {} are, or others",
        found.len(),
        expected.len()
    );
    Ok(())
}

/// The order in which the keys go, so that nodes of a tree lose theirs from one side, from both, or everywhere.
type Order = (&'static str, fn(&mut Vec<u32>, &mut Random));

const ORDERS: [Order; 4] = [
    ("the first ones first", |_, _| {}),
    ("the last ones first", |keys, _| keys.reverse()),
    ("any of them", |keys, random| {
        for at in (1..keys.len()).rev() {
            keys.swap(at, random.below(at as u64 + 1) as usize);
        }
    }),
    ("every second one first", |keys, _| keys.sort_by_key(|key| (key % 2, *key))),
];

/// Rounds in which a part of the rows goes but for a few of them, wherever its ends are in the nodes, and comes back in any order.
fn rows_around_a_part_that_thins_stay(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 10_000;
    const ROUNDS: u32 = 24;
    let (spent, mut random) = (spent(), subject.random(122));
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut expected = Rows::new();
    for round in 1..=ROUNDS {
        for _ in 0..ROWS {
            let key = (random.below(u64::from(ROWS)) as u32).to_be_bytes();
            storage.put(1, &key, &round.to_be_bytes(), 0).must("put")?;
            expected.insert(key.to_vec(), round.to_be_bytes().to_vec());
        }
        let from = random.below(u64::from(ROWS)) as u32;
        for number in from..ROWS.min(from + ROWS / 2) {
            if random.below(20) == 0 {
                continue;
            }
            storage.delete(1, &number.to_be_bytes(), 0).must("delete")?;
            expected.remove(&number.to_be_bytes()[..]);
        }
        holds(storage, &expected, &format!("{round} rounds in which half of the rows went but for some,"))?;
        if spent() > PATIENCE {
            break;
        }
    }
    Ok(())
}

fn rows_of_a_tree_that_shrinks_stay(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 12_000;
    let (spent, mut random) = (spent(), subject.random(121));
    for (order, arrange) in ORDERS {
        let mut instance = subject.instance()?;
        let storage = &*instance.storage()?;
        let mut keys: Vec<u32> = (0..ROWS).collect();
        arrange(&mut keys, &mut random);
        let key = |number: u32| number.to_be_bytes().to_vec();
        let put = |number: &u32| (key(*number), Some(number.to_le_bytes().to_vec()));
        let rows: Vec<_> = keys.iter().map(put).collect();
        write_all(storage, &rows)?;
        let mut expected: Rows = rows.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect();
        holds(storage, &expected, "12 000 puts")?;
        // Thinner and thinner.
        for part in keys.chunks(ROWS as usize / 8).take(7) {
            write_all(storage, &part.iter().map(|number| (key(*number), None)).collect::<Vec<_>>())?;
            part.iter().for_each(|number| drop(expected.remove(&key(*number))));
            let after = format!("removals of {} of {ROWS} rows, {order},", ROWS as usize - expected.len());
            holds(storage, &expected, &after)?;
        }
        // And full again.
        let again: Vec<_> = keys.iter().rev().map(put).collect();
        write_all(storage, &again)?;
        let expected = again.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect();
        holds(storage, &expected, &format!("{ROWS} rows went, {order}, and came back,"))?;
        if spent() > PATIENCE {
            break;
        }
    }
    Ok(())
}

/// A snapshot keeps what went, so that whoever looks for the next row passes over thousands.
fn what_is_behind_many_that_went_is_found(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 6000;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let key = |number: u32| number.to_be_bytes().to_vec();
    write_all(storage, &(0..ROWS).map(|number| (key(number), Some(vec![1; 10]))).collect::<Vec<_>>())?;
    let _before = supported("open_reader", storage.reader())?;
    let goes = |number: &u32| *number < 2500 || (2600..5800).contains(number);
    write_all(storage, &(0..ROWS).filter(goes).map(|number| (key(number), None)).collect::<Vec<_>>())?;
    let left: Vec<_> = (0..ROWS).filter(|number| !goes(number)).map(key).collect();
    let keys = |rows: Vec<(Vec<u8>, Vec<u8>)>| rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    let mut ways = vec![("scan", keys(storage.scan(1, b"", b"", usize::MAX).must("scan")?))];
    if let Some(reader) = supported("open_reader", storage.reader())? {
        for (way, options) in [("a cursor", CursorOptions::new()), ("one backwards", CursorOptions::new().reversed())] {
            let Some(mut cursor) = supported("open_cursor", reader.cursor(1, &options))? else { continue };
            let mut found = keys(left_of(&mut cursor, usize::MAX).must("cursor_next")?);
            found.sort();
            ways.push((way, found));
        }
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        ways.push(("txn_scan", keys(inside.scan(1, b"", b"", usize::MAX).must("txn_scan")?)));
    }
    for (way, found) in ways {
        ensure!(
            found == left,
            "{way} gives {} rows of {}, which are behind thousands that went while a snapshot is open",
            found.len(),
            left.len()
        );
    }
    Ok(())
}

/// Whatever counts writes in 16 bits takes those beside the 65 536th for those of the snapshot.
fn a_snapshot_from_65_536_writes_ago_stays(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 8000;
    const BESIDE: u32 = 64;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let rows: Vec<_> = (0..ROWS).map(|number| (number.to_be_bytes().to_vec(), Some(b"old".to_vec()))).collect();
    let write_rows = |value: &[u8]| {
        let puts: Vec<_> = rows.iter().map(|(key, _)| Write::Put { table: 1, key, value }).collect();
        storage.write_batch(&puts, &BatchOptions::new())
    };
    // In one write, if that is one.
    if supported("write_batch", write_rows(b"old"))?.is_none() {
        write_all(storage, &rows)?;
    }
    storage.put(1, b"hot", b"old", 0).must("put")?;
    let mut reader = needed("open_reader", storage.reader())?;
    let spent = spent();
    let mut beside = (0..ROWS).step_by((ROWS / (2 * BESIDE)) as usize);
    for number in 1..=(1 << 16) + BESIDE {
        let key = match number > (1 << 16) - BESIDE {
            true => beside.next().unwrap_or(0).to_be_bytes().to_vec(),
            false => b"hot".to_vec(),
        };
        match storage.put(1, &key, b"new", 0) {
            // What a snapshot keeps takes room, of which there may be no more.
            Err(error) if error.kind() == ErrorKind::Limit => break,
            put => put.must("put")?,
        }
        if number % 1024 == 0 && spent() > 2 * PATIENCE {
            break;
        }
    }
    for number in 0..ROWS {
        let found = reader.get(1, &number.to_be_bytes()).must("reader_get")?;
        ensure!(
            found == Some(b"old"),
            "a snapshot from before {} writes has {found:02x?} in the row {number} where `old` was",
            (1 << 16) + BESIDE
        );
    }
    if let Some(mut cursor) = supported("open_cursor", reader.cursor(1, &CursorOptions::new()))? {
        let found = left_of(&mut cursor, usize::MAX).must("cursor_next")?;
        let old = found.iter().filter(|(_, value)| value == b"old").count();
        ensure!(old == ROWS as usize + 1, "a cursor of a snapshot gives {old} of {} rows as they were", ROWS + 1);
    }
    Ok(())
}

/// The changes that a storage remembers must be there as long as the oldest transaction that may ask for it, also if others began later.
fn a_transaction_notices_what_changed_thousands_of_commits_ago(subject: &Subject) -> Result<(), NotPassed> {
    const COMMITS: u32 = 3000;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let at_once = || storage.begin(&TransactionOptions::new().with_wait(Duration::ZERO));
    let is_late = |kind: ErrorKind| matches!(kind, ErrorKind::Conflict | ErrorKind::Busy);
    drop(needed("begin", at_once())?);
    for key in [&b"first"[..], b"second"] {
        storage.put(1, key, b"start", 0).must("put")?;
    }
    let mut first = at_once().must("begin")?;
    first.get(1, b"first").must("txn_get")?;
    let mut second = match at_once() {
        Err(error) if is_late(error.kind()) => skip!("one transaction is open at a time"),
        begun => begun.must("begin of a second transaction")?,
    };
    for key in [&b"first"[..], b"second"] {
        match second.put(1, key, b"changed") {
            Err(error) if is_late(error.kind()) => skip!("a row that a transaction read is written by no other one"),
            wrote => wrote.must("txn_put")?,
        }
    }
    second.commit().must("commit")?;
    let spent = spent();
    let mut open = Vec::new();
    for number in 0..COMMITS {
        let mut other = at_once().must("begin beside other transactions")?;
        other.put(1, format!("other {number}").as_bytes(), b"value").must("txn_put of a row that nobody else has")?;
        other.commit().must("commit of a row that nobody else has")?;
        // One that is newer than the change, and stays open.
        if number % 1000 == 0 {
            open.push(at_once().must("begin beside other transactions")?);
        }
        if spent() > PATIENCE {
            break;
        }
    }
    let late = first
        .put(1, b"first", b"lost")
        .and_then(|()| first.put(1, b"second", b"lost"))
        .and_then(|()| first.commit())
        .err()
        .map(|error| error.kind());
    ensure!(
        late.is_some_and(is_late),
        "a transaction writes rows that another one changed since it began, {COMMITS} commits ago, and its commit gives \
         {late:?}, not Conflict (commit_txn)"
    );
    let found = storage.get(1, b"first").must("get")?;
    ensure!(found.as_deref() == Some(b"changed"), "an update that was committed became {found:02x?}");
    Ok(())
}

fn what_is_written_while_it_compacts_stays(subject: &Subject) -> Result<(), NotPassed> {
    const WRITERS: usize = 3;
    const WHILE: Duration = Duration::from_millis(250);
    // Rows of even numbers go so much later.
    const BEHIND: u32 = 20;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    // There is something to do.
    let many: Vec<_> = (0..2000_u32).map(|number| (number.to_le_bytes().to_vec(), Some(vec![7; 40]))).collect();
    write_all(storage, &many)?;
    write_all(storage, &many.iter().step_by(2).map(|(key, _)| (key.clone(), None)).collect::<Vec<_>>())?;
    let (begin, ended) = (Instant::now(), AtomicBool::new(false));
    let written = [const { AtomicU32::new(0) }; WRITERS];
    together(WRITERS + 1, |thread| {
        if thread == WRITERS {
            while !ended.load(Ordering::Relaxed) {
                compact(storage)?;
                std::thread::sleep(Duration::from_micros(100));
            }
            return Ok(());
        }
        let writes = || -> Result<u32, NotPassed> {
            for number in 0_u32.. {
                let (key, value) = (format!("writer {thread} {number:06}").into_bytes(), number.to_be_bytes());
                storage.put(1, &key, &value, 0).must("put beside a compaction")?;
                let old = number.checked_sub(BEHIND).map(|old| format!("writer {thread} {old:06}").into_bytes());
                if let Some(old) = old.filter(|_| number % 2 == 0) {
                    storage.delete(1, &old, 0).must("delete beside a compaction")?;
                }
                if begin.elapsed() > WHILE {
                    return Ok(number);
                }
            }
            Ok(0)
        };
        let last = writes();
        ended.store(true, Ordering::Relaxed);
        written[thread].store(last?, Ordering::Relaxed);
        Ok(())
    })?;
    let left = |storage: &Storage, when: &str| {
        for (thread, last) in written.iter().enumerate() {
            let last = last.load(Ordering::Relaxed);
            for number in 0..=last {
                let found = storage.get(1, &format!("writer {thread} {number:06}").into_bytes()).must("get")?;
                let expected = (number % 2 == 1 || number + BEHIND > last).then(|| number.to_be_bytes().to_vec());
                ensure!(
                    found == expected,
                    "the row {number} of {last}, which a thread wrote while others compacted, is {found:02x?} {when}, not {expected:02x?}"
                );
            }
        }
        let found = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
        let kept = found.iter().filter(|(key, value)| key.len() == 4 && value == &[7; 40]).count();
        ensure!(kept == 1000, "of 1000 rows from before compactions, {kept} are left {when}");
        Ok(())
    };
    left(storage, "afterwards")?;
    if storage.describe().durable {
        storage.flush().must("flush")?;
        let mut instance = subject.again(instance)?;
        left(instance.storage()?, "in a later instance")?;
    }
    Ok(())
}
