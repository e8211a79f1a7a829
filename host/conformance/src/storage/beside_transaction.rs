//! Tests of what happens beside an open transaction: plain writes to its rows, and a second one that begins.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, Result as Called, StorageExtension, StorageTable};
use sochdb_plugin_host::sdk::{TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

suite!(Storage, "storage_beside_transaction":
    begin_waits_as_long_as_it_may,
    a_long_wait_is_no_short_one,
    a_write_inside_waits_as_long_as_it_may;
full:
    every_plain_write_to_its_rows_is_noticed,
);

/// A way to change the row `key` of a table without a transaction.
type Way = (&'static str, fn(&Storage, u32) -> Called<()>);

const BATCH: fn(&Storage, Write<'_>) -> Called<()> =
    |storage, write| storage.write_batch(&[write], &BatchOptions::new());

const WAYS: [Way; 7] = [
    ("put", |storage, table| storage.put(table, b"key", b"plain", 0)),
    ("delete", |storage, table| storage.delete(table, b"key", 0)),
    ("table_put", |storage, table| storage.open_table(table)?.put(b"key", b"plain", 0)),
    ("write_batch with a put", |storage, table| BATCH(storage, Write::Put { table, key: b"key", value: b"plain" })),
    ("write_batch with a delete", |storage, table| BATCH(storage, Write::Delete { table, key: b"key" })),
    ("write_batch with a range", |storage, table| BATCH(storage, Write::DeleteRange { table, start: b"k", end: b"l" })),
    ("drop_table", |storage, table| storage.drop_table(table)),
];

/// Whether another one was first: the caller begins again.
fn was_late<T>(result: &Called<T>) -> bool {
    result.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Busy))
}

/// One way beside a transaction that writes to its row. Returns false if the storage lets plain writes wait.
fn one_way(storage: &Storage, (way, write): Way, table: u32, first: bool) -> Result<bool, NotPassed> {
    storage.put(table, b"key", b"old", 0).must("put")?;
    let mut inside = storage.begin(&TransactionOptions::new().with_wait(Duration::ZERO)).must("begin")?;
    let mut wrote = Ok(());
    if !first {
        wrote = inside.put(table, b"key", b"inside");
        ensure!(wrote.is_ok(), "txn_put of a transaction that is alone gives {wrote:?}");
    }
    let plain = write(storage, table);
    if supported(way, plain.as_ref().map(drop).map_err(Clone::clone)).is_ok_and(|done| done.is_none()) {
        return Ok(true);
    }
    let busy = plain.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy);
    ensure!(plain.is_ok() || busy, "{way} beside a transaction is neither OK nor Busy, but {plain:?}");
    if first {
        wrote = inside.put(table, b"key", b"inside");
    }
    let commit = wrote.and_then(|()| inside.commit());
    ensure!(
        if busy { commit.is_ok() } else { was_late(&commit) },
        "{way} was {plain:?} on a row that an open transaction wrote {}, and the commit gave {commit:?}, where `commit_txn` \
         says Conflict if a plain write changed what it writes",
        if first { "later" } else { "before" }
    );
    let found = storage.get(table, b"key").must("get")?;
    let removes = way.contains("delete") || way.contains("range") || way == "drop_table";
    let expected = if busy { Some(&b"inside"[..]) } else { (!removes).then_some(&b"plain"[..]) };
    ensure!(
        found.as_deref() == expected,
        "after {way} beside a transaction there is {found:02x?}, not {expected:02x?}"
    );
    Ok(!busy)
}

fn every_plain_write_to_its_rows_is_noticed(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("begin", storage.begin(&TransactionOptions::new()))?.abort();
    for first in [false, true] {
        for (way, table) in WAYS.into_iter().zip(1..) {
            if !one_way(storage, way, table, first)? {
                // Each would wait a second.
                return all_wait(storage);
            }
        }
    }
    Ok(())
}

/// All ways at once beside one transaction, where writes wait for it: none changes anything.
fn all_wait(storage: &Storage) -> Result<(), NotPassed> {
    for (_, table) in WAYS.iter().zip(1..) {
        storage.put(table, b"key", b"old", 0).must("put")?;
    }
    let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
    for (_, table) in WAYS.iter().zip(1..) {
        inside.put(table, b"key", b"inside").must("txn_put")?;
    }
    together(WAYS.len(), |thread| {
        let (way, write) = WAYS[thread];
        let plain = write(storage, 1 + thread as u32);
        let refused =
            plain.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Busy | ErrorKind::Unsupported));
        ensure!(refused, "beside a transaction for which a put waits, {way} is {plain:?}, not Busy");
        Ok(())
    })?;
    inside.commit().must("commit")?;
    for ((way, _), table) in WAYS.iter().zip(1..) {
        let found = storage.get(table, b"key").must("get")?;
        ensure!(found.as_deref() == Some(b"inside"), "{way} was Busy, and after the commit there is {found:02x?}");
    }
    Ok(())
}

/// The time that a loaded machine may add.
const AT_MOST: Duration = Duration::from_secs(10);

