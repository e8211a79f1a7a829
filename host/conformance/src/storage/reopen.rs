//! Tests of a durable storage whose instance goes and comes again in its directory: what was flushed is there.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, needed, show, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::abi::SOCH_LEAST_MAX_KEY;
use sochdb_plugin_host::sdk::{BatchOptions, StorageExtension, StorageTable, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;

suite!(Storage, "storage_reopen":
    what_was_flushed_is_there_again,
    a_later_round_changes_what_an_earlier_one_left,
    large_and_odd_rows_are_there_again,
    batches_and_transactions_are_there_again,
    what_was_dropped_and_compacted_stays_so,
    one_that_was_emptied_goes_on,
    ranges_that_were_deleted_stay_so,
    a_flush_of_any_moment_counts,
    other_directories_stay_as_they_are;
full:
    many_rows_are_there_again,
    a_batch_of_more_than_sixteen_bits_is_there_again,
);

/// The rows of each table.
type Tables = BTreeMap<u32, BTreeMap<Vec<u8>, Vec<u8>>>;

/// An instance of a storage that keeps its rows; the test is skipped for one that does not say so.
fn durable(subject: &Subject) -> Result<Instance, NotPassed> {
    let mut instance = subject.instance()?;
    if !instance.storage()?.describe().durable {
        skip!("the storage does not describe itself as durable");
    }
    Ok(instance)
}

/// Sees that the storage has these rows, as it counts them, and no others in these tables.
fn has(storage: &Storage, tables: &Tables) -> Result<(), NotPassed> {
    for (table, rows) in tables {
        let found: BTreeMap<_, _> = storage.scan(*table, b"", b"", usize::MAX).must("scan")?.into_iter().collect();
        for (key, value) in rows {
            match found.get(key) {
                Some(found) if found == value => {}
                Some(found) => ensure!(
                    false,
                    "the value of {} in table {table} was flushed with {} bytes, and a later instance has {} bytes, or others",
                    show(key),
                    value.len(),
                    found.len()
                ),
                None => ensure!(false, "the row {} of table {table} was flushed, and a later instance lacks it", show(key)),
            }
            let got = storage.get(*table, key).must("get")?;
            ensure!(got.as_ref() == Some(value), "get in a later instance differs from its scan, for {}", show(key));
        }
        if let Some(stranger) = found.keys().find(|key| !rows.contains_key(*key)) {
            let was = "was deleted, or never put";
            ensure!(false, "a later instance has the row {} in table {table}, which {was}", show(stranger));
        }
    }
    let (counted, expected) =
        (storage.stats().must("stats")?.key_count, tables.values().map(BTreeMap::len).sum::<usize>());
    let exactly = storage.describe().counts_exactly;
    ensure!(
        !exactly || counted == expected as u64,
        "`describe` says that rows are counted exactly, and a later instance counts {expected} rows as {counted}"
    );
    Ok(())
}

/// Ends the instance, and makes the next one in its place, which must have these rows.
fn again(subject: &Subject, instance: Instance, tables: &Tables) -> Result<Instance, NotPassed> {
    let mut instance = subject.again(instance)?;
    has(instance.storage()?, tables)?;
    Ok(instance)
}

fn put(storage: &Storage, tables: &mut Tables, table: u32, key: &[u8], value: &[u8]) -> Result<(), NotPassed> {
    storage.put(table, key, value, 0).must("put")?;
    tables.entry(table).or_default().insert(key.to_vec(), value.to_vec());
    Ok(())
}

fn delete(storage: &Storage, tables: &mut Tables, table: u32, key: &[u8]) -> Result<(), NotPassed> {
    storage.delete(table, key, 0).must("delete")?;
    tables.entry(table).or_default().remove(key);
    Ok(())
}

fn what_was_flushed_is_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    // One that was never flushed comes again empty, or with what was put: not broken.
    instance = again(subject, instance, &tables)?;
    let storage = instance.storage()?;
    for table in [0, 1, 256, u32::MAX] {
        for key in 0..50_u8 {
            put(storage, &mut tables, table, &[key], &[key, table as u8])?;
        }
    }
    storage.flush().must("flush")?;
    instance = again(subject, instance, &tables)?;
    // Nothing was done in between.
    for _ in 0..3 {
        instance = again(subject, instance, &tables)?;
    }
    Ok(())
}

fn a_later_round_changes_what_an_earlier_one_left(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let (mut tables, mut random) = (Tables::new(), subject.random(81));
    for round in 0..8_u8 {
        let storage = instance.storage()?;
        for _ in 0..60 {
            let (table, key) = (random.below(3) as u32, [random.below(40) as u8]);
            if random.below(3) == 0 {
                delete(storage, &mut tables, table, &key)?;
            } else {
                let len = random.below(300) as usize;
                put(storage, &mut tables, table, &key, &[&[round], &random.bytes(len)[..]].concat())?;
            }
        }
        storage.flush().must("flush")?;
        if round % 3 == 2 {
            storage.compact().must("compact")?;
        }
        has(storage, &tables)?;
        instance = again(subject, instance, &tables)?;
    }
    // To nothing, and from nothing.
    let storage = instance.storage()?;
    for (table, key) in
        tables.iter().flat_map(|(table, rows)| rows.keys().map(|key| (*table, key.clone()))).collect::<Vec<_>>()
    {
        delete(storage, &mut tables, table, &key)?;
    }
    storage.flush().must("flush")?;
    instance = again(subject, instance, &tables)?;
    put(instance.storage()?, &mut tables, 1, b"new", b"1")?;
    instance.storage()?.flush().must("flush")?;
    again(subject, instance, &tables).map(drop)
}

