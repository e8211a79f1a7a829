//! Tests of transactions of many rows, and in many tables: they are as whole as small ones.

use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{StorageExtension, TransactionOptions};
use sochdb_plugin_host::{Storage, Transaction};
use std::collections::BTreeMap;

suite!(Storage, "storage_long_transaction":
    one_of_many_writes_is_whole,
    one_in_many_tables_is_whole,
);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

fn same(what: &str, found: &[(Vec<u8>, Vec<u8>)], expected: &Rows) -> Result<(), NotPassed> {
    let one_by_one = found.iter().map(|(key, value)| (key, value)).zip(expected);
    let first = one_by_one.clone().position(|(found, expected)| found != expected);
    ensure!(
        found.len() == expected.len() && first.is_none(),
        "{what} gives {} rows where {} are, and the first other one is row {first:?}",
        found.len(),
        expected.len()
    );
    Ok(())
}

fn scanned(storage: &Storage, what: &str, expected: &Rows) -> Result<(), NotPassed> {
    same(what, &storage.scan(1, b"", b"", usize::MAX).must("scan")?, expected)
}

fn inside_has(inside: &mut Transaction, expected: &Rows) -> Result<(), NotPassed> {
    for limit in [1, 63, 64, 65, 1000, 1001, usize::MAX] {
        let found = inside.scan(1, b"", b"", limit).must("txn_scan")?;
        let first: Rows = expected.iter().take(limit).map(|(key, value)| (key.clone(), value.clone())).collect();
        same(&format!("txn_scan with a limit of {limit} after many writes"), &found, &first)?;
    }
    for key in (0..1700_u32).step_by(41).map(u32::to_be_bytes) {
        let found = inside.get(1, &key).must("txn_get")?;
        ensure!(
            found.as_ref() == expected.get(&key[..]),
            "txn_get of {} after many writes gives {found:02x?}",
            show(&key)
        );
    }
    Ok(())
}

fn one_of_many_writes_is_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut before = Rows::new();
    for key in (0..400_u32).map(|row| row * 3) {
        storage.put(1, &key.to_be_bytes(), b"before", 0).must("put")?;
        before.insert(key.to_be_bytes().to_vec(), b"before".to_vec());
    }
    for commits in [false, true] {
        let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
        let mut model = before.clone();
        for key in (0..1600_u32).filter(|key| key % 7 != 3) {
            let value = vec![key as u8; 1 + key as usize % 50];
            inside.put(1, &key.to_be_bytes(), &value).must("txn_put")?;
            model.insert(key.to_be_bytes().to_vec(), value);
        }
        // Its own rows, those from before, those that it replaced, and none.
        for key in (0..1700_u32).filter(|key| key % 5 == 0 || key % 7 == 3) {
            inside.delete(1, &key.to_be_bytes()).must("txn_remove")?;
            model.remove(&key.to_be_bytes()[..]);
        }
        inside_has(&mut inside, &model)?;
        scanned(storage, "scan beside a transaction of many writes", &before)?;
        if commits {
            inside.commit().must("commit of a transaction of many writes")?;
            scanned(storage, "scan after a commit of many writes", &model)?;
            for (key, value) in model.iter().step_by(23) {
                let found = storage.get(1, key).must("get")?;
                ensure!(found.as_ref() == Some(value), "after a commit of many writes, {} is {found:02x?}", show(key));
            }
        } else {
            inside.abort();
            scanned(storage, "scan after an abort of many writes", &before)?;
        }
    }
    Ok(())
}

fn one_in_many_tables_is_whole(subject: &Subject) -> Result<(), NotPassed> {
    // As many as every storage has room for.
    const TABLES: [u32; 16] = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 255, 256, u16::MAX as u32, 1 << 16, 1 << 31, u32::MAX];
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for commits in [false, true] {
        let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
        for (row, table) in (0..160_u8).zip(TABLES.iter().cycle()) {
            inside.put(*table, &[row], &table.to_be_bytes()).must("txn_put")?;
        }
        if commits {
            inside.commit().must("commit in many tables")?;
        } else {
            inside.abort();
        }
        for table in TABLES {
            let rows = storage.scan(table, b"", b"", 99).must("scan")?;
            let own = rows.iter().all(|(_, value)| *value == table.to_be_bytes());
            let expected = if commits { 10 } else { 0 };
            ensure!(
                own && rows.len() == expected,
                "after a transaction in 16 tables, committed: {commits}, table {table} has {} rows, or those of another",
                rows.len()
            );
        }
    }
    Ok(())
}
