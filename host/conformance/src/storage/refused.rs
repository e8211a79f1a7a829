//! Tests of what the host's own functions refuse: a storage hands that on as it is, and goes on as if it had not been asked.

use crate::frame::must::{ensure, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::handed_on::{hands_on, hands_on_where_it_is, is_handed_on};
use crate::inputs::refusing::refusing_sink;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_transaction_options, SOCH_DENIED, SOCH_OK};
use sochdb_plugin_host::sdk::{
    BatchOptions, Error, ErrorKind, Result as Called, RowSink, StorageExtension, StorageTable, StorageTransaction,
    TransactionOptions, VecWriter, Write,
};
use sochdb_plugin_host::{Storage, Transaction};
use std::ptr;
use std::time::Duration;

suite!(Storage, "storage_refused":
    what_a_sink_says_is_what_a_scan_returns,
    what_a_writer_refuses_is_what_a_get_returns,
    what_fails_is_over_for_other_threads_too,
    a_status_is_handed_on_as_it_is,
    handles_hand_a_status_on_as_it_is,
);

/// Sees that the storage still does everything, also for another thread: it keeps no lock.
fn goes_on(storage: &Storage, after: &str) -> Result<(), NotPassed> {
    std::thread::scope(|scope| scope.spawn(|| does_all(storage, after)).join().expect("no test panics"))?;
    does_all(storage, after)
}

fn does_all(storage: &Storage, after: &str) -> Result<(), NotPassed> {
    storage.put(2, b"key", b"1", 0).must(&format!("put after {after}"))?;
    storage.delete(2, b"key", 0).must(&format!("delete after {after}"))?;
    storage.open_table(2).must("open_table")?.put(b"key", b"2", 0).must(&format!("table_put after {after}"))?;
    let writes = [Write::Put { table: 2, key: b"other", value: b"3" }];
    supported(&format!("write_batch after {after}"), storage.write_batch(&writes, &BatchOptions::new()))?;
    if let Some(reader) = supported("open_reader", storage.reader())? {
        let there = reader.get_append(2, b"key", &mut Vec::new()).must("reader_get")?;
        ensure!(there, "after {after}, a reader lacks a row");
    }
    storage.flush().must(&format!("flush after {after}"))?;
    let found = storage.get(2, b"key").must("get")?;
    ensure!(found.as_deref() == Some(b"2"), "after {after}, a row that was put is {found:02x?}");
    Ok(())
}

/// A scan whose sink says `kind` at row `at`.
fn ended(
    what: &str,
    at: usize,
    kind: ErrorKind,
    scan: impl FnOnce(&mut RowSink<'_>) -> Called<()>,
) -> Result<(), NotPassed> {
    let mut taken = 0;
    let mut take = |_: &[u8], _: &[u8]| {
        taken += 1;
        if taken == at {
            Err(Error::new(kind, "enough"))
        } else {
            Ok(())
        }
    };
    let result = scan(&mut RowSink::new(&mut take));
    let found = result.as_ref().err().map(|error| error.kind());
    ensure!(found == Some(kind), "{what}, whose sink said {kind:?} at row {at}, gave {result:?}");
    ensure!(taken == at, "{what}, whose sink ended it at row {at}, gave it {taken} rows");
    Ok(())
}

fn begun(storage: &Storage) -> Result<Option<Transaction>, NotPassed> {
    let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? else { return Ok(None) };
    inside.put(1, &[50, 1], b"own").must("txn_put")?;
    Ok(Some(inside))
}

fn what_a_sink_says_is_what_a_scan_returns(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for key in 0..200_u8 {
        storage.put(1, &[key], &[key; 9], 0).must("put")?;
    }
    let kinds = [ErrorKind::Cancelled, ErrorKind::Conflict, ErrorKind::Limit, ErrorKind::Io, ErrorKind::Timeout];
    for (at, kind) in [1, 2, 63, 64, 65, 128, 199].into_iter().zip(kinds.into_iter().cycle()) {
        ended("scan", at, kind, |sink| storage.scan_into(1, b"", b"", usize::MAX, sink))?;
        goes_on(storage, "a scan that its sink ended")?;
        let Some(mut inside) = begun(storage)? else { continue };
        ended("txn_scan", at, kind, |sink| inside.scan_into(1, b"", b"", usize::MAX, sink))?;
        let rows = inside.scan(1, b"", b"", usize::MAX).must("txn_scan after one that its sink ended")?.len();
        ensure!(rows == 201, "after a txn_scan that its sink ended, the next one gives {rows} of 201 rows");
        inside.put(3, &[at as u8], b"own").must("txn_put after a scan that its sink ended")?;
        inside.delete(1, &[50, 1]).must("txn_remove after a scan that its sink ended")?;
        inside.commit().must("commit after a scan that its sink ended")?;
        let there = storage.get(3, &[at as u8]).must("get")?.is_some();
        ensure!(there, "a row of a transaction is missing whose scan was ended by its sink");
        goes_on(storage, "a txn_scan that its sink ended")?;
    }
    let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?.len();
    ensure!(rows == 200, "after scans that were ended there are {rows} of 200 rows");
    Ok(())
}

/// A get whose writer takes at most `limit` of the 1000 bytes that there are.
fn cut(what: &str, limit: u64, get: impl FnOnce(&mut VecWriter<'_>) -> Called<bool>) -> Result<(), NotPassed> {
    let mut read = Vec::new();
    let result = get(&mut VecWriter::new(&mut read, limit));
    let kind = result.as_ref().err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::Limit), "{what} of 1000 bytes with a limit of {limit} gave {result:?}, not Limit");
    ensure!(read.len() as u64 <= limit, "{what} wrote {} bytes with a limit of {limit}", read.len());
    Ok(())
}

