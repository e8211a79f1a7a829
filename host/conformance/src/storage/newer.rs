//! Tests of what only a later minor version has: a storage says that it does not know it, and changes nothing (rules 3 and 13).

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::newer::{flags, is_refused, MUST_BE_KNOWN, UNLISTED};
use sochdb_plugin_host::sdk::abi::{
    soch_batch_options, soch_bytes, soch_cursor_options, soch_transaction_options, soch_write, SOCH_OK,
    SOCH_UNSUPPORTED, SOCH_WRITE_DELETE, SOCH_WRITE_PUT,
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

/// Opens a cursor with options of these flags, and closes it.
fn open_cursor(storage: &Storage, flags: u64) -> Result<(), Error> {
    let all = soch_bytes::lend(b"");
    let options = soch_cursor_options { size: size_of::<soch_cursor_options>(), flags, start: all, end: all };
    storage.alone("open_cursor", |table, instance, error| {
        let (Some(open_reader), Some(close_reader)) = (table.open_reader, table.close_reader) else {
            return SOCH_UNSUPPORTED;
        };
        let (Some(open_cursor), Some(close_cursor)) = (table.open_cursor, table.close_cursor) else {
            return SOCH_UNSUPPORTED;
        };
        let (mut reader, mut cursor) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the plugin's functions on its own instance, reader and cursor; all is lent for the call.
        unsafe {
            let mut status = open_reader(instance, &mut reader, error);
            if status == SOCH_OK {
                status = open_cursor(reader, 1, &options, &mut cursor, error);
                if status == SOCH_OK {
                    close_cursor(cursor);
                }
                close_reader(reader);
            }
            status
        }
    })
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
    flags("write_batch", |flags| {
        let written = write(storage, &[one(SOCH_WRITE_PUT, b"a")], flags);
        if flags & MUST_BE_KNOWN == 0 {
            storage.put(1, b"a", b"old", 0)?;
        }
        written
    })?;
    is_as_before(storage, "a batch that was refused")?;
    flags("open_cursor", |flags| open_cursor(storage, flags))?;
    flags("begin_txn", |flags| begin(storage, flags))
}
