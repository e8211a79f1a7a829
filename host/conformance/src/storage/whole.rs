//! Tests of what a storage does with all it has: flush and compact change nothing that is read, tables are listed and go whole,
//! handles are many.

use crate::frame::must::{ensure, needed, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::compacted::compact;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{CursorOptions, ErrorKind, StorageExtension, StorageTable};
use sochdb_plugin_host::{Reader, Storage};
use std::collections::BTreeMap;

suite!(Storage, "storage_whole":
    flush_and_compact_keep_all_kinds_of_rows,
    compact_keeps_what_a_snapshot_sees,
    every_number_of_tables_is_listed,
    a_large_table_goes_whole,
    many_handles_are_open_at_once,
    a_number_of_the_database_changes_nothing_else,
);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// As many as every storage has room for.
const TABLES: [u32; 16] = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 255, 256, u16::MAX as u32, 1 << 16, 1 << 31, u32::MAX];

fn same(what: &str, found: &[(Vec<u8>, Vec<u8>)], expected: &Rows) -> Result<(), NotPassed> {
    let found: BTreeMap<_, _> = found.iter().map(|(key, value)| (key, value)).collect();
    let more = found.keys().find(|key| !expected.contains_key(**key));
    ensure!(more.is_none(), "{what} gives a row that is not there: {}", show(more.map_or(&[], |key| key)));
    for (key, value) in expected {
        let Some(other) = found.get(key) else { return Err(format!("{what} lacks the row {}", show(key)).into()) };
        ensure!(*other == value, "{what} gives {} of {} bytes under {}", show(other), other.len(), show(key));
    }
    Ok(())
}

fn are_there(storage: &Storage, tables: &BTreeMap<u32, Rows>, after: &str) -> Result<(), NotPassed> {
    for (table, rows) in tables {
        let what = format!("after {after}, scan of table {table}");
        same(&what, &storage.scan(*table, b"", b"", usize::MAX).must("scan")?, rows)?;
        for (key, value) in rows {
            let found = storage.get(*table, key).must("get")?;
            ensure!(found.as_ref() == Some(value), "after {after}, get in table {table} lacks {}", show(key));
        }
        for gone in [&b"gone"[..], b"replaced and gone"] {
            let found = storage.get(*table, gone).must("get")?;
            ensure!(
                found.is_none(),
                "after {after}, a row of table {table} is there again that was deleted: {found:02x?}"
            );
        }
    }
    Ok(())
}

fn flush_and_compact_keep_all_kinds_of_rows(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let rows: &mut Rows = tables.entry(table).or_default();
        for key in [&b"gone"[..], b"replaced and gone", b"replaced"] {
            storage.put(table, key, b"first", 0).must("put")?;
        }
        storage.put(table, b"replaced and gone", &[9; 5000], 0).must("put")?;
        for (number, len) in [0, 1, 0, 64, 300, 4096, 70_000, 0, 2].into_iter().enumerate() {
            let key = [&[number as u8][..], &vec![0xFF; number * 20]].concat();
            rows.insert(key, vec![table as u8 ^ number as u8; len]);
        }
        rows.insert(b"replaced".to_vec(), b"".to_vec());
        rows.iter().try_for_each(|(key, value)| storage.put(table, key, value, 0).must("put"))?;
        for key in [&b"gone"[..], b"replaced and gone"] {
            storage.delete(table, key, 0).must("delete")?;
        }
    }
    are_there(storage, &tables, "puts and deletes")?;
    for round in 0..3_u8 {
        storage.flush().must("flush")?;
        are_there(storage, &tables, "flush")?;
        compact(storage)?;
        are_there(storage, &tables, "flush and compact")?;
        compact(storage)?;
        for (table, rows) in &mut tables {
            storage.delete(*table, &[round], 0).must("delete")?;
            let key = [&[round][..], &vec![0xFF; usize::from(round) * 20]].concat();
            storage.delete(*table, &key, 0).must("delete")?;
            rows.remove(&key);
            storage.put(*table, b"round", &[round], 0).must("put")?;
            rows.insert(b"round".to_vec(), vec![round]);
        }
        compact(storage)?;
        are_there(storage, &tables, "deletes and compact")?;
    }
    Ok(())
}

fn snapshot_has(reader: &Reader, rows: &Rows, after: &str) -> Result<(), NotPassed> {
    let mut cursor = reader.cursor(1, &CursorOptions::new()).must("open_cursor")?;
    let found = left_of(&mut cursor, 9_999).must(after)?;
    same(&format!("after {after}, a cursor of a snapshot from before"), &found, rows)?;
    for (key, value) in rows {
        let mut read = Vec::new();
        let there = reader.get_append(1, key, &mut read).must("reader_get")?;
        ensure!(there && read == *value, "after {after}, reader_get of a snapshot from before lacks {}", show(key));
    }
    Ok(())
}

