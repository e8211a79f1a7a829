//! Tests of a storage at the borders of sizes: where a length has one byte or bit more, a buffer ends, a page is full.

use crate::frame::must::{ensure, needed, show, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::rows::{has, same, scans_have, Rows};
use crate::storage::basics::tried;
use sochdb_plugin_host::sdk::abi::{SOCH_LEAST_MAX_KEY, SOCH_LEAST_MAX_VALUE};
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, StorageExtension, StorageTable, TransactionOptions, Write};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_sizes":
    values_of_every_size_come_back_by_every_way,
    a_value_that_shrinks_and_grows_has_nothing_of_the_one_before,
    keys_of_every_length_are_each_a_key,
    keys_of_any_bytes_are_kept,
    the_longest_key_has_the_longest_value,
    many_rows_are_all_there,
    many_tables_are_apart,
    a_batch_of_every_size_is_whole,
    what_fails_anywhere_in_a_batch_changes_nothing;
full:
    long_values_come_back_by_every_way,
    more_rows_than_sixteen_bits_count,
    batches_of_more_writes_than_sixteen_bits_count,
);

/// Each border, the size before it and the one behind it.
fn around(borders: impl IntoIterator<Item = usize>) -> Vec<usize> {
    borders.into_iter().flat_map(|border| [border - 1, border, border + 1]).collect()
}

/// A key that says its length, and ends in what could be cut off.
fn key_of(len: usize) -> Vec<u8> {
    format!("value of {len} bytes").into_bytes()
}

/// Puts values of these sizes by each way that the storage has, and reads them by each way.
fn come_back(subject: &Subject, sizes: &[usize]) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut random = subject.random(71);
    let (mut rows, mut by_way) = (Rows::new(), [Rows::new(), Rows::new(), Rows::new(), Rows::new()]);
    for len in sizes {
        rows.insert(key_of(*len), random.bytes(*len));
    }
    let table = storage.open_table(2).must("open_table")?;
    for (key, value) in &rows {
        storage.put(1, key, value, 0).must(&format!("put of a value of {} bytes", value.len()))?;
        table.put(key, value, 0).must(&format!("table_put of a value of {} bytes", value.len()))?;
        by_way[0].insert(key.clone(), value.clone());
        by_way[1].insert(key.clone(), value.clone());
        let write = [Write::Put { table: 3, key, value }];
        if supported("write_batch", storage.write_batch(&write, &BatchOptions::new()))?.is_some() {
            by_way[2].insert(key.clone(), value.clone());
        }
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        for (key, value) in &rows {
            inside.put(4, key, value).must(&format!("txn_put of a value of {} bytes", value.len()))?;
            let found = inside.get(4, key).must("txn_get")?;
            ensure!(found.as_ref() == Some(value), "txn_get of a value of {} bytes gives other bytes", value.len());
            by_way[3].insert(key.clone(), value.clone());
        }
        let found = inside.scan(4, b"", b"", usize::MAX).must("txn_scan")?;
        same("txn_scan", found.into_iter(), rows.iter(), rows.len())?;
        inside.commit().must("commit")?;
    }
    (1..).zip(&by_way).try_for_each(|(table, rows)| has(storage, table, rows))
}

fn values_of_every_size_come_back_by_every_way(subject: &Subject) -> Result<(), NotPassed> {
    let sizes: Vec<usize> = (0..=66).chain(around([128, 256, 512, 1024, 4096, 1 << 15, 1 << 16])).collect();
    come_back(subject, &sizes)
}

