//! Tests of a scan: what a storage gives to it.

use crate::frame::must::{ensure, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::storage::cursor::{expected, filled, other_bounds, small_keys};
use sochdb_plugin_host::sdk::{
    CursorOptions, Error, ErrorKind, Result as Called, RowSink, StorageExtension, StorageTransaction,
    TransactionOptions,
};
use sochdb_plugin_host::Storage;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::time::Duration;

suite!(Storage, "storage_scan":
    keys_order_as_unsigned_bytes,
    start_is_included_and_end_is_not,
    bounds_longer_than_any_key_are_kept,
    limits_are_kept,
    a_sink_may_end_the_scan,
    an_empty_table_has_no_rows,
    a_row_that_is_given_stays_whole,
);

/// Puts each key with itself as its value.
fn put_all(storage: &Storage, keys: &[&[u8]]) -> Result<(), NotPassed> {
    keys.iter().try_for_each(|key| storage.put(1, key, key, 0).must("put"))
}

fn keys_of(storage: &Storage, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, NotPassed> {
    let rows = storage.scan(1, start, end, limit).must("scan")?;
    for (key, value) in &rows {
        ensure!(key == value, "the scan gives {} with the value of {}", show(key), show(value));
    }
    Ok(rows.into_iter().map(|(key, _)| key).collect())
}

fn keys_order_as_unsigned_bytes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let keys: [&[u8]; 11] =
        [b"", b"\x00", b"\x00\x00", b"\x00\xff", b"\x01", b"A", b"a", b"a\x00b", b"\x7f", b"\x80", b"\xff\xff"];
    let mut shuffled = keys;
    shuffled.reverse();
    shuffled.swap(2, 7);
    put_all(storage, &shuffled)?;
    let found = keys_of(storage, b"", b"", 100)?;
    ensure!(found == keys, "the keys come as {found:02x?}");
    for key in keys {
        let value = storage.get(1, key).must("get")?;
        ensure!(value.as_deref() == Some(key), "the value of {} is {value:02x?}", show(key));
    }
    Ok(())
}

fn start_is_included_and_end_is_not(subject: &Subject) -> Result<(), NotPassed> {
    type Case = (&'static [u8], &'static [u8], &'static [&'static [u8]]);
    const CASES: [Case; 9] = [
        (b"", b"", &[b"a", b"b", b"c", b"d"]),
        (b"b", b"d", &[b"b", b"c"]),
        (b"b", b"", &[b"b", b"c", b"d"]),
        (b"", b"b", &[b"a"]),
        (b"b", b"b\x00", &[b"b"]),
        (b"b\x00", b"c", &[]),
        (b"b", b"b", &[]),
        (b"d", b"a", &[]),
        (b"e", b"", &[]),
    ];
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    put_all(storage, &[b"a", b"b", b"c", b"d"])?;
    for (start, end, expected) in CASES {
        let found = keys_of(storage, start, end, 100)?;
        ensure!(found == expected, "a scan from {} to {} gives {found:02x?}", show(start), show(end));
    }
    Ok(())
}

/// A scan has them like a cursor, and one inside of a transaction goes over rows of its own as well.
fn bounds_longer_than_any_key_are_kept(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let tables = filled(storage)?;
    let (long, short) = (other_bounds(storage), small_keys());
    let with_short = long.iter().flat_map(|long| short.iter().flat_map(move |short| [(long, short), (short, long)]));
    let ranges: Vec<_> =
        long.iter().flat_map(|start| long.iter().map(move |end| (start, end))).chain(with_short).collect();
    let mut inside = supported("begin", storage.begin(&TransactionOptions::new()))?;
    for (table, model) in &tables {
        if let Some(inside) = &mut inside {
            for (key, value) in model.iter().step_by(2) {
                inside.put(*table, key, value).must("txn_put")?;
            }
        }
        for (start, end) in &ranges {
            let wanted = expected(model, &CursorOptions::range(start, end));
            let mut found = vec![("scan", storage.scan(*table, start, end, usize::MAX).must("scan")?)];
            if let Some(inside) = &mut inside {
                found.push(("txn_scan", inside.scan(*table, start, end, usize::MAX).must("txn_scan")?));
            }
            for (slot, found) in found {
                ensure!(
                    found == wanted,
                    "of table {table} from {} to {}, which may be longer than any key, {slot} gives {found:02x?}, not {wanted:02x?}",
                    show(start),
                    show(end)
                );
            }
        }
    }
    Ok(())
}