fn compact_keeps_what_a_snapshot_sees(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut rows: Rows = (0..100_u8).map(|key| (vec![key], vec![key; usize::from(key) * 3])).collect();
    rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
    let before = rows.clone();
    let reader = needed("open_reader", storage.reader())?;
    for key in 0..100_u8 {
        if key % 3 == 0 {
            storage.delete(1, &[key], 0).must("delete")?;
            rows.remove(&[key][..]);
        } else if key % 3 == 1 {
            storage.put(1, &[key], b"later", 0).must("put")?;
            rows.insert(vec![key], b"later".to_vec());
        }
        storage.put(1, &[key, 7], b"", 0).must("put")?;
        rows.insert(vec![key, 7], Vec::new());
    }
    let now = |after: &str| same(after, &storage.scan(1, b"", b"", usize::MAX).must("scan")?, &rows);
    compact(storage)?;
    snapshot_has(&reader, &before, "compact")?;
    now("after compact beside a snapshot, scan")?;
    storage.flush().must("flush")?;
    compact(storage)?;
    snapshot_has(&reader, &before, "flush and compact")?;
    drop(reader);
    now("after the end of a snapshot, scan")?;
    compact(storage)?;
    now("after the end of a snapshot and compact, scan")
}

fn every_number_of_tables_is_listed(subject: &Subject) -> Result<(), NotPassed> {
    /// For so many every storage has room.
    const ROOM: usize = 16;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("list_tables", storage.list_tables())?;
    let mut expected = Vec::new();
    for number in 0..300_u32 {
        let table = number.wrapping_mul(0x9E37_79B1);
        match storage.put(table, b"key", b"", 0) {
            Err(error) if expected.len() >= ROOM && error.kind() == ErrorKind::Limit => break,
            put => put.must("put")?,
        }
        let place = expected.partition_point(|other| *other < table);
        expected.insert(place, table);
        if [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300].contains(&expected.len()) {
            let found = storage.list_tables().must("list_tables")?;
            ensure!(
                found == expected,
                "{} tables have rows, and list_tables gives {}, or others, or not in their order",
                expected.len(),
                found.len()
            );
        }
    }
    Ok(())
}

fn a_large_table_goes_whole(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 1500;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for table in [6, 8] {
        storage.put(table, &[0xFF; 8], b"of a neighbour", 0).must("put")?;
        storage.put(table, &[0], b"of a neighbour", 0).must("put")?;
    }
    for row in 0..ROWS {
        storage.put(7, &row.to_be_bytes(), &[7; 20], 0).must("put")?;
    }
    needed("drop_table", storage.drop_table(7))?;
    let left = storage.scan(7, b"", b"", usize::MAX).must("scan")?.len();
    ensure!(left == 0, "a table of {ROWS} rows was dropped, and has {left}");
    for row in 0..ROWS {
        let found = storage.get(7, &row.to_be_bytes()).must("get")?;
        ensure!(found.is_none(), "a table of {ROWS} rows was dropped, and get finds its row {row}");
    }
    for table in [6, 8] {
        let rows = storage.scan(table, b"", b"", 9).must("scan")?.len();
        ensure!(rows == 2, "a table beside one that was dropped has {rows} of 2 rows");
    }
    if let Some(listed) = supported("list_tables", storage.list_tables())? {
        ensure!(listed == [6, 8], "after a table was dropped, list_tables gives {listed:?}");
    }
    Ok(())
}

fn many_handles_are_open_at_once(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut handles = Vec::new();
    for number in 0..400_u32 {
        let table = TABLES[number as usize % TABLES.len()];
        match storage.open_table(table) {
            // How many there may be, no engine is asked.
            Err(error) if number >= TABLES.len() as u32 && error.kind() == ErrorKind::Limit => break,
            handle => handles.push((table, number, handle.must("open_table")?)),
        }
    }
    for (table, number, handle) in &handles {
        handle.put(&number.to_be_bytes(), &table.to_be_bytes(), 0).must("table_put")?;
    }
    // Some go, in no order, and the others stay.
    let (some, rest): (Vec<_>, Vec<_>) = handles.into_iter().partition(|(_, number, _)| number % 7 == 3);
    let count = some.len() + rest.len();
    drop(some);
    for (table, number, handle) in &rest {
        let found = handle.get(&number.to_be_bytes()).must("table_get")?;
        ensure!(
            found.as_deref() == Some(&table.to_be_bytes()),
            "of {count} handles, number {number}, of table {table}, reads {found:02x?}"
        );
    }
    let mut rows = 0;
    for table in TABLES {
        let found = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
        let own = found.iter().all(|(_, value)| *value == table.to_be_bytes());
        ensure!(own, "of {count} handles, one put to table {table} what belongs to another");
        rows += found.len();
    }
    ensure!(rows == count, "{count} handles put a row each, and {rows} are there");
    Ok(())
}

/// `txn` is the database's own number, which a storage may record, and nothing depends on it.
fn a_number_of_the_database_changes_nothing_else(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let table = storage.open_table(1).must("open_table")?;
    let numbers = [0, 1, 7, u64::from(u32::MAX), 1 << 32, 1 << 63, u64::MAX - 1, u64::MAX, 3, 0];
    for (at, number) in numbers.into_iter().enumerate() {
        let value = [at as u8; 9];
        storage.put(1, b"put", &value, number).must("put")?;
        table.put(b"table_put", &value, number).must("table_put")?;
        storage.put(1, b"delete", &value, number).must("put")?;
        storage.delete(1, b"delete", number).must("delete")?;
        for key in [&b"put"[..], b"table_put"] {
            let found = storage.get(1, key).must("get")?;
            ensure!(found.as_deref() == Some(&value), "after a put under the number {number} it is {found:02x?}");
        }
        let found = storage.get(1, b"delete").must("get")?;
        ensure!(found.is_none(), "after a delete under the number {number} the row is {found:02x?}");
    }
    Ok(())
}
