//! Tests of a scan: what a storage gives to it.

use crate::must::{ensure, show, Must};
use crate::not_passed::NotPassed;
use crate::subject::Subject;
use crate::test::suite;
use sochdb_plugin_host::sdk::{Error, ErrorKind, RowSink, StorageExtension};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_scan":
    keys_order_as_unsigned_bytes,
    start_is_included_and_end_is_not,
    limits_are_kept,
    a_sink_may_end_the_scan,
    an_empty_table_has_no_rows,
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