fn what_a_writer_refuses_is_what_a_get_returns(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"key", &[7; 1000], 0).must("put")?;
    let table = storage.open_table(1).must("open_table")?;
    for limit in [0, 1, 999] {
        cut("get", limit, |writer| storage.get_into(1, b"key", &mut writer.writer()))?;
        goes_on(storage, "a get that its writer refused")?;
        cut("table_get", limit, |writer| table.get_into(b"key", &mut writer.writer()))?;
        goes_on(storage, "a table_get that its writer refused")?;
        let Some(mut inside) = begun(storage)? else { continue };
        cut("txn_get of a row from before", limit, |writer| inside.get_into(1, b"key", &mut writer.writer()))?;
        inside.put(1, b"own", &[8; 1000]).must("txn_put after a get that its writer refused")?;
        cut("txn_get of its own row", limit, |writer| inside.get_into(1, b"own", &mut writer.writer()))?;
        let found = inside.get(1, b"own").must("txn_get")?;
        ensure!(
            found == Some(vec![8; 1000]),
            "after a txn_get that its writer refused, the next one gives other bytes"
        );
        inside.commit().must("commit after a get that its writer refused")?;
        goes_on(storage, "a txn_get that its writer refused")?;
    }
    Ok(())
}

fn what_fails_is_over_for_other_threads_too(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"key", b"1", 0).must("put")?;
    if storage.describe().expects {
        let expects =
            [Write::Expect { table: 1, key: b"key", value: b"2" }, Write::ExpectAbsent { table: 1, key: b"key" }];
        for expects in expects {
            let result = storage.write_batch(&[expects], &BatchOptions::new());
            let conflict = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
            ensure!(conflict, "a batch that expects what is not so is {result:?}, not Conflict");
            goes_on(storage, "a batch that was not as expected")?;
        }
    }
    let options = TransactionOptions::new().with_wait(Duration::ZERO);
    if let Some(mut first) = supported("begin", storage.begin(&options))? {
        first.put(1, b"key", b"first").must("txn_put")?;
        // Where there may be two, the second is too late; where there is one, it does not begin.
        let second = storage.begin(&options).and_then(|mut second| second.put(1, b"key", b"second").map(|()| second));
        first.commit().must("commit of the first of two transactions")?;
        let second = second.and_then(Transaction::commit);
        ensure!(second.is_err(), "two transactions beside each other wrote one key, and both were committed");
        goes_on(storage, "a transaction that came too late")?;
    }
    let found = storage.get(1, b"none").must("get")?;
    ensure!(found.is_none(), "a key that was never put has {found:02x?}");
    goes_on(storage, "a get that found nothing")
}

/// The host keeps the error of its own writer; who calls a slot without one gets the status alone.
fn a_status_is_handed_on_as_it_is(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    let (sink, nothing) = (refusing_sink(), soch_bytes::lend(b""));
    let key = soch_bytes::lend(b"key");
    hands_on("get", |writer| {
        storage.alone("get", |table, instance, error| match table.get {
            // SAFETY: the plugin's function on its own instance; all is lent for the call.
            Some(get) => unsafe { get(instance, 1, key, writer, error) },
            None => SOCH_OK,
        })
    })?;
    let scan = storage.alone("scan", |table, instance, error| match table.scan {
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        Some(scan) => unsafe { scan(instance, std::ptr::null(), 1, nothing, nothing, 9, &sink, error) },
        None => SOCH_OK,
    });
    is_handed_on("scan", scan)
}

fn handles_hand_a_status_on_as_it_is(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    let (sink, nothing) = (refusing_sink(), soch_bytes::lend(b""));
    let (key, own) = (soch_bytes::lend(b"key"), soch_bytes::lend(b"own"));
    let options = soch_transaction_options { size: size_of::<soch_transaction_options>(), flags: 0, wait_ms: 0 };
    hands_on_where_it_is("table_get", |writer| {
        storage.alone("table_get", |table, instance, error| {
            let (Some(open), Some(get), Some(close)) = (table.open_table, table.table_get, table.close_table) else {
                return SOCH_DENIED;
            };
            let mut handle = ptr::null_mut();
            // SAFETY: the plugin's functions on its own instance and handle; all is lent for the call.
            unsafe {
                let mut status = open(instance, 1, &mut handle, error);
                if status == SOCH_OK {
                    status = get(handle, key, writer, error);
                    close(handle);
                }
                status
            }
        })
    })?;
    for slot in ["txn_get", "txn_get of its own row", "txn_scan"] {
        hands_on_where_it_is(slot, |writer| {
            storage.alone(slot, |table, instance, error| {
                let (Some(begin), Some(abort)) = (table.begin_txn, table.abort_txn) else { return SOCH_DENIED };
                let (Some(get), Some(put), Some(scan)) = (table.txn_get, table.txn_put, table.txn_scan) else {
                    return SOCH_DENIED;
                };
                let mut inside = ptr::null_mut();
                // SAFETY: the plugin's functions on its own instance and transaction; all is lent for the call.
                unsafe {
                    let mut status = begin(instance, &options, &mut inside, error);
                    if status != SOCH_OK {
                        return status;
                    }
                    status = put(inside, 1, own, key, error);
                    if status == SOCH_OK {
                        status = match slot {
                            "txn_get" => get(inside, 1, key, writer, error),
                            "txn_scan" => scan(inside, ptr::null(), 1, nothing, nothing, 9, &sink, error),
                            _ => get(inside, 1, own, writer, error),
                        };
                    }
                    abort(inside);
                    status
                }
            })
        })?;
    }
    Ok(())
}
