//! Tests of what a storage says of all its rows: how many there are, and in which tables, after every way to write.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, ErrorKind, StorageExtension, StorageTable};
use sochdb_plugin_host::sdk::{TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::collections::{BTreeMap, BTreeSet};

suite!(Storage, "storage_counts":
    every_way_to_write_is_counted,
    nothing_of_an_open_transaction_is_seen_anywhere,
    rows_that_are_written_again_are_no_more_bytes,
    what_a_compaction_would_rewrite_is_never_less_than_nothing,
);

/// Which keys of which tables there are.
#[derive(Clone, Default)]
struct Keys(BTreeSet<(u32, Vec<u8>)>);

impl Keys {
    fn put(&mut self, table: u32, key: &[u8]) {
        self.0.insert((table, key.to_vec()));
    }

    fn delete(&mut self, table: u32, key: &[u8]) {
        self.0.remove(&(table, key.to_vec()));
    }

    /// Sees that the figures of the storage are those of these keys.
    fn are_counted(&self, storage: &Storage, after: &str) -> Result<(), NotPassed> {
        let count = storage.stats().must("stats")?.key_count;
        let exact = storage.describe().counts_exactly;
        ensure!(
            !exact || count == self.0.len() as u64,
            "after {after}, stats counts {count} keys where {} are there, and `describe` says that it counts exactly",
            self.0.len()
        );
        if let Some(found) = supported("list_tables", storage.list_tables())? {
            let tables: BTreeSet<u32> = self.0.iter().map(|(table, _)| *table).collect();
            ensure!(found.iter().eq(&tables), "after {after}, list_tables gives {found:?}, and {tables:?} have rows");
        }
        Ok(())
    }
}

fn every_way_to_write_is_counted(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let lists = supported("list_tables", storage.list_tables())?.is_some();
    if !storage.describe().counts_exactly && !lists {
        skip!("`describe` does not say that keys are counted exactly, and `list_tables` is unsupported");
    }
    let mut keys = Keys::default();
    keys.are_counted(storage, "nothing")?;
    plain(storage, &mut keys)?;
    batches(storage, &mut keys)?;
    transactions(storage, &mut keys)?;
    // The same beside a snapshot, for which what goes is kept.
    let reader = supported("open_reader", storage.reader())?;
    plain(storage, &mut keys)?;
    batches(storage, &mut keys)?;
    transactions(storage, &mut keys)?;
    drop(reader);
    keys.are_counted(storage, "the end of a snapshot")?;
    storage.compact().must("compact")?;
    storage.flush().must("flush")?;
    keys.are_counted(storage, "compact and flush")
}

fn plain(storage: &Storage, keys: &mut Keys) -> Result<(), NotPassed> {
    let handle = storage.open_table(3).must("open_table")?;
    for (value, after) in [(&b"value"[..], "a put"), (b"", "a put of an empty value"), (b"longer value", "a put again")]
    {
        storage.put(1, b"key", value, 0).must("put")?;
        keys.put(1, b"key");
        keys.are_counted(storage, after)?;
        handle.put(b"key", value, 0).must("table_put")?;
        keys.put(3, b"key");
        keys.are_counted(storage, &format!("{after} by a handle"))?;
    }
    storage.put(1, b"other", b"", 0).must("put")?;
    keys.put(1, b"other");
    for after in ["a delete", "a delete of a key that is not there", "a second one"] {
        storage.delete(1, b"key", 0).must("delete")?;
        keys.delete(1, b"key");
        keys.are_counted(storage, after)?;
        storage.delete(5, b"key", 0).must("delete")?;
        keys.are_counted(storage, &format!("{after}, and one in a table without rows"))?;
    }
    if supported("drop_table", storage.drop_table(3))?.is_some() {
        keys.delete(3, b"key");
        keys.are_counted(storage, "drop_table")?;
        handle.put(b"key", b"again", 0).must("table_put")?;
        keys.put(3, b"key");
        keys.are_counted(storage, "a put by a handle of a table that was dropped")?;
        storage.drop_table(4).must("drop_table of a table without rows")?;
        keys.are_counted(storage, "drop_table of a table without rows")?;
    }
    Ok(())
}

fn batches(storage: &Storage, keys: &mut Keys) -> Result<(), NotPassed> {
    let put = |key, value| Write::Put { table: 2, key, value };
    let delete = |key| Write::Delete { table: 2, key };
    let writes = [put(b"a", b"1"), put(b"b", b""), put(b"a", b"22"), delete(b"b"), delete(b"none"), put(b"c", b"3")];
    if supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))?.is_none() {
        return Ok(());
    }
    [b"a", b"c"].iter().for_each(|key| keys.put(2, *key));
    keys.delete(2, b"b");
    keys.are_counted(storage, "a batch of puts and deletes, some of one key")?;
    if storage.describe().expects {
        let fails = [put(b"d", b"1"), delete(b"a"), Write::ExpectAbsent { table: 2, key: b"c" }];
        let failed = storage.write_batch(&fails, &BatchOptions::new()).is_err();
        ensure!(failed, "a batch that expects a key to be absent which is there is OK");
        keys.are_counted(storage, "a batch that was not as expected")?;
    }
    if storage.describe().deletes_ranges {
        let writes = [put(b"e", b"1"), put(b"f", b""), Write::DeleteRange { table: 2, start: b"c", end: b"f" }];
        storage.write_batch(&writes, &BatchOptions::new()).must("a batch with a range")?;
        [b"c", b"e"].iter().for_each(|key| keys.delete(2, *key));
        keys.put(2, b"f");
        keys.are_counted(storage, "a range that was deleted")?;
    }
    Ok(())
}

