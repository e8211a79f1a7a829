//! Tests of calls that wait in what they were lent while others run: what two of them keep in one place is seen at once.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::waiting_writer::{write_waiting, WAIT};
use sochdb_plugin_host::sdk::{
    ErrorKind, Result as Called, RowSink, StorageExtension, StorageTable, StorageTransaction, TransactionOptions,
};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_waiting": a_call_may_wait_in_what_it_was_lent);

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// Rows of different lengths, which are those of this thread alone.
fn rows(thread: usize) -> Rows {
    [1, 9000, 0, 300, 64]
        .into_iter()
        .enumerate()
        .map(|(at, len)| (vec![at as u8 + 1], vec![thread as u8 + 1; len]))
        .collect()
}

/// The rows that a scan gives to a sink that waits at each.
fn scanned(scan: impl FnOnce(&mut RowSink<'_>) -> Called<()>) -> Called<Rows> {
    let mut found = Rows::new();
    let mut push = |key: &[u8], value: &[u8]| {
        std::thread::sleep(WAIT);
        found.push((key.to_vec(), value.to_vec()));
        Ok(())
    };
    scan(&mut RowSink::new(&mut push))?;
    Ok(found)
}

fn looks(storage: &Storage, table: u32, expected: &Rows) -> Result<(), NotPassed> {
    let handle = storage.open_table(table).must("open_table")?;
    for (key, value) in expected {
        let (mut plainly, mut by_handle) = (Vec::new(), Vec::new());
        write_waiting(&mut plainly, |to| storage.get_into(table, key, to).map(drop)).must("get to a slow writer")?;
        write_waiting(&mut by_handle, |to| handle.get_into(key, to).map(drop)).must("table_get to a slow writer")?;
        let same = plainly == *value && by_handle == *value;
        ensure!(same, "{} bytes come as others while other calls wait in writers", value.len());
    }
    let all = scanned(|to| storage.scan_into(table, b"", b"", 9, to)).must("scan to a slow sink")?;
    ensure!(
        all == *expected,
        "a scan gives {} rows of {}, or others, while other scans wait in sinks",
        all.len(),
        expected.len()
    );
    let some = scanned(|to| storage.scan_into(table, &[2], &[5], 2, to)).must("scan to a slow sink")?;
    ensure!(some == expected[1..3], "a scan of two rows gives {} rows, or others, while others wait", some.len());
    Ok(())
}

fn looks_inside(storage: &Storage, table: u32, expected: &Rows) -> Result<(), NotPassed> {
    let mut inside = match storage.begin(&TransactionOptions::new()) {
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Busy) => return Ok(()),
        begun => begun.must("begin")?,
    };
    let all = scanned(|to| inside.scan_into(table, b"", b"", 9, to)).must("txn_scan to a slow sink")?;
    ensure!(
        all == *expected,
        "a scan of a transaction gives {} rows, or others, while others wait in sinks",
        all.len()
    );
    let mut last = Vec::new();
    write_waiting(&mut last, |to| inside.get_into(table, &[5], to).map(drop)).must("txn_get to a slow writer")?;
    ensure!(last == expected[4].1, "txn_get gives {} bytes, or others, while other calls wait in writers", last.len());
    Ok(())
}

fn a_call_may_wait_in_what_it_was_lent(subject: &Subject) -> Result<(), NotPassed> {
    let (mut one, mut other) = (subject.instance()?, subject.instance()?);
    let storages: [&Storage; 3] = {
        let one = &*one.storage()?;
        [one, one, &*other.storage()?]
    };
    for (thread, storage) in storages.into_iter().enumerate() {
        let own = rows(thread);
        own.iter().try_for_each(|(key, value)| storage.put(thread as u32, key, value, 0).must("put"))?;
    }
    together(storages.len(), |thread| {
        let own = rows(thread);
        (0..4).try_for_each(|_| {
            looks(storages[thread], thread as u32, &own)?;
            looks_inside(storages[thread], thread as u32, &own)
        })
    })
}
