//! Tests of a snapshot of a storage: what it sees, in which order, and how long its bytes stay. A storage without snapshots is none
//! the worse.

use crate::frame::must::{ensure, needed, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::compacted::compact;
use sochdb_plugin_host::sdk::{CursorOptions, StorageExtension};
use sochdb_plugin_host::{Reader, Storage};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

suite!(Storage, "storage_reader":
    a_snapshot_sees_what_was_and_nothing_later,
    a_snapshot_is_one_state_while_another_thread_writes,
    a_cursor_keeps_its_bounds_and_its_order,
    a_cursor_ends_once_and_for_all,
    readers_and_cursors_do_not_disturb_each_other,
    what_is_lent_stays_until_the_next_call,
    snapshots_agree_with_models,
    another_thread_may_go_on_with_one,
);

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// Runs `test` with the storage of a new instance, if that has snapshots.
fn with_snapshots(subject: &Subject, test: impl FnOnce(&Storage) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    drop(needed("open_reader", storage.reader())?);
    test(storage)
}

/// All rows of a cursor, batch by batch.
fn rows_of(reader: &Reader, table: u32, start: &[u8], end: &[u8]) -> Result<Rows, NotPassed> {
    let mut cursor = reader.cursor(table, &CursorOptions::range(start, end)).must("open_cursor")?;
    let mut rows = Rows::new();
    loop {
        let batch = cursor.next_batch().must("cursor_next")?;
        if batch.len() == 0 {
            return Ok(rows);
        }
        for (key, value) in batch {
            // A cursor that goes round in circles would have no end.
            if let Some((last, _)) = rows.last().filter(|(last, _)| **last >= *key) {
                return Err(format!("a cursor gives {} after {}", show(key), show(last)).into());
            }
            rows.push((key.to_vec(), value.to_vec()));
        }
    }
}

fn value_of(reader: &Reader, key: &[u8]) -> Result<Option<Vec<u8>>, NotPassed> {
    let mut value = Vec::new();
    Ok(reader.get_append(1, key, &mut value).must("reader_get")?.then_some(value))
}

/// Puts `count` rows, each with `value`.
fn fill(storage: &Storage, count: u16, value: &[u8]) -> Result<(), NotPassed> {
    (0..count).try_for_each(|key| storage.put(1, &key.to_be_bytes(), value, 0).must("put"))
}

fn a_snapshot_sees_what_was_and_nothing_later(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        for key in [b"a", b"b", b"c"] {
            storage.put(1, key, b"old", 0).must("put")?;
        }
        let before = storage.reader().must("open_reader")?;
        storage.put(1, b"a", b"new", 0).must("put beside an open reader")?;
        storage.delete(1, b"b", 0).must("delete beside an open reader")?;
        storage.put(1, b"bb", b"new", 0).must("put beside an open reader")?;
        storage.put(2, b"a", b"new", 0).must("put beside an open reader")?;
        let between = storage.reader().must("open_reader")?;
        storage.put(1, b"b", b"newest", 0).must("put beside open readers")?;
        storage.delete(1, b"c", 0).must("delete beside open readers")?;
        let rows = |rows: &[(&str, &str)]| -> Rows {
            rows.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
        };
        let after = storage.reader().must("open_reader")?;
        let expected = [
            ("the first", &before, rows(&[("a", "old"), ("b", "old"), ("c", "old")]), 0),
            ("the second", &between, rows(&[("a", "new"), ("bb", "new"), ("c", "old")]), 1),
            ("the last", &after, rows(&[("a", "new"), ("b", "newest"), ("bb", "new")]), 1),
        ];
        for (which, reader, expected, others) in expected {
            let found = rows_of(reader, 1, b"", b"")?;
            ensure!(found == expected, "a cursor of {which} snapshot gives {found:02x?}, not {expected:02x?}");
            for key in [&b"a"[..], b"b", b"bb", b"c"] {
                let found = value_of(reader, key)?;
                let expected = expected.iter().find(|(own, _)| own == key).map(|(_, value)| value);
                ensure!(found.as_ref() == expected, "{which} snapshot has {found:02x?} under {}", show(key));
            }
            let found = rows_of(reader, 2, b"", b"")?.len();
            ensure!(found == others, "{which} snapshot has {found} rows of a table that came after the first one");
        }
        Ok(())
    })
}