fn large_and_odd_rows_are_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let (mut tables, mut random) = (Tables::new(), subject.random(82));
    let storage = instance.storage()?;
    for len in [0, 1, 63, 64, 65, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1 << 20] {
        put(storage, &mut tables, 1, format!("{len}").as_bytes(), &random.bytes(len))?;
    }
    for key in
        [&[0][..], &[0, 0], &[0xFF], &[0xFF, 0xFF], b"a\0b", b"a\0", &[0x80], &vec![7; SOCH_LEAST_MAX_KEY as usize]]
    {
        put(storage, &mut tables, 2, key, &[&[0], key].concat())?;
    }
    if storage.describe().takes_empty_key {
        put(storage, &mut tables, 2, b"", b"of the empty key")?;
    }
    storage.flush().must("flush")?;
    let instance = again(subject, instance, &tables)?;
    again(subject, instance, &tables).map(drop)
}

fn batches_and_transactions_are_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    let storage = instance.storage()?;
    put(storage, &mut tables, 1, b"old", b"1")?;
    put(storage, &mut tables, 1, b"plain", b"1")?;
    let one = storage.open_table(3).must("open_table")?;
    one.put(b"by a handle", b"1", 0).must("table_put")?;
    tables.entry(3).or_default().insert(b"by a handle".to_vec(), b"1".to_vec());
    drop(one);
    let writes = [
        Write::Put { table: 1, key: b"new", value: b"2" },
        Write::Delete { table: 1, key: b"old" },
        Write::Put { table: 2, key: b"other table", value: b"" },
    ];
    if supported("write_batch", storage.write_batch(&writes, &BatchOptions::new()))?.is_some() {
        let rows = tables.entry(1).or_default();
        rows.remove(&b"old"[..]);
        rows.insert(b"new".to_vec(), b"2".to_vec());
        tables.entry(2).or_default().insert(b"other table".to_vec(), Vec::new());
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        inside.put(4, b"committed", b"3").must("txn_put")?;
        inside.delete(1, b"plain").must("txn_remove")?;
        inside.commit().must("commit")?;
        tables.entry(4).or_default().insert(b"committed".to_vec(), b"3".to_vec());
        tables.entry(1).or_default().remove(&b"plain"[..]);
        let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
        inside.put(4, b"aborted", b"4").must("txn_put")?;
        inside.delete(4, b"committed").must("txn_remove")?;
        inside.abort();
    }
    storage.flush().must("flush")?;
    again(subject, instance, &tables).map(drop)
}

/// A number that goes on may be counted by what is there.
fn one_that_was_emptied_goes_on(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    for round in 0..3_u8 {
        let storage = instance.storage()?;
        for key in 0..20 {
            put(storage, &mut tables, 1, &[key], &[round; 30])?;
        }
        for key in 0..20 {
            delete(storage, &mut tables, 1, &[key])?;
        }
        storage.compact().must("compact")?;
        if round > 0 {
            put(storage, &mut tables, 2, &[round], b"after a compaction of nothing")?;
        }
        storage.flush().must("flush")?;
        instance = again(subject, instance, &tables)?;
        for key in 20..23 {
            put(instance.storage()?, &mut tables, 1, &[key, round], &[round; 30])?;
            instance.storage()?.flush().must("flush")?;
            instance = again(subject, instance, &tables)?;
        }
        for key in 20..23 {
            delete(instance.storage()?, &mut tables, 1, &[key, round])?;
        }
    }
    Ok(())
}

fn ranges_that_were_deleted_stay_so(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    if !instance.storage()?.describe().deletes_ranges {
        skip!("the storage does not describe that it deletes ranges");
    }
    let mut tables = Tables::new();
    let ranges: [(&[u8], &[u8]); 4] = [(&[10], &[20]), (&[90], b""), (b"", &[5]), (b"", b"")];
    for (table, (start, end)) in (1..).zip(ranges) {
        let storage = instance.storage()?;
        for key in 0..100_u8 {
            put(storage, &mut tables, table, &[key], &[key; 20])?;
        }
        storage.flush().must("flush")?;
        let range = Write::DeleteRange { table, start, end };
        let last = Write::Put { table, key: &[95], value: b"later" };
        storage.write_batch(&[range, last], &BatchOptions::new()).must("write_batch")?;
        let rows = tables.entry(table).or_default();
        rows.retain(|key, _| &key[..] < start || (!end.is_empty() && &key[..] >= end));
        rows.insert(vec![95], b"later".to_vec());
        storage.flush().must("flush")?;
        instance = again(subject, instance, &tables)?;
    }
    Ok(())
}

