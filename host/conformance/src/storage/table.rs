//! Tests of a table that was found once: it does what plain calls do. Without such handles the host makes plain calls.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::rows::{has, Rows};
use sochdb_plugin_host::sdk::{ErrorKind, StorageExtension, StorageTable, TransactionOptions, VecWriter};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_table":
    a_handle_agrees_with_plain_calls,
    a_handle_alone_is_no_row,
    a_value_beyond_the_limit_is_refused,
    handles_come_and_go,
    many_threads_may_use_a_handle,
    a_snapshot_does_not_see_later_writes_by_a_handle,
    a_handle_that_is_opened_beside_a_transaction_stays,
    a_handle_stays_over_what_moves_rows,
);

fn a_handle_agrees_with_plain_calls(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let (table, again) = (storage.open_table(1).must("open_table")?, storage.open_table(1).must("open_table")?);
    let other = storage.open_table(u32::MAX).must("open_table")?;
    for key in [&b"key"[..], b"", b"\xff\x00"] {
        let check = |expected: Option<&[u8]>, after: &str| {
            let found = [table.get(key), again.get(key), storage.get(1, key)];
            for (by, found) in ["the handle", "another handle", "a plain get"].into_iter().zip(found) {
                let found = found.must("get")?;
                ensure!(found.as_deref() == expected, "after {after}, {by} finds {found:02x?}");
            }
            ensure!(other.get(key).must("table_get")?.is_none(), "after {after}, another table has the key");
            Ok(())
        };
        check(None, "nothing")?;
        table.put(key, b"first", 0).must("table_put")?;
        check(Some(b"first"), "a put by the handle")?;
        storage.put(1, key, b"", 0).must("put")?;
        check(Some(b""), "a plain put")?;
        again.put(key, b"a longer third one", 0).must("table_put")?;
        check(Some(b"a longer third one"), "a put by another handle")?;
        storage.delete(1, key, 0).must("delete")?;
        check(None, "a delete")?;
        table.put(key, b"last", 0).must("table_put")?;
        check(Some(b"last"), "a put after a delete")?;
    }
    let rows = storage.scan(1, b"", b"", 10).must("scan")?;
    ensure!(rows.len() == 3, "3 rows that a handle put are {} in a scan", rows.len());
    Ok(())
}

fn a_handle_alone_is_no_row(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    let table = storage.open_table(2).must("open_table of a table without a put")?;
    ensure!(table.get(b"key").must("table_get")?.is_none(), "a table without a put has a value");
    let rows = storage.scan(2, b"", b"", 10).must("scan")?;
    ensure!(rows.is_empty(), "a table that was only opened has {} rows", rows.len());
    let count = storage.stats().must("stats")?.key_count;
    ensure!([0, 1].contains(&count), "one row and an open table are counted as {count}");
    Ok(())
}

fn a_value_beyond_the_limit_is_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let table = instance.storage()?.open_table(1).must("open_table")?;
    table.put(b"key", &[7; 1000], 0).must("table_put")?;
    for (limit, enough) in [(0, false), (999, false), (1000, true)] {
        let mut read = b"".to_vec();
        let result = table.get_into(b"key", &mut VecWriter::new(&mut read, limit).writer());
        let kind = result.as_ref().err().map(|error| error.kind());
        let right = if enough { result == Ok(true) && read == [7; 1000] } else { kind == Some(ErrorKind::Limit) };
        ensure!(right, "1000 bytes with a limit of {limit} gave {result:?} and {} bytes", read.len());
    }
    let mut value = b"before".to_vec();
    let found = table.get_append(b"none", &mut value).must("table_get")?;
    ensure!(!found && value == b"before", "a missing key wrote {value:02x?}");
    Ok(())
}

fn handles_come_and_go(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let kept = storage.open_table(1).must("open_table")?;
    for round in 0..200_u32 {
        let table = storage.open_table(round % 20).must("open_table")?;
        table.put(&round.to_be_bytes(), b"value", 0).must("table_put")?;
        drop(table);
        kept.put(b"key", &round.to_be_bytes(), 0).must("table_put")?;
        let value = kept.get(b"key").must("table_get")?;
        ensure!(value.as_deref() == Some(&round.to_be_bytes()[..]), "after others closed, a handle reads {value:02x?}");
    }
    let rows: Result<usize, NotPassed> =
        (0..20).map(|table| Ok(storage.scan(table, b"", b"", usize::MAX).must("scan")?.len())).sum();
    ensure!(rows? == 201, "of 201 rows that handles put some are not there after the handles");
    Ok(())
}

fn many_threads_may_use_a_handle(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let shared = &storage.open_table(1).must("open_table")?;
    let work = |thread: usize| {
        let own = storage.open_table(1).must("open_table")?;
        for key in 0..100_u8 {
            let (one, other) = if key % 2 == 0 { (shared, &own) } else { (&own, shared) };
            one.put(&[thread as u8, key], &[key; 3], 0).must("table_put")?;
            let found = other.get(&[thread as u8, key]).must("table_get")?;
            ensure!(found.as_deref() == Some(&[key; 3]), "thread {thread} reads {found:?} where it wrote {key}");
        }
        Ok(())
    };
    together(4, work)?;
    let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?.len();
    ensure!(rows == 400, "4 threads put 100 rows each, {rows} are there");
    Ok(())
}