/// One thread writes its number of rounds to all keys in their order, so whatever one state there was, its values do
/// not grow from key to key, and differ by one round at most.
fn a_snapshot_is_one_state_while_another_thread_writes(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        fill(storage, 200, &0_u32.to_be_bytes())?;
        let enough = AtomicBool::new(false);
        let write = || {
            for round in 1_u32.. {
                if enough.load(Ordering::Relaxed) {
                    break;
                }
                fill(storage, 200, &round.to_be_bytes())?;
            }
            Ok(())
        };
        let read = || {
            for _ in 0..30 {
                let reader = storage.reader().must("open_reader")?;
                let first = rows_of(&reader, 1, b"", b"")?;
                let rounds: Vec<u32> =
                    first.iter().filter_map(|(_, value)| value[..].try_into().ok().map(u32::from_be_bytes)).collect();
                ensure!(rounds.len() == 200, "a snapshot shows {} of 200 rows", rounds.len());
                let one_state = rounds.is_sorted_by(|one, next| one >= next) && rounds[0] - rounds[199] <= 1;
                ensure!(one_state, "a snapshot shows writes of different times: the rounds {rounds:?}");
                for (key, value) in first.iter().step_by(7) {
                    let again = value_of(&reader, key)?;
                    ensure!(again.as_ref() == Some(value), "{} is first {value:02x?}, then {again:02x?}", show(key));
                }
                ensure!(rows_of(&reader, 1, b"", b"")? == first, "two cursors of one snapshot differ");
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let writer = scope.spawn(write);
            let result = read();
            enough.store(true, Ordering::Relaxed);
            writer.join().expect("no test panics").and(result)
        })
    })
}

fn a_cursor_keeps_its_bounds_and_its_order(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        let keys: [&[u8]; 9] = [b"", b"\x00", b"\x00\x00", b"a", b"a\x00b", b"b", b"\x7f", b"\x80", b"\xff\xff"];
        for key in keys.iter().rev() {
            storage.put(1, key, key, 0).must("put")?;
            storage.put(2, key, b"of another table", 0).must("put")?;
        }
        let reader = storage.reader().must("open_reader")?;
        let bounds = keys.into_iter().chain([&b"a\x00"[..], b"c", b"\xff\xff\x00"]);
        for (start, end) in bounds.clone().flat_map(|start| bounds.clone().map(move |end| (start, end))) {
            let found = rows_of(&reader, 1, start, end)?;
            let wanted = keys.into_iter().filter(|key| start <= *key && (end.is_empty() || *key < end));
            let right = found.iter().map(|(key, value)| (&key[..], &value[..])).eq(wanted.map(|key| (key, key)));
            ensure!(right, "a cursor from {} to {} gives {found:02x?}", show(start), show(end));
        }
        let none = rows_of(&reader, 3, b"", b"")?;
        ensure!(none.is_empty(), "a cursor of a table without a put gives {none:02x?}");
        Ok(())
    })
}

