//! Leaks of a storage's calls.

use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::life::called::{all_leave_nothing, any, Call};
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, Error, RowSink, StorageExtension, StorageTable, TransactionOptions, VecWriter, Write,
};
use std::time::Duration;

pub(crate) fn calls_of_a_storage_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let storage = &*instance.storage()?;
    let fill = |key: u8| storage.put(1, &[b'k', key], &[key; 100], 0);
    (0..50).try_for_each(fill).map_err(|error| format!("put: {error}"))?;
    let (key, absent) = (&b"k\x07"[..], &b"absent"[..]);
    let table = storage.open_table(1).ok();
    let options = TransactionOptions::new();
    let at_once = TransactionOptions::new().with_wait(Duration::ZERO);
    let batch = BatchOptions::new();
    // What is written, and that something was, may stay in memory until a flush: no write is among them, and each commit is
    // flushed.
    let mut calls: Vec<(&str, Call<'_>)> = vec![
        ("`get`", Box::new(|| any(storage.get(1, key)))),
        ("`get` of an absent key", Box::new(|| any(storage.get(1, absent)))),
        (
            "`get` whose writer refuses",
            Box::new(|| any(storage.get_into(1, key, &mut VecWriter::new(&mut Vec::new(), 9).writer()))),
        ),
        ("`scan`", Box::new(|| any(storage.scan(1, b"", b"", 20)))),
        (
            "`scan` whose sink ends it",
            Box::new(|| {
                let mut ends = |_: &[u8], _: &[u8]| Err(Error::failed("it is enough"));
                any(storage.scan_into(1, b"", b"", 20, &mut RowSink::new(&mut ends)))
            }),
        ),
        ("`scan` of an empty range", Box::new(|| any(storage.scan(1, b"z", b"a", 20)))),
        ("`stats`", Box::new(|| any(storage.stats()))),
        ("`list_tables`", Box::new(|| any(storage.list_tables()))),
        ("`property`", Box::new(|| any(storage.property("no.such.property")))),
        ("`open_table`", Box::new(|| any(storage.open_table(1)))),
        ("`open_table` of a new table", Box::new(|| any(storage.open_table(77)))),
        ("`open_reader`", Box::new(|| any(storage.reader()))),
        ("`reader_get`", Box::new(|| any(storage.reader().and_then(|mut reader| reader.get(1, key).map(drop))))),
        (
            "`open_cursor`",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader
                    .cursor(1, &CursorOptions::range(b"", b""))
                    .and_then(|mut cursor| cursor.next_batch().map(drop)))
            }),
        ),
        (
            "`open_cursor` backwards",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader.cursor(1, &CursorOptions::new().reversed()).map(drop))
            }),
        ),
        (
            "`open_cursor` beside others of one reader",
            Box::new(|| {
                let (range, whole) = (CursorOptions::range(b"a", b"z"), CursorOptions::new());
                let (reader, mut open) = (storage.reader()?, Vec::new());
                for options in [whole, range, whole.reversed(), range.reversed()].into_iter().cycle().take(12) {
                    open.extend(reader.cursor(1, &options).ok());
                    open.last_mut().map_or(Ok(()), |cursor| cursor.next_batch().map(drop))?;
                }
                Ok(())
            }),
        ),
        (
            "`cursor_seek`",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader.cursor(1, &CursorOptions::new()).and_then(|mut cursor| cursor.seek(b"k\x20")))
            }),
        ),
        ("`begin` and an abort", Box::new(|| any(storage.begin(&options)))),
        (
            "`begin` beside an open transaction",
            Box::new(|| {
                let held = storage.begin(&at_once)?;
                any(storage.begin(&at_once))?;
                held.abort();
                Ok(())
            }),
        ),
        (
            "`txn_put` of a row that another transaction has written, and aborts",
            Box::new(|| {
                let mut held = storage.begin(&at_once)?;
                held.put(1, key, b"of nobody")?;
                any(storage.begin(&at_once).and_then(|mut other| other.put(1, key, b"of nobody either")))
            }),
        ),
        (
            "`txn_put` and an abort",
            Box::new(|| {
                let mut transaction = storage.begin(&options)?;
                transaction.put(1, key, b"of nobody")?;
                any(transaction.scan(1, b"", b"", 5))
            }),
        ),
        (
            "`set_savepoint` and an abort",
            Box::new(|| {
                let mut transaction = storage.begin(&options)?;
                for mark in 0..4_u8 {
                    any(transaction.set_savepoint())?;
                    transaction.put(1, &[b's', mark], &[mark; 200])?;
                    transaction.delete(1, key)?;
                }
                any(transaction.rollback_to_savepoint())
            }),
        ),
        (
            "`set_savepoint`, a commit and `flush`",
            Box::new(|| {
                let mut transaction = storage.begin(&options)?;
                (0..3).try_for_each(|_| any(transaction.set_savepoint()))?;
                any(transaction.commit())?;
                storage.flush()
            }),
        ),
        (
            "`begin`, reads, a commit and `flush`",
            Box::new(|| {
                let transaction = storage.begin(&options)?;
                any(transaction.get(1, key))?;
                any(transaction.commit())?;
                storage.flush()
            }),
        ),
        (
            "`write_batch` of nothing and `flush`",
            Box::new(|| {
                any(storage.write_batch(&[], &batch))?;
                storage.flush()
            }),
        ),
        ("`checkpoint` into what is there", Box::new(|| any(storage.checkpoint(directory.path())))),
        ("`compact`", Box::new(|| any(storage.compact()))),
        (
            "`drop_table` of one without rows and `flush`",
            Box::new(|| {
                any(storage.drop_table(78))?;
                storage.flush()
            }),
        ),
        (
            "`checkpoint` and its end",
            Box::new(|| {
                let place = directory.path().join("copy");
                any(storage.checkpoint(&place))?;
                std::fs::remove_dir_all(&place)
                    .map_err(|error| Error::failed(format!("the copy is not there: {error}")))
            }),
        ),
    ];
    // Where there are no files, nothing waits for a flush.
    if !storage.describe().instance.has_files {
        calls.push((
            "a `put` of the same row beside a snapshot",
            Box::new(|| {
                let reader = storage.reader()?;
                any(storage.put(1, key, &[7; 100], 0))?;
                drop(reader);
                any(storage.put(2, b"other", b"row", 0))
            }),
        ));
        // What a snapshot held of a row that is gone goes with it, whether or not the key is written again.
        let mut number = 0_u64;
        calls.push((
            "a new row that goes beside a snapshot",
            Box::new(move || {
                number += 1;
                storage.put(1, &number.to_be_bytes(), &[7; 100], 0)?;
                let reader = storage.reader()?;
                storage.delete(1, &number.to_be_bytes(), 0)?;
                drop(reader);
                any(storage.put(2, b"other", b"row", 0))
            }),
        ));
        let (at_once, mut number) = (&at_once, 0_u64);
        calls.push((
            "a new row that another transaction takes away",
            Box::new(move || {
                number += 1;
                let key = [b"t", &number.to_be_bytes()[..]].concat();
                let mut puts = storage.begin(at_once)?;
                puts.put(1, &key, &[7; 100])?;
                puts.commit()?;
                let mut takes = storage.begin(at_once)?;
                takes.delete(1, &key)?;
                takes.commit()
            }),
        ));
    }
    if let Some(table) = &table {
        calls.push(("`table_get`", Box::new(|| any(table.get(key)))));
        calls.push(("`table_get` of an absent key", Box::new(|| any(table.get(absent)))));
    }
    calls.push((
        "a `write_batch` that fails",
        Box::new(|| {
            let expect = Write::Expect { table: 1, key, value: b"other" };
            any(storage.write_batch(&[Write::Put { table: 1, key, value: b"x" }, expect], &batch))
        }),
    ));
    all_leave_nothing(directory.path(), calls)
}