fn limits_are_kept(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let keys: Vec<[u8; 2]> = (0..300_u16).map(u16::to_be_bytes).collect();
    put_all(storage, &keys.iter().map(|key| &key[..]).collect::<Vec<_>>())?;
    for (limit, expected) in [(0, 0), (1, 1), (299, 299), (300, 300), (301, 300), (usize::MAX, 300)] {
        let found = keys_of(storage, b"", b"", limit)?;
        ensure!(found.len() == expected, "a limit of {limit} gives {} of 300 rows", found.len());
        ensure!(found.iter().zip(&keys).all(|(found, key)| found == key), "a limit of {limit} does not give the first");
    }
    Ok(())
}

fn a_sink_may_end_the_scan(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    put_all(storage, &[b"a", b"b", b"c", b"d", b"e"])?;
    for kind in [ErrorKind::Cancelled, ErrorKind::Conflict, ErrorKind::Limit] {
        let mut taken = 0;
        let mut take = |_: &[u8], _: &[u8]| {
            taken += 1;
            if taken == 3 {
                Err(Error::new(kind, "enough"))
            } else {
                Ok(())
            }
        };
        let result = storage.scan_into(1, b"", b"", 100, &mut RowSink::new(&mut take));
        let found = result.as_ref().err().map(|error| error.kind());
        ensure!(found == Some(kind), "a sink that ended the scan with {kind:?} got {result:?}");
        ensure!(taken == 3, "a sink that ended the scan at its third row got {taken}");
    }
    let all = keys_of(storage, b"", b"", 100)?;
    ensure!(all.len() == 5, "after a scan that was ended there are {} of 5 rows", all.len());
    Ok(())
}

fn an_empty_table_has_no_rows(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    ensure!(keys_of(storage, b"", b"", 100)?.is_empty(), "a table without a put has rows");
    put_all(storage, &[b"a"])?;
    storage.delete(1, b"a", 0).must("delete")?;
    ensure!(keys_of(storage, b"", b"", 100)?.is_empty(), "a table whose only key was deleted has rows");
    Ok(())
}

/// How long a scan waits for writes of others, which may have to wait for the scan.
const MOMENT: Duration = Duration::from_millis(30);

/// Takes rows, and lets others write after the first one while it is given.
fn look(rows: &mut Vec<Vec<u8>>, key: &[u8], value: &[u8], (go, done): (&SyncSender<()>, &Receiver<()>)) -> Called<()> {
    let before = (key.to_vec(), value.to_vec());
    if rows.is_empty() && go.send(()).is_ok() {
        _ = done.recv_timeout(MOMENT);
    }
    let whole = before == (key.to_vec(), value.to_vec());
    rows.push(if whole { before.1 } else { b"changed".to_vec() });
    Ok(())
}

fn a_row_that_is_given_stays_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let fill = |byte: u8| (0..10_u8).try_for_each(|key| storage.put(1, &[key], &[byte; 900], 0));
    for (inside, what) in [(false, "scan"), (true, "txn_scan")] {
        fill(1).must("put")?;
        let txn = if inside { supported("begin", storage.begin(&TransactionOptions::new()))? } else { None };
        if inside != txn.is_some() {
            continue;
        }
        let (mut txn, mut rows) = (txn, Vec::new());
        let ((go, begins), (ended, done)) = (sync_channel(1), sync_channel(1));
        std::thread::scope(|scope| -> Result<(), NotPassed> {
            let writer = scope.spawn(move || {
                let mut wrote = Ok(());
                if begins.recv().is_ok() {
                    wrote = (2..5).try_for_each(fill).and_then(|()| storage.delete(1, &[0], 0));
                    _ = ended.send(());
                }
                wrote
            });
            let mut take = |key: &[u8], value: &[u8]| look(&mut rows, key, value, (&go, &done));
            let scanned = match &mut txn {
                Some(txn) => txn.scan_into(1, b"", b"", usize::MAX, &mut RowSink::new(&mut take)),
                None => storage.scan_into(1, b"", b"", usize::MAX, &mut RowSink::new(&mut take)),
            };
            drop((go, txn));
            let wrote = writer.join().expect("no test panics");
            scanned.must(what)?;
            match wrote {
                Err(error) if inside && error.kind() == ErrorKind::Busy => Ok(()),
                wrote => wrote.must("a write beside a scan"),
            }
        })?;
        let torn = rows.iter().find(|value| value.len() != 900 || value.iter().any(|byte| *byte != value[0]));
        ensure!(
            torn.is_none(),
            "while {what} gave a row to its sink, other writes changed it: {}",
            show(torn.map_or(&[], |row| row))
        );
        ensure!(rows.len() >= 9, "{what} beside writes to 10 rows gives {}", rows.len());
    }
    Ok(())
}