fn a_cursor_ends_once_and_for_all(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        // The host asks for 64 rows at a time.
        for (count, more) in [(1, 1), (63, 62), (64, 1), (65, 1), (128, 63), (300, 172)] {
            fill(storage, count, b"value")?;
            let reader = storage.reader().must("open_reader")?;
            let found = rows_of(&reader, 1, b"", b"")?;
            ensure!(found.len() == usize::from(count), "a cursor over {count} rows gives {}", found.len());
            ensure!(
                rows_of(&reader, 1, &(count - more).to_be_bytes(), b"")?.len() == usize::from(more),
                "a cursor over the last {more} of {count} rows gives another number"
            );
            let mut cursor = reader.cursor(1, &CursorOptions::new()).must("open_cursor")?;
            for _ in 0..count {
                if cursor.next_batch().must("cursor_next")?.len() == 0 {
                    break;
                }
            }
            let again = cursor.next_batch().must("cursor_next after the end")?.len();
            ensure!(again == 0, "after the end of {count} rows a cursor gives {again} more");
        }
        Ok(())
    })
}

fn readers_and_cursors_do_not_disturb_each_other(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        fill(storage, 300, b"old")?;
        let old = storage.reader().must("open_reader")?;
        fill(storage, 150, b"new")?;
        let new = storage.reader().must("open_reader")?;
        let mut cursors = Vec::new();
        for (reader, from) in [(&old, 0_u16), (&old, 100), (&new, 0), (&old, 0)] {
            cursors.push((
                reader.cursor(1, &CursorOptions::range(&from.to_be_bytes(), b"")).must("open_cursor")?,
                from,
                Vec::new(),
            ));
        }
        for round in 0..3 {
            for (cursor, _, seen) in &mut cursors {
                // One row a call, or many.
                let wanted = seen.len() + 50;
                while seen.len() < wanted {
                    let batch = cursor.next_batch().must("cursor_next")?;
                    if batch.len() == 0 {
                        break;
                    }
                    seen.extend(batch.map(|(key, value)| (key.to_vec(), value.to_vec())));
                }
            }
            // Some are dropped where they stand, and points are read in between.
            cursors.truncate(4 - round);
            for (reader, expected) in [(&old, b"old"), (&new, b"new")] {
                let value = value_of(reader, &[0, 7])?;
                ensure!(value.as_deref() == Some(&expected[..]), "beside open cursors a key has {value:02x?}");
            }
        }
        for (which, (_, from, seen)) in cursors.iter().enumerate() {
            let right =
                seen.iter().zip(*from..).all(|((key, value), number)| *key == number.to_be_bytes() && value == b"old");
            ensure!(right && seen.len() > 100, "cursor {which} of several gives other rows than one alone");
        }
        Ok(())
    })
}

fn what_is_lent_stays_until_the_next_call(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        let value = |key: u16| Random::new(key.into()).bytes(usize::from(key) * 40);
        for key in 0..100_u16 {
            storage.put(1, &key.to_be_bytes(), &value(key), 0).must("put")?;
        }
        let overwrite = |byte: u8| {
            for key in 0..100_u16 {
                let key = key.to_be_bytes();
                storage.put(1, &key, &[byte; 4000], 0).must("put")?;
                storage.delete(1, &key, 0).must("delete")?;
                storage.put(1, &key, &[!byte; 100], 0).must("put")?;
            }
            compact(storage)?;
            storage.reader().must("open_reader")?.get(1, &[0, 50]).map(drop).must("reader_get of another reader")
        };
        let mut reader = storage.reader().must("open_reader")?;
        for key in [0_u16, 1, 50, 99] {
            let lent = reader.get(1, &key.to_be_bytes()).must("reader_get")?;
            ensure!(lent == Some(&value(key)[..]), "a value is lent as {}", show(lent.unwrap_or_default()));
            overwrite(key as u8)?;
            ensure!(lent == Some(&value(key)[..]), "a lent value became {}", show(lent.unwrap_or_default()));
        }
        let mut cursor = reader.cursor(1, &CursorOptions::new()).must("open_cursor")?;
        let mut next = 0_u16;
        loop {
            let lent: Vec<_> = cursor.next_batch().must("cursor_next")?.collect();
            if lent.is_empty() {
                break;
            }
            overwrite(next as u8)?;
            for (key, row) in lent {
                let expected = (&next.to_be_bytes()[..], &value(next)[..]);
                ensure!((key, row) == expected, "a lent row {next} became {} {}", show(key), show(row));
                next += 1;
            }
        }
        ensure!(next == 100, "of 100 rows {next} were lent");
        Ok(())
    })
}

