//! Tests of what only a later minor version has: a storage says that it does not know it, and changes nothing (rules 3 and 13).

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::newer::{flags, is_refused, UNLISTED};
use crate::storage::cursor_sizes::walk;
use sochdb_plugin_host::sdk::abi::{
    soch_batch_options, soch_bytes, soch_transaction_options, soch_write, SOCH_BATCH_DURABLE, SOCH_CURSOR_KEYS_ONLY,
    SOCH_CURSOR_REVERSE, SOCH_OK, SOCH_TRANSACTION_DURABLE, SOCH_UNSUPPORTED, SOCH_WRITE_DELETE, SOCH_WRITE_PUT,
};
use sochdb_plugin_host::sdk::{Error, StorageExtension};
use sochdb_plugin_host::Storage;
use std::ptr;

suite!(Storage, "storage_newer":
    a_batch_with_an_unknown_operation_changes_nothing,
    unknown_options_are_refused_or_passed_over,
);

/// Writes a batch with options of these flags.
fn write(storage: &Storage, writes: &[soch_write], flags: u64) -> Result<(), Error> {
    let options = soch_batch_options { size: size_of::<soch_batch_options>(), flags, txn: 0 };
    storage.alone("write_batch", |table, instance, error| {
        let Some(write_batch) = table.write_batch else { return SOCH_UNSUPPORTED };
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        unsafe { write_batch(instance, ptr::null(), writes.as_ptr(), writes.len(), &options, error) }
    })
}

fn one(op: u32, key: &[u8]) -> soch_write {
    let value: &[u8] = if op == SOCH_WRITE_DELETE { b"" } else { b"new" };
    soch_write { op, table: 1, key: soch_bytes::lend(key), value: soch_bytes::lend(value), ttl_ms: 0 }
}

/// The rows are those that were put before.
fn is_as_before(storage: &Storage, after: &str) -> Result<(), NotPassed> {
    let rows = storage.scan(1, b"", b"", 10).must("scan")?;
    let expected = [(b"a".to_vec(), b"old".to_vec()), (b"b".to_vec(), b"old".to_vec())];
    ensure!(rows == expected, "after {after} the rows are {rows:02x?}, not those of before");
    Ok(())
}

fn fill(storage: &Storage) -> Result<(), NotPassed> {
    storage.put(1, b"a", b"old", 0).must("put")?;
    storage.put(1, b"b", b"old", 0).must("put")
}

fn a_batch_with_an_unknown_operation_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    if write(storage, &[one(SOCH_WRITE_PUT, b"a")], 0).is_err() {
        skip!("`write_batch` is unsupported");
    }
    storage.put(1, b"a", b"old", 0).must("put")?;
    for at in 0..3 {
        let mut writes = vec![one(SOCH_WRITE_PUT, b"a"), one(SOCH_WRITE_DELETE, b"b")];
        writes.insert(at, one(UNLISTED, b"c"));
        let what = format!("a batch of 3 writes, of which number {at} has an operation that nobody knows,");
        is_refused(&what, write(storage, &writes, 0))?;
        is_as_before(storage, &what)?;
    }
    Ok(())
}

/// Begins a transaction with options of these flags, and aborts it.
fn begin(storage: &Storage, flags: u64) -> Result<(), Error> {
    let options = soch_transaction_options { size: size_of::<soch_transaction_options>(), flags, wait_ms: 0 };
    storage.alone("begin_txn", |table, instance, error| {
        let (Some(begin_txn), Some(abort_txn)) = (table.begin_txn, table.abort_txn) else { return SOCH_UNSUPPORTED };
        let mut txn = ptr::null_mut();
        // SAFETY: the plugin's functions on its own instance and transaction; all is lent for the call.
        unsafe {
            let status = begin_txn(instance, &options, &mut txn, error);
            if status == SOCH_OK {
                abort_txn(txn);
            }
            status
        }
    })
}

fn unknown_options_are_refused_or_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    fill(storage)?;
    flags("write_batch", &[SOCH_BATCH_DURABLE], |flags| {
        write(storage, &[one(SOCH_WRITE_PUT, b"a")], flags)?;
        storage.put(1, b"a", b"old", 0)
    })?;
    is_as_before(storage, "a batch that was refused")?;
    let known = [SOCH_CURSOR_REVERSE, SOCH_CURSOR_KEYS_ONLY, SOCH_CURSOR_REVERSE | SOCH_CURSOR_KEYS_ONLY];
    flags("open_cursor", &known, |flags| {
        // Values may be there where nobody asks for them.
        walk(storage, &[8], flags).map(|walk| walk.rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>())
    })?;
    flags("begin_txn", &[SOCH_TRANSACTION_DURABLE], |flags| begin(storage, flags))
}