fn begin_waits_as_long_as_it_may(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut first = needed("begin", storage.begin(&TransactionOptions::new()))?;
    first.put(1, b"first", b"1").must("txn_put")?;
    let options = |wait| TransactionOptions::new().with_wait(wait);
    // With little time, it says so.
    let (ended, ends) = channel();
    let [first, third] = std::thread::scope(|scope| -> Result<[bool; 2], NotPassed> {
        let second = scope.spawn(move || {
            let begun = [Duration::ZERO, Duration::from_millis(20)].map(|wait| storage.begin(&options(wait)).map(drop));
            _ = ended.send(());
            begun
        });
        let in_time = ends.recv_timeout(AT_MOST).is_ok();
        if !in_time {
            first.abort();
            _ = second.join();
            return Err(format!("begin, which may wait 20 ms for another transaction, waited {AT_MOST:?}").into());
        }
        let begun = second.join().expect("no test panics");
        let [at_once, soon] = &begun;
        for begun in [at_once, soon] {
            ensure!(
                begun.is_ok() || was_late(begun),
                "begin beside another transaction is neither OK nor Busy: {begun:?}"
            );
        }
        first.put(1, b"second", b"2").must("txn_put beside one that could not begin")?;
        // With enough, it begins when the first one ends.
        let second = scope.spawn(move || {
            let asked = Instant::now();
            let begun = storage.begin(&options(AT_MOST * 6));
            let waited = asked.elapsed();
            begun.and_then(|mut inside| inside.put(1, b"third", b"3").and_then(|()| inside.commit())).map(|()| waited)
        });
        std::thread::sleep(Duration::from_millis(50));
        // One that did not wait may have been first.
        let first = first.commit();
        ensure!(first.is_ok() || was_late(&first), "commit beside another transaction is {first:?}");
        let second = second.join().expect("no test panics");
        let conflict = second.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
        ensure!(
            second.is_ok() || (conflict && first.is_ok()),
            "begin, which may wait {:?}, did so beside a transaction that ended after 50 ms: {second:?}",
            AT_MOST * 6
        );
        Ok([first.is_ok(), second.is_ok()])
    })?;
    for (key, there) in [(&b"first"[..], first), (b"second", first), (b"third", third)] {
        let found = storage.get(1, key).must("get")?.is_some();
        ensure!(found == there, "the row {} of a transaction is there: {found}", String::from_utf8_lossy(key));
    }
    Ok(())
}

/// Milliseconds behind the borders of what a number of them, or of a smaller unit, is kept in, of which little is left over.
const LONG: [u64; 6] =
    [1 << 31, 1 << 32, u64::MAX / 2 / 1_000_000 + 1, u64::MAX / 1_000_000 + 1, u64::MAX / 2 + 1, u64::MAX];

fn a_long_wait_is_no_short_one(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for wait in LONG {
        let mut first = needed("begin", storage.begin(&TransactionOptions::new()))?;
        first.put(1, b"first", b"1").must("txn_put")?;
        let (asks, asked) = channel();
        let second = std::thread::scope(|scope| {
            let second = scope.spawn(move || {
                _ = asks.send(());
                storage.begin(&TransactionOptions::new().with_wait(Duration::from_millis(wait))).map(drop)
            });
            _ = asked.recv();
            // One that takes the wait for none has ended by then.
            std::thread::sleep(Duration::from_millis(20));
            first.abort();
            second.join().expect("no test panics")
        });
        ensure!(
            second.is_ok(),
            "begin, which may wait {wait} ms for another transaction, did so beside one that ended after 20 ms: {second:?}"
        );
    }
    Ok(())
}

/// Writes the row of another transaction, and commits.
fn second(storage: &Storage, wait: Duration) -> Called<()> {
    let mut inside = storage.begin(&TransactionOptions::new().with_wait(wait))?;
    inside.put(1, b"key", b"second")?;
    inside.commit()
}

/// Of two that write one row; where only one is possible, the second one waits in `begin`.
fn a_write_inside_waits_as_long_as_it_may(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for (wait, is_long) in [(Duration::ZERO, false), (Duration::from_millis(20), false), (AT_MOST * 6, true)] {
        storage.put(1, b"key", b"old", 0).must("put")?;
        let mut first = needed("begin", storage.begin(&TransactionOptions::new()))?;
        first.put(1, b"key", b"first").must("txn_put")?;
        let (ended, ends) = channel();
        let (in_time, wrote) = std::thread::scope(|scope| {
            let second = scope.spawn(move || {
                let wrote = second(storage, wait);
                _ = ended.send(());
                wrote
            });
            let in_time = ends.recv_timeout(if is_long { Duration::from_millis(20) } else { AT_MOST }).is_ok();
            first.abort();
            (in_time, second.join().expect("no test panics"))
        });
        ensure!(
            in_time || is_long,
            "a write inside of a transaction, which may wait {wait:?} for another one, waited {AT_MOST:?} (`wait_ms`)"
        );
        let is_right = match &wrote {
            Err(error) => error.kind() == ErrorKind::Conflict || (error.kind() == ErrorKind::Busy && !is_long),
            Ok(()) => true,
        };
        ensure!(
            is_right,
            "a write inside of a transaction, which may wait {wait:?} for another one that writes its row and was aborted {}, \
             gives {wrote:?} (`wait_ms`)",
            if is_long { "after 20 ms" } else { "later" }
        );
        let found = storage.get(1, b"key").must("get")?;
        let expected: &[u8] = if wrote.is_ok() { b"second" } else { b"old" };
        ensure!(
            found.as_deref() == Some(expected),
            "of two transactions the first was aborted, the second gave {wrote:?}, and their row is {found:02x?}"
        );
    }
    Ok(())
}
