//! Tests of a storage whose long calls are stopped, each at every of its questions: no half of one stays.

use crate::frame::must::{ensure, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::questions::stopped_anywhere;
use sochdb_plugin_host::sdk::{BatchOptions, Error, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_stopped": a_call_that_is_stopped_changes_nothing);

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