fn long_values_come_back_by_every_way(subject: &Subject) -> Result<(), NotPassed> {
    let described = subject.instance()?.storage()?.describe().max_value.unwrap_or(SOCH_LEAST_MAX_VALUE);
    let all = around([1 << 17, 1 << 20]).into_iter().chain([5 << 20, 16 << 20]);
    let sizes: Vec<usize> = all.filter(|len| *len as u64 <= described.max(SOCH_LEAST_MAX_VALUE)).collect();
    come_back(subject, &sizes)?;
    // Of a limit that is not described, a refusal tells; what is taken is whole.
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut rows = Rows::new();
    for len in [(1 << 20) + 1, 5 << 20] {
        let value = subject.random(72).bytes(len);
        storage.put(1, b"before", b"1", 0).must("put")?;
        match storage.put(1, b"long", &value, 0) {
            Ok(()) => _ = rows.insert(b"long".to_vec(), value),
            Err(error) => {
                let told = matches!(error.kind(), ErrorKind::Limit | ErrorKind::Invalid);
                ensure!(told, "put of a value of {len} bytes is neither taken nor Limit, but: {error}");
            }
        }
        rows.insert(b"before".to_vec(), b"1".to_vec());
        has(storage, 1, &rows)?;
    }
    Ok(())
}

fn a_value_that_shrinks_and_grows_has_nothing_of_the_one_before(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut rows = Rows::from([(b"a".to_vec(), vec![1; 10]), (b"z".to_vec(), vec![2; 10])]);
    rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
    let sizes = [0, 1, 70_000, 3, 4096, 0, 64, 65, 64, 5000, 4999, 1 << 16, 1];
    for (round, len) in (0_u8..).zip(sizes) {
        let value = vec![round; len];
        storage.put(1, b"m", &value, 0).must("put")?;
        rows.insert(b"m".to_vec(), value);
        has(storage, 1, &rows)?;
    }
    Ok(())
}

/// Keys that not every storage takes, around the borders of what their lengths may be kept in.
const LONG_KEYS: [usize; 7] = [600, 1025, 2049, 4097, 65_535, 65_537, 300_000];

fn keys_of_every_length_are_each_a_key(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let described = storage.describe().max_key.unwrap_or(SOCH_LEAST_MAX_KEY);
    let longest = described.clamp(SOCH_LEAST_MAX_KEY, 4096) as usize;
    // Each is the beginning of the next one, and has another of the same length beside it.
    let mut rows = Rows::new();
    for len in 1..=longest {
        let mut key = vec![b'k'; len];
        rows.insert(key.clone(), len.to_be_bytes().to_vec());
        key[len - 1] = b'l';
        rows.insert(key, (len + 1_000_000).to_be_bytes().to_vec());
    }
    for (key, value) in &rows {
        storage.put(1, key, value, 0).must(&format!("put of a key of {} bytes", key.len()))?;
    }
    // What is longer than it has to take, it takes whole or not at all.
    for len in LONG_KEYS.into_iter().filter(|len| *len > longest) {
        for (last, number) in [(b'k', len), (b'l', len + 1_000_000)] {
            let mut key = vec![b'k'; len];
            key[len - 1] = last;
            match storage.put(1, &key, &number.to_be_bytes(), 0) {
                Err(error) if error.kind() == ErrorKind::Limit => continue,
                put => put.must(&format!("put of a key of {len} bytes"))?,
            }
            rows.insert(key, number.to_be_bytes().to_vec());
        }
    }
    has(storage, 1, &rows)?;
    for len in (1..=longest).step_by(7).chain([longest - 1, longest]) {
        let key = vec![b'k'; len];
        storage.delete(1, &key, 0).must(&format!("delete of a key of {len} bytes"))?;
        rows.remove(&key);
    }
    has(storage, 1, &rows)
}

fn keys_of_any_bytes_are_kept(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let (mut rows, mut random) = (Rows::new(), subject.random(73));
    for byte in 0..=u8::MAX {
        let places: [&[u8]; 6] =
            [&[byte], &[byte, 0], &[0, byte], &[0, 0, byte], &[0xFF, byte], &[0xFF, 0xFF, byte, 0]];
        for key in places {
            rows.insert(key.to_vec(), vec![byte, 0, key.len() as u8, 0]);
        }
    }
    for _ in 0..200 {
        let len = 1 + random.below(40) as usize;
        rows.insert(random.bytes(len), random.bytes(len / 2));
    }
    rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must(&format!("put of {}", show(key))))?;
    has(storage, 1, &rows)
}

/// Rows whose keys are numbers, so that a row that is missing or there twice is seen.
fn numbered(count: u32, salt: u8) -> Rows {
    (0..count).map(|row| (row.to_be_bytes().to_vec(), [&row.to_le_bytes()[..], &[salt]].concat())).collect()
}

