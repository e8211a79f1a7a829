//! Tests of a storage whose long calls are stopped, each at every of its questions: no half of one stays.

use crate::frame::must::{ensure, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::questions::{gives_all_or_stops, stopped_anywhere};
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, Error, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_stopped":
    a_call_that_is_stopped_changes_nothing,
    a_read_that_is_stopped_gives_no_part,
);

/// So many are asked about several times by who asks after a thousand rows.
const ROWS: u32 = 5000;

fn fill(storage: &Storage) -> Result<(), Error> {
    let keys: Vec<_> = (0..ROWS).map(u32::to_be_bytes).collect();
    let most = storage.describe().max_batch.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let writes: Vec<_> = keys.iter().map(|key| Write::Put { table: 1, key, value: key }).collect();
    writes.chunks(most.min(writes.len())).try_for_each(|part| storage.write_batch(part, &BatchOptions::new()))
}

fn a_call_that_is_stopped_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &mut *instance.storage()?;
    crate::frame::must::needed("write_batch", fill(storage))?;
    let look = |what: &'static str, empties: bool| {
        move |storage: &mut Storage, is_done: bool| {
            let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?.len();
            let expected = if is_done && empties { 0 } else { ROWS as usize };
            let done = if is_done { "was not" } else { "was" };
            ensure!(rows == expected, "after a {what} that {done} stopped, {rows} rows are there, not {expected}");
            fill(storage).must("write_batch")
        }
    };
    stopped_anywhere("scan", storage, |storage| storage.scan(1, b"", b"", usize::MAX).map(drop), look("scan", false))?;
    let all =
        [Write::Put { table: 2, key: b"beside", value: b"it" }, Write::DeleteRange { table: 1, start: b"", end: b"" }];
    let batch = |storage: &mut Storage| storage.write_batch(&all, &BatchOptions::new());
    if storage.describe().deletes_ranges {
        stopped_anywhere("batch that deletes a range", storage, batch, look("batch that deletes a range", true))?;
    }
    if supported("drop_table", storage.drop_table(3))?.is_some() {
        stopped_anywhere("drop_table", storage, |storage| storage.drop_table(1), look("drop_table", true))?;
    }
    if supported("begin_txn", storage.begin(&TransactionOptions::new()).map(drop))?.is_some() {
        let commit = |storage: &mut Storage| {
            let mut inside = storage.begin(&TransactionOptions::new())?;
            (0..ROWS).try_for_each(|key| inside.delete(1, &key.to_be_bytes()))?;
            inside.commit()
        };
        stopped_anywhere("commit_txn", storage, commit, look("commit_txn", true))?;
    }
    stopped_anywhere("flush", storage, |storage| storage.flush(), look("flush", false))
}

/// By each way to read many rows.
fn a_read_that_is_stopped_gives_no_part(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &mut *instance.storage()?;
    crate::frame::must::needed("write_batch", fill(storage))?;
    let all = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
    gives_all_or_stops("scan", storage, &all, |storage| storage.scan(1, b"", b"", usize::MAX))?;
    let keys: Vec<&[u8]> = all.iter().map(|(key, _)| &key[..]).collect();
    let values: Vec<_> = all.iter().map(|(_, value)| Some(value.clone())).collect();
    gives_all_or_stops("multi_get", storage, &values, |storage| storage.multi_get(1, &keys))?;
    if let Some(mut inside) = supported("begin_txn", storage.begin(&TransactionOptions::new()))? {
        gives_all_or_stops("txn_scan", &mut inside, &all, |inside| inside.scan(1, b"", b"", usize::MAX))?;
    }
    if let Some(mut reader) = supported("open_reader", storage.reader())? {
        gives_all_or_stops("cursor_next", &mut reader, &all, |reader| {
            left_of(&mut reader.cursor(1, &CursorOptions::new())?, usize::MAX)
        })?;
    }
    Ok(())
}
