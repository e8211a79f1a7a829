//! Tests of a write inside of a transaction that fails: it alone is left out, or the transaction is of no more use and says so.

use crate::frame::must::{ensure, needed, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{ErrorKind, StorageExtension, TransactionOptions};
use sochdb_plugin_host::Storage;
use std::time::Duration;

suite!(Storage, "storage_failed_write":
    one_that_is_refused_is_left_out,
    one_that_comes_too_late_is_left_out,
);

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

fn row(key: &[u8], value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (key.to_vec(), value.to_vec())
}

/// Sees what becomes of a transaction whose write of this row, between others, may fail, in a table that has `first`. One whose
/// write came too late may find that out at its commit.
fn is_left_out(storage: &Storage, table: u32, first: &[u8], write: (&str, &[u8], &[u8])) -> Result<(), NotPassed> {
    let (what, key, value) = write;
    let mut inside = storage.begin(&TransactionOptions::new().with_wait(Duration::ZERO)).must("begin")?;
    inside.put(table, b"before", b"inside").must("txn_put")?;
    let mut expected = Rows::new();
    if !first.is_empty() {
        match storage.put(table, first, b"plain", 0) {
            // It waits for the transaction.
            Err(error) if error.kind() == ErrorKind::Busy => return Ok(()),
            put => put.must("put beside a transaction")?,
        }
        expected.push(row(first, b"plain"));
    }
    let Err(failed) = inside.put(table, key, value) else { return Ok(()) };
    let later = [
        ("txn_put", inside.put(table, b"after", b"inside")),
        ("txn_get", inside.get(table, b"before").map(drop)),
        ("txn_scan", inside.scan(table, b"", b"", 9).map(drop)),
        ("txn_remove", inside.delete(table, b"none")),
        ("commit_txn", inside.commit()),
    ];
    let is_of_use = later[0].1.is_ok();
    for (slot, result) in &later {
        let is_late = !first.is_empty()
            && *slot == "commit_txn"
            && result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
        ensure!(
            result.is_ok() == is_of_use || is_late,
            "txn_put of {what} failed ({failed}), after which the next txn_put is {:?} and {slot} is {result:?}; a transaction \
             goes on, or is of no more use and says so in every later call (`txn_put`)",
            later[0].1
        );
    }
    if later[4].1.is_ok() {
        expected.extend([row(b"after", b"inside"), row(b"before", b"inside")]);
        expected.sort();
    }
    let found = storage.scan(table, b"", b"", 9).must("scan")?;
    let lens = |rows: &Rows| rows.iter().map(|(key, value)| (key.len(), value.len())).collect::<Vec<_>>();
    ensure!(
        found == expected,
        "txn_put of {what} failed ({failed}), and the commit gave {:?}: there are rows of {:?} bytes, and must be ones of {:?}; \
         a write that fails is left out (`txn_put`)",
        later[4].1,
        lens(&found),
        lens(&expected)
    );
    Ok(())
}

fn one_that_is_refused_is_left_out(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("begin", storage.begin(&TransactionOptions::new()))?.abort();
    let (key, value) = (vec![7; (1 << 20) + 1], vec![7; (16 << 20) + 1]);
    is_left_out(storage, 1, b"", ("an empty key", b"", b"value"))?;
    is_left_out(storage, 2, b"", ("a key beyond a mebibyte", &key, b"value"))?;
    is_left_out(storage, 3, b"", ("a value beyond 16 mebibytes", b"key", &value))
}

fn one_that_comes_too_late_is_left_out(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    needed("begin", storage.begin(&TransactionOptions::new()))?.abort();
    is_left_out(storage, 1, b"key", ("a key that was put beside it", b"key", b"inside"))
}