/// Whether a batch of so many writes is more than the storage describes.
fn takes_fewer(storage: &Storage, writes: u64) -> bool {
    storage.describe().max_batch.is_some_and(|most| most < writes)
}

fn all_there(subject: &Subject, counts: &[u32]) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for (table, count) in (0..).zip(counts) {
        let rows = numbered(*count, table as u8);
        // In an order that is none.
        let mut keys: Vec<_> = rows.iter().collect();
        keys.sort_by_key(|(key, _)| {
            key.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(0x9E37_79B1) ^ u32::from(*byte))
        });
        for part in keys.chunks(4096) {
            let puts: Vec<_> = part.iter().map(|(key, value)| Write::Put { table, key, value }).collect();
            // One by one, a storage that waits for the disk each time would take minutes.
            let by_batch = part.len() == 4096 && !takes_fewer(storage, 4096);
            let done =
                by_batch && supported("write_batch", storage.write_batch(&puts, &BatchOptions::new()))?.is_some();
            if !done {
                part.iter().try_for_each(|(key, value)| storage.put(table, key, value, 0).must("put"))?;
            }
        }
        let scanned = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
        same("scan", scanned.into_iter(), rows.iter(), rows.len())?;
        for limit in around([*count as usize]) {
            let found = storage.scan(table, b"", b"", limit).must("scan")?.len();
            let expected = limit.min(rows.len());
            ensure!(found == expected, "a scan of {count} rows with a limit of {limit} gives {found}");
        }
        if rows.len() <= 1001 {
            has(storage, table, &rows)?;
        } else {
            scans_have(storage, table, &rows)?;
        }
    }
    Ok(())
}

fn many_rows_are_all_there(subject: &Subject) -> Result<(), NotPassed> {
    all_there(subject, &[1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 999, 1000, 1001])
}

fn more_rows_than_sixteen_bits_count(subject: &Subject) -> Result<(), NotPassed> {
    all_there(subject, &[4096, 65_537])
}

fn many_tables_are_apart(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let bits = (0..32).flat_map(|bit| [1_u32 << bit, (1 << bit) - 1, !(1 << bit)]);
    let mut tables: Vec<u32> = bits.chain(0..150).chain([u32::MAX, 0x0100_0000, 0x0001_0000]).collect();
    tables.sort_unstable();
    tables.dedup();
    for table in &tables {
        storage.put(*table, b"key", &table.to_be_bytes(), 0).must("put")?;
        storage.put(*table, &table.to_le_bytes(), b"own", 0).must("put")?;
    }
    for (number, table) in tables.iter().enumerate() {
        let rows = Rows::from([
            (b"key".to_vec(), table.to_be_bytes().to_vec()),
            (table.to_le_bytes().to_vec(), b"own".to_vec()),
        ]);
        has(storage, *table, &rows).map_err(|why| format!("table {table} of {}: {why}", tables.len()))?;
        if number % 3 == 0 {
            storage.delete(*table, b"key", 0).must("delete")?;
        }
    }
    for (number, table) in tables.iter().enumerate() {
        let there = storage.get(*table, b"key").must("get")?.is_some();
        ensure!(there == (number % 3 != 0), "after deletes in other tables, table {table} has its row: {there}");
    }
    Ok(())
}

/// The most writes of a batch that are tried, of `most`.
fn most_writes(storage: &Storage, most: u64) -> usize {
    storage.describe().max_batch.map_or(most, |limit| limit.min(most)) as usize
}