fn snapshots_agree_with_models(subject: &Subject) -> Result<(), NotPassed> {
    with_snapshots(subject, |storage| {
        let mut random = subject.random(7);
        let mut now = BTreeMap::new();
        let mut snapshots = Vec::new();
        for step in 0..1500_u64 {
            let length = 1 + random.below(3) as usize;
            let key: Vec<u8> =
                random.bytes(length).iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect();
            let one = random.below(4) as usize;
            match random.below(8) {
                0..=2 => {
                    storage.put(1, &key, &step.to_be_bytes(), 0).must("put")?;
                    now.insert(key, step.to_be_bytes().to_vec());
                }
                3 => {
                    storage.delete(1, &key, 0).must("delete")?;
                    now.remove(&key);
                }
                // Not the oldest one ends first, nor the newest.
                4 if snapshots.len() > 3 => drop(snapshots.swap_remove(one)),
                4 => snapshots.push((storage.reader().must("open_reader")?, now.clone())),
                5 | 6 => {
                    for (reader, model) in &snapshots {
                        let found = value_of(reader, &key)?;
                        ensure!(found.as_ref() == model.get(&key), "step {step}: {} is {found:02x?}", show(&key));
                    }
                }
                _ => {
                    for (reader, model) in &snapshots {
                        let found = rows_of(reader, 1, &key, b"")?;
                        let expected = model.range(key.clone()..).map(|(key, value)| (key.clone(), value.clone()));
                        ensure!(found.into_iter().eq(expected), "step {step}: a cursor from {} differs", show(&key));
                    }
                }
            }
        }
        Ok(())
    })
}

/// Opened here, read on a second thread, with a cursor that stands among its rows, ended on a third one.
fn another_thread_may_go_on_with_one(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: usize = 150;
    with_snapshots(subject, |storage| {
        for round in 0..3_u8 {
            fill(storage, ROWS as u16, &[round])?;
            let (point, walked) = (storage.reader().must("open_reader")?, storage.reader().must("open_reader")?);
            value_of(&point, &[0, 7])?;
            let mut cursor = supported("open_cursor", walked.into_cursor(1, &CursorOptions::new()))?;
            let mut count = match &mut cursor {
                Some(cursor) => cursor.next_batch().must("cursor_next")?.len(),
                None => ROWS,
            };
            let second = std::thread::spawn(move || -> Result<_, NotPassed> {
                let value = value_of(&point, &[0, 7])?;
                ensure!(value.as_deref() == Some(&[round]), "on another thread, a snapshot has {value:02x?}");
                while let Some(cursor) = &mut cursor {
                    let more = cursor.next_batch().must("cursor_next on another thread")?.len();
                    count += more;
                    if more == 0 || count > ROWS {
                        break;
                    }
                }
                ensure!(count == ROWS, "a cursor with which another thread goes on gives {count} of {ROWS} rows");
                Ok((point, cursor))
            });
            let opened = second.join().expect("no test panics")?;
            std::thread::spawn(move || drop(opened)).join().expect("no test panics");
            // Nobody is in its way any more.
            storage.put(1, &[1, 255, 0], &[round], 0).must("put after a reader that another thread closed")?;
            storage.compact().must("compact after a reader that another thread closed")?;
            let next = storage.reader().must("open_reader after one that another thread closed")?;
            let found = value_of(&next, &[1, 255, 0])?;
            ensure!(
                found.as_deref() == Some(&[round]),
                "a reader that was opened after another thread closed one finds {found:02x?}, not what was written before"
            );
            drop(next);
            storage.delete(1, &[1, 255, 0], 0).must("delete")?;
        }
        Ok(())
    })
}