fn transactions(storage: &Storage, keys: &mut Keys) -> Result<(), NotPassed> {
    let options = TransactionOptions::new();
    for commits in [false, true] {
        let Some(mut inside) = supported("begin", storage.begin(&options))? else { return Ok(()) };
        let mut then = keys.clone();
        for (table, key) in [(1, &b"other"[..]), (1, b"new"), (6, b"new"), (6, b"short-lived"), (2, b"a"), (2, b"a")] {
            inside.put(table, key, b"inside").must("txn_put")?;
            then.put(table, key);
        }
        for (table, key) in [(2, &b"a"[..]), (6, b"short-lived"), (6, b"none"), (7, b"none")] {
            inside.delete(table, key).must("txn_remove")?;
            then.delete(table, key);
        }
        keys.are_counted(storage, "writes of a transaction that is open")?;
        if commits {
            inside.commit().must("commit")?;
            *keys = then;
            keys.are_counted(storage, "a commit")?;
        } else {
            inside.abort();
            keys.are_counted(storage, "an abort")?;
        }
    }
    Ok(())
}

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Sees by every slot that the table 1 has these rows, and no other table has any.
fn all_see(storage: &Storage, rows: &Rows, when: &str) -> Result<(), NotPassed> {
    let handle = storage.open_table(1).must("open_table")?;
    for key in [&b"old"[..], b"gone", b"new"] {
        let found = [("get", storage.get(1, key)), ("table_get", handle.get(key))];
        for (slot, found) in found {
            let found = found.must(slot)?;
            ensure!(found.as_ref() == rows.get(key), "{when}, {slot} of another gives {found:02x?}");
        }
        let other = storage.get(2, key).must("get")?;
        ensure!(other.is_none(), "{when}, get of another gives {other:02x?} in a table that it wrote to");
    }
    let scanned = storage.scan(1, b"", b"", 99).must("scan")?;
    ensure!(scanned.iter().map(|(key, value)| (key, value)).eq(rows), "{when}, scan gives {scanned:02x?}");
    if let Some(mut reader) = supported("open_reader", storage.reader())? {
        for key in [&b"old"[..], b"gone", b"new"] {
            let found = reader.get(1, key).must("reader_get")?;
            ensure!(found == rows.get(key).map(|value| &value[..]), "{when}, reader_get gives {found:02x?}");
        }
        let mut cursor = reader.cursor(1, &CursorOptions::new()).must("open_cursor")?;
        let found = left_of(&mut cursor, rows.len()).must(when)?;
        ensure!(found.iter().map(|(key, value)| (key, value)).eq(rows), "{when}, a cursor gives {found:02x?}");
    }
    let keys = Keys(rows.keys().map(|key| (1, key.clone())).collect());
    keys.are_counted(storage, when)
}

