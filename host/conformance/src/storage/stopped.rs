//! Tests of a storage whose long calls are stopped, each at every of its questions: no half of one stays.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::questions::{gives_all_or_stops, stopped_anywhere, stopped_at};
use crate::inputs::rows::{left_of, same, Rows};
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, Error, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_stopped":
    a_call_that_is_stopped_changes_nothing,
    a_read_that_is_stopped_gives_no_part,
    a_call_that_is_stopped_stays_undone_in_a_later_instance,
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
    needed("write_batch", fill(storage))?;
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
    needed("write_batch", fill(storage))?;
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

/// A call to stop: its name, and what it does.
type Stoppable = (&'static str, fn(&Storage) -> Result<(), Error>);

/// Each changes both tables, or what is not seen.
const CALLS: [Stoppable; 6] = [
    ("write_batch of puts", |storage| {
        let keys: Vec<_> = (0..1500_u32).map(u32::to_be_bytes).collect();
        let put = |table| keys.iter().map(move |key| Write::Put { table, key, value: b"batch" });
        storage.write_batch(&put(1).chain(put(2)).collect::<Vec<_>>(), &BatchOptions::new())
    }),
    ("write_batch of ranges", |storage| {
        let range = |table| Write::DeleteRange { table, start: b"", end: b"" };
        let put = Write::Put { table: 2, key: b"beside", value: b"it" };
        storage.write_batch(&[put, range(1), range(2)], &BatchOptions::new())
    }),
    ("commit_txn", |storage| {
        let mut inside = storage.begin(&TransactionOptions::new())?;
        for key in 0..1500_u32 {
            inside.put(2, &key.to_be_bytes(), b"inside")?;
            inside.delete(1, &key.to_be_bytes())?;
        }
        inside.commit()
    }),
    ("drop_table", |storage| storage.drop_table(1)),
    ("compact", |storage| storage.compact()),
    ("flush", |storage| storage.flush()),
];

/// A record of one in a log must not come back.
fn a_call_that_is_stopped_stays_undone_in_a_later_instance(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    if !storage.describe().durable {
        skip!("the storage does not describe itself as durable");
    }
    needed("write_batch", fill(storage))?;
    for (what, call) in CALLS {
        let storage = &*instance.storage()?;
        if what.ends_with("ranges") && !storage.describe().deletes_ranges {
            continue;
        }
        let (mut before, mut is_stopped) = (rows_of_both(storage)?, false);
        // The host asks the first question. From the last one on, as one that is not asked stops nothing.
        for no_at in [4, 2] {
            if stopped_at(no_at, || call(storage)).0.is_err() {
                is_stopped = true;
            } else {
                fill(storage).must("write_batch")?;
                before = rows_of_both(storage)?;
            }
        }
        if !is_stopped {
            continue;
        }
        storage.flush().must("flush")?;
        instance = subject.again(instance)?;
        let after = rows_of_both(instance.storage()?)?;
        for (table, (before, after)) in before.iter().zip(after).enumerate() {
            let what = format!(
                "table {}, which a later instance must have as it was before a {what} that was stopped (`soch_call`),",
                table + 1
            );
            same(&what, after.into_iter(), before.iter(), before.len())?;
        }
    }
    Ok(())
}

fn rows_of_both(storage: &Storage) -> Result<[Rows; 2], NotPassed> {
    let [one, other] = [1, 2].map(|table| storage.scan(table, b"", b"", usize::MAX).must("scan"));
    Ok([one?.into_iter().collect(), other?.into_iter().collect()])
}
