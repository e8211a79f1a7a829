//! Tests of savepoints: what was written since the last one goes, and nothing else.

use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{StorageExtension, TransactionOptions};
use sochdb_plugin_host::{Storage, Transaction};
use std::collections::BTreeMap;

suite!(Storage, "storage_savepoint":
    what_was_written_since_one_goes,
    many_agree_with_a_model,
    what_is_left_of_them_ends_with_the_transaction,
    much_that_is_taken_back_takes_nothing_with_it,
);

type Rows = BTreeMap<(u32, Vec<u8>), Vec<u8>>;

const TABLES: [u32; 2] = [1, 2];

/// Runs the test if the storage has savepoints.
fn with_savepoints(subject: &Subject, test: impl FnOnce(&Storage) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
    needed("txn_set_savepoint", inside.set_savepoint())?;
    inside.abort();
    test(storage)
}

/// Sees that a transaction reads these rows and no others.
fn reads(inside: &mut Transaction, rows: &Rows, after: &str) -> Result<(), NotPassed> {
    for table in TABLES {
        let found = inside.scan(table, b"", b"", usize::MAX).must("txn_scan")?;
        let expected = rows.iter().filter(|((at, _), _)| *at == table);
        let expected: Vec<_> = expected.map(|((_, key), value)| (key.clone(), value.clone())).collect();
        ensure!(
            found == expected,
            "after {after}, table {table} has {found:02x?} inside, and must have {expected:02x?}"
        );
    }
    for ((table, key), value) in rows {
        let found = inside.get(*table, key).must("txn_get")?;
        ensure!(found.as_ref() == Some(value), "after {after}, txn_get of {} gives {found:02x?}", show(key));
    }
    Ok(())
}

fn has(storage: &Storage, rows: &Rows, after: &str) -> Result<(), NotPassed> {
    let mut found = Rows::new();
    for table in TABLES {
        let all = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
        found.extend(all.into_iter().map(|(key, value)| ((table, key), value)));
    }
    ensure!(found == *rows, "after {after} there are {found:02x?}, and must be {rows:02x?}");
    Ok(())
}

fn row(table: u32, key: &[u8], value: &[u8]) -> ((u32, Vec<u8>), Vec<u8>) {
    ((table, key.to_vec()), value.to_vec())
}

fn what_was_written_since_one_goes(subject: &Subject) -> Result<(), NotPassed> {
    with_savepoints(subject, |storage| {
        for key in [&b"changed"[..], b"removed", b"kept"] {
            storage.put(1, key, b"before", 0).must("put")?;
        }
        let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
        inside.put(1, b"own", b"first").must("txn_put")?;
        inside.put(1, b"own removed", b"first").must("txn_put")?;
        let first: Rows = [
            row(1, b"changed", b"before"),
            row(1, b"removed", b"before"),
            row(1, b"kept", b"before"),
            row(1, b"own", b"first"),
            row(1, b"own removed", b"first"),
        ]
        .into();
        inside.set_savepoint().must("txn_set_savepoint")?;
        reads(&mut inside, &first, "a savepoint was set")?;
        inside.put(1, b"changed", b"second").must("txn_put")?;
        inside.put(1, b"own", b"second").must("txn_put")?;
        inside.put(2, b"new", b"second").must("txn_put")?;
        inside.delete(1, b"removed").must("txn_remove")?;
        inside.delete(1, b"own removed").must("txn_remove")?;
        let second: Rows = [
            row(1, b"changed", b"second"),
            row(1, b"kept", b"before"),
            row(1, b"own", b"second"),
            row(2, b"new", b"second"),
        ]
        .into();
        inside.set_savepoint().must("txn_set_savepoint")?;
        inside.put(1, b"removed", b"third").must("txn_put")?;
        inside.put(1, b"own", b"").must("txn_put")?;
        inside.delete(2, b"new").must("txn_remove")?;
        inside.delete(1, b"kept").must("txn_remove")?;
        inside.rollback_to_savepoint().must("txn_rollback_to_savepoint")?;
        reads(&mut inside, &second, "the inner savepoint")?;
        inside.put(1, b"own removed", b"after").must("txn_put after a rollback")?;
        inside.rollback_to_savepoint().must("txn_rollback_to_savepoint")?;
        reads(&mut inside, &first, "the outer savepoint")?;
        inside.put(2, b"last", b"after").must("txn_put after a rollback")?;
        inside.commit().must("commit after rollbacks")?;
        has(storage, &[first, [row(2, b"last", b"after")].into()].into_iter().flatten().collect(), "a commit")
    })
}