fn what_was_dropped_and_compacted_stays_so(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    let storage = instance.storage()?;
    for table in [1, 2, 3] {
        for key in 0..100_u8 {
            put(storage, &mut tables, table, &[key], &[key; 100])?;
        }
    }
    storage.flush().must("flush")?;
    for key in 0..90_u8 {
        delete(storage, &mut tables, 3, &[key])?;
    }
    storage.compact().must("compact")?;
    let dropped = supported("drop_table", storage.drop_table(2))?.is_some();
    if dropped {
        tables.insert(2, BTreeMap::new());
    }
    storage.flush().must("flush")?;
    let mut instance = again(subject, instance, &tables)?;
    let storage = instance.storage()?;
    if let Some(listed) = supported("list_tables", storage.list_tables())? {
        let expected: Vec<u32> = if dropped { vec![1, 3] } else { vec![1, 2, 3] };
        ensure!(listed == expected, "a later instance lists the tables {listed:?}, where {expected:?} have rows");
    }
    Ok(())
}

/// A flush counts for all that returned before it, whatever is open, and whatever came before.
fn a_flush_of_any_moment_counts(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    let storage = instance.storage()?;
    storage.flush().must("flush of an empty storage")?;
    put(storage, &mut tables, 1, b"one", b"1")?;
    storage.flush().must("flush")?;
    storage.flush().must("flush of nothing new")?;
    put(storage, &mut tables, 1, b"two", b"2")?;
    let reader = supported("open_reader", storage.reader())?;
    storage.flush().must("flush beside a reader")?;
    drop(reader);
    let handle = storage.open_table(2).must("open_table")?;
    handle.put(b"three", b"3", 0).must("table_put")?;
    tables.entry(2).or_default().insert(b"three".to_vec(), b"3".to_vec());
    storage.flush().must("flush beside a handle")?;
    drop(handle);
    instance.shutdown()?;
    again(subject, instance, &tables).map(drop)
}

fn other_directories_stay_as_they_are(subject: &Subject) -> Result<(), NotPassed> {
    let (mut first, mut second) = (durable(subject)?, subject.instance()?);
    let (mut of_first, mut of_second) = (Tables::new(), Tables::new());
    put(first.storage()?, &mut of_first, 1, b"key", b"of the first")?;
    put(second.storage()?, &mut of_second, 1, b"key", b"of the second")?;
    put(second.storage()?, &mut of_second, 1, b"other", b"of the second")?;
    first.storage()?.flush().must("flush")?;
    second.storage()?.flush().must("flush")?;
    let first = again(subject, first, &of_first)?;
    let second = again(subject, second, &of_second)?;
    drop(first);
    again(subject, second, &of_second).map(drop)
}

fn many_rows_are_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let mut tables = Tables::new();
    for round in 0..3_u32 {
        let storage = instance.storage()?;
        let most = storage.describe().max_batch.unwrap_or(u64::MAX).min(1000) as usize;
        let rows: Vec<u32> = (0..20_000_u32).filter(|row| row % 3 == round || *row < 1000).collect();
        for part in rows.chunks(most) {
            let keys: Vec<_> = part.iter().map(|row| (row % 2, row.to_be_bytes())).collect();
            let value = [round as u8; 40];
            let puts: Vec<_> =
                keys.iter().map(|(table, key)| Write::Put { table: *table, key, value: &value }).collect();
            needed("write_batch", storage.write_batch(&puts, &BatchOptions::new()))?;
            for (table, key) in keys {
                tables.entry(table).or_default().insert(key.to_vec(), value.to_vec());
            }
        }
        storage.flush().must("flush")?;
        instance = again(subject, instance, &tables)?;
    }
    instance.storage()?.compact().must("compact")?;
    again(subject, instance, &tables).map(drop)
}

fn a_batch_of_more_than_sixteen_bits_is_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = durable(subject)?;
    let storage = instance.storage()?;
    let most = storage.describe().max_batch.unwrap_or(u64::MAX);
    for count in [(1 << 16) - 1, 1 << 16, (1 << 16) + 1_u32] {
        if u64::from(count) > most {
            break;
        }
        let keys: Vec<_> = (0..count).map(u32::to_be_bytes).collect();
        let value = count.to_le_bytes();
        let puts: Vec<_> = keys.iter().map(|key| Write::Put { table: 1, key, value: &value }).collect();
        needed("write_batch", instance.storage()?.write_batch(&puts, &BatchOptions::new()))?;
        instance.storage()?.flush().must("flush")?;
        instance = subject.again(instance)?;
        let found = instance.storage()?.scan(1, b"", b"", usize::MAX).must("scan")?;
        let right = found.iter().filter(|(_, found)| *found == value).count();
        ensure!(
            right == count as usize && found.len() == right,
            "of a batch of {count} puts, which was flushed, a later instance has {right} rows, of {} in all",
            found.len()
        );
    }
    Ok(())
}