fn nothing_of_an_open_transaction_is_seen_anywhere(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let rows = Rows::from([(b"gone".to_vec(), b"1".to_vec()), (b"old".to_vec(), b"1".to_vec())]);
    rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
    let mut inside = needed("begin", storage.begin(&TransactionOptions::new()))?;
    inside.put(1, b"old", b"2").must("txn_put")?;
    inside.put(1, b"new", b"2").must("txn_put")?;
    inside.put(2, b"new", b"2").must("txn_put")?;
    inside.delete(1, b"gone").must("txn_remove")?;
    all_see(storage, &rows, "while a transaction is open that wrote")?;
    // What it was refused is no part of it.
    let refused = inside.put(1, &vec![b'k'; 1 << 20], b"2");
    if refused.as_ref().is_err_and(|error| error.kind() == ErrorKind::Limit) {
        all_see(storage, &rows, "after a put inside that was refused")?;
    }
    inside.abort();
    all_see(storage, &rows, "after an abort")
}

/// A way in which rows go.
type Goes<'a> = &'a dyn Fn() -> Result<(), NotPassed>;

/// A storage may hold what was overwritten until it is compacted, but not for ever.
fn rows_that_are_written_again_are_no_more_bytes(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u8 = 8;
    const VALUE: usize = 2000;
    const ROUNDS: usize = 6;
    const TIMES: usize = 3;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let one_by_one = || (0..ROWS).step_by(2).try_for_each(|row| storage.delete(1, &[row], 0).must("delete"));
    let a_range = || {
        let range = Write::DeleteRange { table: 1, start: &[0], end: &[ROWS / 2] };
        supported("write_batch", storage.write_batch(&[range], &BatchOptions::new())).map(drop)
    };
    let the_table = || supported("drop_table", storage.drop_table(1)).map(drop);
    let ways: [(&str, Goes<'_>); 3] = [
        ("half of them are deleted", &one_by_one),
        ("half of them are deleted as a range", &a_range),
        ("their table is dropped", &the_table),
    ];
    for (way, goes) in ways {
        let mut sizes = Vec::new();
        for _ in 0..ROUNDS {
            for value in 0..TIMES as u8 {
                (0..ROWS).try_for_each(|row| storage.put(1, &[row], &[value; VALUE], 0).must("put"))?;
                goes()?;
            }
            storage.flush().must("flush")?;
            supported("compact", storage.compact())?;
            sizes.push(storage.stats().must("stats")?.bytes_stored);
        }
        // Less than what a storage adds that forgets nothing.
        let most = (TIMES * usize::from(ROWS) * VALUE / 3) as u64;
        ensure!(
            sizes.windows(2).any(|pair| pair[1] < pair[0].saturating_add(most)),
            "{ROWS} rows of {VALUE} bytes are written again {TIMES} times a round, {way}, each followed by flush and compact, and \
             bytes_stored grows from {} in each of {ROUNDS} rounds, to {}: it is of all keys and values (soch_storage_stats)",
            sizes[0],
            sizes[ROUNDS - 1]
        );
    }
    Ok(())
}

fn what_a_compaction_would_rewrite_is_never_less_than_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let pending = |after: &str| -> Result<(), NotPassed> {
        let bytes = storage.stats().must("stats")?.pending_compaction_bytes;
        ensure!(
            bytes < 1 << 63,
            "after {after}, a compaction would rewrite {bytes} bytes (`pending_compaction_bytes`), as who counts below 0 says"
        );
        Ok(())
    };
    pending("nothing")?;
    storage.compact().must("compact")?;
    pending("a compaction of nothing")?;
    for round in 0..3_u8 {
        for key in 0..100_u8 {
            storage.put(1, &[key], &[round; 100], 0).must("put")?;
        }
        pending("puts")?;
        (0..100_u8).step_by(2).try_for_each(|key| storage.delete(1, &[key], 0)).must("delete")?;
        pending("deletes")?;
        storage.flush().must("flush")?;
        storage.compact().must("compact")?;
        pending("a compaction")?;
        storage.compact().must("compact")?;
        pending("a second compaction")?;
    }
    Ok(())
}