/// Batches of these sizes put rows, and take every third away again.
fn batches_are_whole(subject: &Subject, sizes: &[usize]) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let least = Write::Put { table: 99, key: b"k", value: b"" };
    needed("write_batch", storage.write_batch(&[least], &BatchOptions::new()))?;
    for (table, count) in (1..).zip(sizes) {
        let mut rows = numbered(*count as u32, table as u8);
        let puts: Vec<_> = rows.iter().map(|(key, value)| Write::Put { table, key, value }).collect();
        storage.write_batch(&puts, &BatchOptions::new()).must(&format!("a batch of {count} puts"))?;
        let found = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
        same(&format!("a scan after a batch of {count} puts"), found.into_iter(), rows.iter(), rows.len())?;
        let gone: Vec<_> = rows.keys().step_by(3).cloned().collect();
        let deletes: Vec<_> = gone.iter().map(|key| Write::Delete { table, key }).collect();
        storage.write_batch(&deletes, &BatchOptions::new()).must(&format!("a batch of {} deletes", deletes.len()))?;
        gone.iter().for_each(|key| _ = rows.remove(key));
        let found = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
        let what = format!("a scan after a batch of {} deletes", gone.len());
        same(&what, found.into_iter(), rows.iter(), rows.len())?;
    }
    Ok(())
}

fn a_batch_of_every_size_is_whole(subject: &Subject) -> Result<(), NotPassed> {
    let most = most_writes(subject.instance()?.storage()?, 1001);
    let sizes = [1, 2].into_iter().chain(around([64, 128, 256])).chain([999, 1000, 1001]);
    batches_are_whole(subject, &sizes.filter(|size| *size <= most).collect::<Vec<_>>())
}

fn batches_of_more_writes_than_sixteen_bits_count(subject: &Subject) -> Result<(), NotPassed> {
    let most = most_writes(subject.instance()?.storage()?, 65_537);
    batches_are_whole(subject, &[4097, 10_001, 65_537].into_iter().filter(|size| *size <= most).collect::<Vec<_>>())
}

fn what_fails_anywhere_in_a_batch_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    const WRITES: usize = 130;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    if !storage.describe().expects {
        skip!("a value that is expected in a batch, which lets it fail, is not described");
    }
    let rows = numbered(WRITES as u32, 0);
    rows.iter().step_by(2).try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
    let before: Rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?.into_iter().collect();
    for fails in [0, 1, 2, 62, 63, 64, 65, 66, 127, 128, WRITES - 1, WRITES] {
        let mut writes: Vec<_> = (0..)
            .zip(rows.keys())
            .map(|(number, key)| match number % 3 {
                0 => Write::Delete { table: 1, key },
                _ => Write::Put { table: 1, key, value: b"of a batch that fails" },
            })
            .collect();
        writes.insert(fails, Write::Expect { table: 2, key: b"none", value: b"there" });
        let result = storage.write_batch(&writes, &BatchOptions::new());
        let kind = result.as_ref().err().map(|error| error.kind());
        ensure!(
            kind == Some(ErrorKind::Conflict),
            "write {fails} of a batch is not as expected, and the batch gave {result:?}"
        );
        let after: Rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?.into_iter().collect();
        ensure!(
            after == before,
            "a batch of {} whose write {fails} is not as expected left {} of {} rows, or others",
            writes.len(),
            after.len(),
            before.len()
        );
    }
    Ok(())
}

/// In one row, by each way to write it.
fn the_longest_key_has_the_longest_value(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let described = storage.describe();
    let mut random = subject.random(73);
    let key = random.bytes(tried(described.max_key, 1 << 16, SOCH_LEAST_MAX_KEY));
    let value = random.bytes(tried(described.max_value, 1 << 20, SOCH_LEAST_MAX_VALUE));
    let row = Rows::from([(key.clone(), value.clone())]);
    storage.put(1, &key, &value, 0).must("put of the longest key with the longest value")?;
    has(storage, 1, &row)?;
    let table = storage.open_table(2).must("open_table")?;
    table.put(&key, &value, 0).must("table_put of the longest key with the longest value")?;
    has(storage, 2, &row)?;
    let write = [Write::Put { table: 3, key: &key, value: &value }];
    let what = "write_batch of the longest key with the longest value";
    if supported(what, storage.write_batch(&write, &BatchOptions::new()))?.is_some() {
        has(storage, 3, &row)?;
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        inside.put(4, &key, &value).must("txn_put of the longest key with the longest value")?;
        let found = inside.get(4, &key).must("txn_get")?;
        ensure!(found.as_ref() == Some(&value), "txn_get of the longest key does not give its longest value");
        inside.commit().must("commit of the longest key with the longest value")?;
        has(storage, 4, &row)?;
    }
    Ok(())
}
