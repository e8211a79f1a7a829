//! Tests of what a storage does with whole tables: it lists those that have rows, and drops one.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{StorageExtension, StorageTable};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_tables":
    those_with_rows_are_listed,
    a_dropped_one_is_empty_at_once_and_no_other,
    a_dropped_one_is_seen_by_a_snapshot_from_before,
    a_dropped_one_takes_rows_again,
);

/// Tables in no order, more than the host has room for at first.
const TABLES: [u32; 12] = [7, 0, 300, u32::MAX, 1, 2, 255, 256, 65_536, 3, u32::MAX - 1, 10];

fn fill(storage: &Storage) -> Result<(), NotPassed> {
    for table in TABLES {
        for key in 0..100_u8 {
            storage.put(table, &[key], &table.to_be_bytes(), 0).must("put")?;
        }
    }
    Ok(())
}

fn those_with_rows_are_listed(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let none = needed("list_tables", storage.list_tables())?;
    ensure!(none.is_empty(), "a new storage lists the tables {none:?}");
    let mut expected = Vec::new();
    for table in TABLES {
        storage.put(table, b"key", b"value", 0).must("put")?;
        storage.put(table, b"other", b"", 0).must("put")?;
        expected.push(table);
        expected.sort_unstable();
        let found = storage.list_tables().must("list_tables")?;
        ensure!(found == expected, "tables are listed as {found:?}, and {expected:?} have rows");
    }
    for table in [7, u32::MAX, 0] {
        storage.delete(table, b"key", 0).must("delete")?;
        let found = storage.list_tables().must("list_tables")?;
        ensure!(found == expected, "with a row left, tables are listed as {found:?}, not {expected:?}");
        storage.delete(table, b"other", 0).must("delete")?;
        expected.retain(|other| *other != table);
        let found = storage.list_tables().must("list_tables")?;
        ensure!(found == expected, "without rows in table {table}, tables are listed as {found:?}");
    }
    Ok(())
}

fn a_dropped_one_is_empty_at_once_and_no_other(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    for dropped in [0, 256, u32::MAX, 7] {
        needed("drop_table", storage.drop_table(dropped))?;
        let left = storage.scan(dropped, b"", b"", 10).must("scan")?.len();
        ensure!(left == 0, "a table that was dropped has {left} rows or more");
        let found = storage.get(dropped, &[7]).must("get")?;
        ensure!(found.is_none(), "a row of a table that was dropped is there");
        storage.drop_table(dropped).must("drop_table of a table without rows")?;
        if let Some(listed) = supported("list_tables", storage.list_tables())? {
            ensure!(!listed.contains(&dropped), "a table that was dropped is listed");
        }
    }
    storage.drop_table(4).must("drop_table of a table that never was")?;
    for table in TABLES.into_iter().filter(|table| ![0, 256, u32::MAX, 7].contains(table)) {
        let rows = storage.scan(table, b"", b"", 1000).must("scan")?.len();
        ensure!(rows == 100, "beside tables that were dropped, another one has {rows} of 100 rows");
    }
    Ok(())
}

fn a_dropped_one_is_seen_by_a_snapshot_from_before(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    let reader = needed("open_reader", storage.reader())?;
    needed("drop_table", storage.drop_table(7))?;
    storage.put(7, b"new", b"value", 0).must("put")?;
    let mut value = Vec::new();
    for key in 0..100_u8 {
        let found = reader.get_append(7, &[key], &mut value).must("reader_get")?;
        ensure!(found, "a snapshot lacks a row of a table that was dropped later");
    }
    let found = reader.get_append(7, b"new", &mut value).must("reader_get")?;
    ensure!(!found, "a snapshot has a row that was put later");
    Ok(())
}

fn a_dropped_one_takes_rows_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let table = storage.open_table(7).must("open_table")?;
    for round in 0..5_u8 {
        for key in round..100 {
            table.put(&[key], &[round], 0).must("table_put")?;
        }
        let rows = storage.scan(7, b"", b"", 1000).must("scan")?;
        let right = rows.iter().map(|(key, value)| (key[0], value[0])).eq((round..100).map(|key| (key, round)));
        ensure!(right, "after {round} drops, a table has {} rows, or others than were put", rows.len());
        needed("drop_table", storage.drop_table(7))?;
        let found = table.get(&[50]).must("table_get")?;
        ensure!(found.is_none(), "a handle of a table that was dropped has a row of it");
    }
    Ok(())
}