fn a_snapshot_does_not_see_later_writes_by_a_handle(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let table = storage.open_table(1).must("open_table")?;
    table.put(b"key", b"old", 0).must("table_put")?;
    let mut reader = needed("open_reader", storage.reader())?;
    table.put(b"key", b"new", 0).must("table_put beside an open reader")?;
    table.put(b"later", b"", 0).must("table_put beside an open reader")?;
    for (key, expected) in [(&b"key"[..], Some(&b"old"[..])), (b"later", None)] {
        let found = reader.get(1, key).must("reader_get")?;
        ensure!(found == expected, "a snapshot finds {found:02x?} after a handle wrote");
    }
    ensure!(table.get(b"key").must("table_get")?.as_deref() == Some(b"new"), "the handle does not read what it wrote");
    Ok(())
}

/// Of a table that is new, and one that the transaction makes as well.
fn a_handle_that_is_opened_beside_a_transaction_stays(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for (round, inside, beside) in [(0, 1, 40), (1, 42, 41), (2, 43, 43)] {
        let mut transaction = needed("begin", storage.begin(&TransactionOptions::new()))?;
        transaction.put(inside, b"inside", b"1").must("txn_put")?;
        let table = storage.open_table(beside).must("open_table beside a transaction")?;
        let committed = match transaction.commit() {
            // The table may be what it changes.
            Err(error) if error.kind() == ErrorKind::Conflict => false,
            result => result.must("commit").map(|()| true)?,
        };
        table.put(b"key", &[round], 0).must("table_put by a handle that was opened beside a transaction")?;
        let found = [table.get(b"key").must("table_get")?, storage.get(beside, b"key").must("get")?];
        let is_there = found.iter().all(|found| found.as_deref() == Some(&[round]));
        ensure!(is_there, "what a handle wrote that was opened beside a transaction is {found:02x?}");
        let found = storage.get(inside, b"inside").must("get")?;
        ensure!(found.is_some() == committed, "a commit beside which a table was opened left {found:02x?}");
    }
    Ok(())
}

/// A way to have a storage write its rows anew, elsewhere, or not.
type Move = (&'static str, fn(&Storage, u8) -> Result<(), NotPassed>);

const MOVES: [Move; 3] = [
    ("compact", |storage, _| storage.compact().must("compact")),
    ("flush", |storage, _| storage.flush().must("flush")),
    ("checkpoint", |storage, round| {
        let directory = new_directory()?;
        let place = directory.path().join(round.to_string());
        supported("checkpoint", storage.checkpoint(&place)).map(drop)
    }),
];

/// Of a table with rows, of one whose rows went, and of one that never had any.
fn a_handle_stays_over_what_moves_rows(subject: &Subject) -> Result<(), NotPassed> {
    const TABLES: [u32; 3] = [1, 2, 3];
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut models = TABLES.map(|_| Rows::new());
    for key in 0..200_u8 {
        storage.put(1, &[key], &[key; 50], 0).must("put")?;
        models[0].insert(vec![key], vec![key; 50]);
        storage.put(2, &[key], b"goes", 0).must("put")?;
        storage.delete(2, &[key], 0).must("delete")?;
    }
    let handles =
        TABLES.into_iter().map(|table| storage.open_table(table).must("open_table")).collect::<Result<Vec<_>, _>>()?;
    for round in 0..6_u8 {
        let (by, move_rows) = MOVES[usize::from(round) % MOVES.len()];
        move_rows(storage, round)?;
        for ((table, handle), model) in TABLES.into_iter().zip(&handles).zip(&mut models) {
            for (key, expected) in [(7, model.get(&vec![7])), (8, model.get(&vec![8])), (250, model.get(&vec![250]))] {
                let found = handle.get(&[key]).must("table_get")?;
                ensure!(
                    found.as_ref() == expected,
                    "after {by}, a handle of table {table} finds {found:02x?}, not {expected:02x?}; it lives until `close_table`"
                );
            }
            for (key, plain) in [(7, true), (8, false), (round + 201, false)] {
                let value = vec![round, key];
                match plain {
                    true => storage.put(table, &[key], &value, 0).must("put")?,
                    false => handle.put(&[key], &value, 0).must(&format!("table_put after {by}"))?,
                }
                let found = [handle.get(&[key]).must("table_get")?, storage.get(table, &[key]).must("get")?];
                ensure!(
                    found.iter().all(|found| found.as_ref() == Some(&value)),
                    "after {by}, what a handle of table {table} shares with plain calls is {found:02x?}, not {value:02x?}"
                );
                model.insert(vec![key], value);
            }
        }
    }
    drop(handles);
    TABLES.into_iter().zip(&models).try_for_each(|(table, model)| has(storage, table, model))?;
    if !storage.describe().durable {
        return Ok(());
    }
    storage.flush().must("flush")?;
    let mut later = subject.again(instance)?;
    let storage = later.storage()?;
    TABLES.into_iter().zip(&models).try_for_each(|(table, model)| has(storage, table, model))
}