fn many_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    const STEPS: u64 = 400;
    with_savepoints(subject, |storage| {
        let mut random = 7_u64;
        let mut below = |bound: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % bound
        };
        let mut rows = Rows::new();
        for round in 0..4_u8 {
            let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
            let (mut now, mut saved) = (rows.clone(), Vec::new());
            for step in 0..STEPS {
                let (table, key) = (TABLES[below(2) as usize], vec![b'k'; below(20) as usize + 1]);
                match below(10) {
                    0..=4 => {
                        let value = vec![round ^ step as u8; below(60) as usize];
                        inside.put(table, &key, &value).must("txn_put")?;
                        now.insert((table, key), value);
                    }
                    5 | 6 => {
                        inside.delete(table, &key).must("txn_remove")?;
                        now.remove(&(table, key));
                    }
                    7 | 8 => {
                        inside.set_savepoint().must("txn_set_savepoint")?;
                        saved.push(now.clone());
                    }
                    _ => {
                        let Some(before) = saved.pop() else { continue };
                        inside.rollback_to_savepoint().must("txn_rollback_to_savepoint")?;
                        now = before;
                        reads(&mut inside, &now, &format!("step {step} of round {round}"))?;
                    }
                }
            }
            reads(&mut inside, &now, &format!("round {round}"))?;
            // Also with savepoints that are left.
            if round % 2 == 0 {
                inside.commit().must("commit")?;
                rows = now;
            } else {
                inside.abort();
            }
            has(storage, &rows, &format!("the end of round {round}"))?;
        }
        Ok(())
    })
}

/// Rows that fill pages come and go behind a savepoint: what an engine has given back meanwhile, it must not give twice.
fn much_that_is_taken_back_takes_nothing_with_it(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 120;
    const ROUNDS: u64 = 6;
    with_savepoints(subject, |storage| {
        let mut random = subject.random(0x5AFE);
        let mut rows = Rows::new();
        for round in 0..ROUNDS {
            let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
            let mut now = rows.clone();
            for taken_back in [false, true, false] {
                let before = now.clone();
                if taken_back {
                    inside.set_savepoint().must("txn_set_savepoint")?;
                }
                for _ in 0..ROWS {
                    let table = TABLES[random.below(2) as usize];
                    let key = random.below(2 * ROWS).to_be_bytes().to_vec();
                    // What rows of before have goes with them, in turns.
                    if random.below(3) == 0 {
                        inside.delete(table, &key).must("txn_remove")?;
                        now.remove(&(table, key));
                    } else {
                        let len = [40, 700, 6000][random.below(3) as usize];
                        let value = random.bytes(len);
                        inside.put(table, &key, &value).must("txn_put")?;
                        now.insert((table, key), value);
                    }
                }
                if taken_back {
                    inside.rollback_to_savepoint().must("txn_rollback_to_savepoint")?;
                    now = before;
                }
            }
            inside.commit().must("commit")?;
            rows = now;
            has(storage, &rows, &format!("round {round}, of which much was taken back"))?;
        }
        Ok(())
    })
}

fn what_is_left_of_them_ends_with_the_transaction(subject: &Subject) -> Result<(), NotPassed> {
    const DEEP: u8 = 40;
    with_savepoints(subject, |storage| {
        let mut rows = Rows::new();
        for commits in [false, true] {
            let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
            for depth in 0..DEEP {
                inside.put(1, &[depth], &[depth]).must("txn_put")?;
                inside.put(1, b"last", &[depth]).must("txn_put")?;
                inside.set_savepoint().must("txn_set_savepoint")?;
            }
            inside.put(2, b"behind all", b"").must("txn_put")?;
            if commits {
                rows.extend((0..DEEP).map(|depth| row(1, &[depth], &[depth])));
                rows.extend([row(1, b"last", &[DEEP - 1]), row(2, b"behind all", b"")]);
                inside.commit().must("commit")?;
            } else {
                inside.abort();
            }
            has(storage, &rows, "the end of a transaction with savepoints that are left")?;
        }
        storage.put(1, b"next", b"", 0).must("put after a transaction with savepoints")?;
        let next = needed("begin", storage.begin(&TransactionOptions::new()))?;
        ensure!(next.get(1, b"next").must("txn_get")?.is_some(), "after savepoints, the next transaction lacks a row");
        Ok(())
    })
}
