//! Tests of a storage: what it does with one key at a time, and as a whole.

use crate::frame::must::{ensure, show, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use sochdb_plugin_host::sdk::abi::{SOCH_LEAST_MAX_KEY, SOCH_LEAST_MAX_VALUE};
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, StorageExtension, VecWriter, Write};
use sochdb_plugin_host::CallOptions;
use std::collections::BTreeMap;
use std::time::Duration;

suite!(Storage, "storage":
    a_missing_key_is_not_found,
    put_replaces_the_value,
    delete_removes_and_may_be_repeated,
    an_empty_value_is_a_value,
    tables_are_separate,
    a_value_beyond_the_limit_is_refused,
    what_it_describes_it_takes,
    stats_are_plausible,
    flush_and_compact_keep_everything,
    what_runs_out_of_time_changes_nothing_that_is_read,
    a_batch_is_whole_or_unsupported,
    many_threads_may_write,
    it_agrees_with_a_model,
);

fn a_missing_key_is_not_found(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    ensure!(storage.get(1, b"none").must("get")?.is_none(), "a table without a put has a value");
    storage.put(1, b"some", b"1", 0).must("put")?;
    ensure!(storage.get(1, b"none").must("get")?.is_none(), "a key that was never put has a value");
    ensure!(storage.get(1, b"som").must("get")?.is_none(), "the beginning of a key has a value");
    let mut value = b"before".to_vec();
    let found = storage.get_append(1, b"none", &mut value).must("get")?;
    ensure!(!found && value == b"before", "a missing key wrote {}", show(&value));
    Ok(())
}

fn put_replaces_the_value(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    for value in [&b"first"[..], b"a longer second one", b"3"] {
        storage.put(1, b"key", value, 0).must("put")?;
        let found = storage.get(1, b"key").must("get")?;
        ensure!(found.as_deref() == Some(value), "after a put of {} there is {found:02x?}", show(value));
    }
    let rows = storage.scan(1, b"", b"", 10).must("scan")?;
    ensure!(rows.len() == 1, "one key that was put three times is {} rows", rows.len());
    Ok(())
}

fn delete_removes_and_may_be_repeated(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.delete(1, b"key", 0).must("delete in a table without a put")?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    storage.put(1, b"key2", b"value2", 0).must("put")?;
    for round in ["delete", "delete again"] {
        storage.delete(1, b"key", 0).must(round)?;
        ensure!(storage.get(1, b"key").must("get")?.is_none(), "after {round} the key is there");
    }
    ensure!(storage.get(1, b"key2").must("get")?.is_some(), "delete took another key with it");
    Ok(())
}

fn an_empty_value_is_a_value(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.put(1, b"key", b"", 0).must("put")?;
    let found = storage.get(1, b"key").must("get")?;
    ensure!(found == Some(Vec::new()), "an empty value came back as {found:02x?}");
    let rows = storage.scan(1, b"", b"", 10).must("scan")?;
    ensure!(rows == [(b"key".to_vec(), Vec::new())], "a scan shows an empty value as {rows:02x?}");
    Ok(())
}

fn tables_are_separate(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let tables = [0, 1, 256, u32::MAX];
    for table in tables {
        storage.put(table, b"key", &table.to_be_bytes(), 0).must("put")?;
    }
    for table in tables {
        let found = storage.get(table, b"key").must("get")?;
        ensure!(found.as_deref() == Some(&table.to_be_bytes()[..]), "table {table} has {found:02x?}");
        let rows = storage.scan(table, b"", b"", 10).must("scan")?;
        ensure!(rows.len() == 1, "table {table} shows {} rows, where one was put", rows.len());
    }
    storage.delete(1, b"key", 0).must("delete")?;
    ensure!(storage.get(256, b"key").must("get")?.is_some(), "delete in table 1 took a key of table 256");
    Ok(())
}

fn a_value_beyond_the_limit_is_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let value = subject.random(1).bytes(1000);
    storage.put(1, b"key", &value, 0).must("put")?;
    for limit in [0, 1, 999] {
        let mut read = Vec::new();
        let result = storage.get_into(1, b"key", &mut VecWriter::new(&mut read, limit).writer());
        let kind = result.as_ref().err().map(|error| error.kind());
        ensure!(kind == Some(ErrorKind::Limit), "1000 bytes with a limit of {limit} gave {result:?}, not Limit");
        ensure!(read.len() as u64 <= limit, "{} bytes were written with a limit of {limit}", read.len());
    }
    let mut read = Vec::new();
    let found = storage.get_into(1, b"key", &mut VecWriter::new(&mut read, 1000).writer()).must("get")?;
    ensure!(found && read == value, "1000 bytes do not come back with a limit of 1000");
    Ok(())
}

/// The most of a described limit that is tried, and the least that every storage takes.
pub(crate) fn tried(described: Option<u64>, most: u64, least: u64) -> usize {
    described.map_or(least, |limit| limit.min(most)) as usize
}

fn what_it_describes_it_takes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let described = storage.describe();
    let key = tried(described.max_key, 1 << 20, SOCH_LEAST_MAX_KEY);
    let value = tried(described.max_value, 16 << 20, SOCH_LEAST_MAX_VALUE);
    ensure!(key as u64 >= SOCH_LEAST_MAX_KEY, "keys are at most {key} bytes; every storage takes {SOCH_LEAST_MAX_KEY}");
    ensure!(
        value as u64 >= SOCH_LEAST_MAX_VALUE,
        "values are at most {value} bytes, and {SOCH_LEAST_MAX_VALUE} are the least"
    );
    let (key, value) = (vec![0xAB; key], vec![0xCD; value]);
    storage.put(1, &key, b"short", 0).must("put of the longest key that is described")?;
    storage.put(1, b"key", &value, 0).must("put of the longest value that is described")?;
    let found = (storage.get(1, &key).must("get")?, storage.get(1, b"key").must("get")?);
    ensure!(
        found == (Some(b"short".to_vec()), Some(value)),
        "the longest key or value that is described does not come back"
    );
    if described.takes_empty_key {
        storage.put(1, b"", b"of the empty key", 0).must("put of the empty key, which is not described as refused")?;
    }
    let writes: Vec<_> =
        (0..tried(described.max_batch, 10_000, 0)).map(|_| Write::Delete { table: 2, key: b"k" }).collect();
    match storage.write_batch(&writes, &BatchOptions::new()) {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
        result => result.must("a batch as large as is described"),
    }
}

fn stats_are_plausible(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    for key in 0..100_u32 {
        storage.put(key % 3, &key.to_be_bytes(), &[7; 50], 0).must("put")?;
    }
    let full = storage.stats().must("stats")?;
    ensure!([0, 100].contains(&full.key_count), "100 keys are counted as {}", full.key_count);
    ensure!(full.key_count == 0 || full.bytes_stored >= 5000, "100 values of 50 bytes take {}", full.bytes_stored);
    let amplification = full.write_amplification;
    ensure!(amplification.is_finite() && amplification >= 0.0, "the write amplification is {amplification}");
    for key in 0..40_u32 {
        storage.delete(key % 3, &key.to_be_bytes(), 0).must("delete")?;
    }
    let less = storage.stats().must("stats")?;
    ensure!([0, 60].contains(&less.key_count), "60 keys are counted as {}", less.key_count);
    Ok(())
}

fn flush_and_compact_keep_everything(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.flush().must("flush of an empty storage")?;
    for key in 0..50_u8 {
        storage.put(1, &[key], &[key; 20], 0).must("put")?;
    }
    storage.flush().must("flush")?;
    storage.compact().must("compact")?;
    let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
    ensure!(rows.len() == 50, "of 50 rows {} are there after flush and compact", rows.len());
    Ok(())
}

/// A batch whose second write may be more than the storage takes.
fn what_runs_out_of_time_changes_nothing_that_is_read(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    for key in 0..500_u32 {
        storage.put(1, &key.to_be_bytes(), &[key as u8; 500], 0).must("put")?;
    }
    let before = storage.scan(1, b"", b"", 1000).must("scan")?;
    for micros in [1, 10, 50, 100, 500, 2000] {
        let options = CallOptions::new().with_timeout(Duration::from_micros(micros));
        for (what, result) in options.run(|| [("compact", storage.compact()), ("flush", storage.flush())]) {
            let kind = result.as_ref().err().map(|error| error.kind());
            ensure!(matches!(kind, None | Some(ErrorKind::Timeout)), "{what} with {micros} us gave {result:?}");
            let after = storage.scan(1, b"", b"", 1000).must("scan")?;
            ensure!(after == before, "{what} with {micros} us left {} of {} rows", after.len(), before.len());
        }
    }
    storage.flush().must("flush with all the time that it wants")
}

fn a_batch_is_whole_or_unsupported(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.put(1, b"old", b"1", 0).must("put")?;
    let put = |key, value| Write::Put { table: 1, key, value };
    let writes = [put(b"a", b"1"), put(b"b", b"2"), Write::Delete { table: 1, key: b"old" }, put(b"a", b"3")];
    match storage.write_batch(&writes, &BatchOptions::new()) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let rows = storage.scan(1, b"", b"", 10).must("scan")?;
            ensure!(rows.len() == 1, "an unsupported batch left {} rows where one was", rows.len());
            skip!("`write_batch` is unsupported");
        }
        result => result.must("write_batch")?,
    }
    let rows = storage.scan(1, b"", b"", 10).must("scan")?;
    let expected = [(b"a".to_vec(), b"3".to_vec()), (b"b".to_vec(), b"2".to_vec())];
    ensure!(rows == expected, "after the batch there is {rows:02x?}");
    storage.write_batch(&[], &BatchOptions::new()).must("an empty batch")?;

    let long = vec![b'k'; 1 << 20];
    let written = storage.write_batch(&[put(b"first", b"1"), put(&long, b"2")], &BatchOptions::new()).is_ok();
    let first = storage.get(1, b"first").must("get")?.is_some();
    ensure!(
        first == written,
        "of a batch that {} the first write is {}",
        if written { "succeeded" } else { "failed" },
        if first { "there" } else { "not there" }
    );
    Ok(())
}

fn many_threads_may_write(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let work = |thread: usize| {
        for key in 0..100_u8 {
            storage.put(1, &[thread as u8, key], &[key; 3], 0).must("put")?;
            let found = storage.get(1, &[thread as u8, key]).must("get")?;
            ensure!(found.as_deref() == Some(&[key; 3]), "thread {thread} reads {found:?} where it wrote {key}");
        }
        Ok(())
    };
    together(4, work)?;
    let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
    ensure!(rows.len() == 400, "4 threads put 100 rows each, {} are there", rows.len());
    Ok(())
}

fn it_agrees_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let mut random = subject.random(42);
    let mut model: [BTreeMap<Vec<u8>, Vec<u8>>; 3] = Default::default();
    for step in 0..2000 {
        let table = random.below(3) as u32;
        let rows = &mut model[table as usize];
        // Few bytes of few values: keys meet, and one is often the beginning of another.
        let length = 1 + random.below(3) as usize;
        let key: Vec<u8> =
            random.bytes(length).iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect();
        match random.below(8) {
            0..=3 => {
                let length = random.below(200) as usize;
                let value = random.bytes(length);
                storage.put(table, &key, &value, step).must("put")?;
                rows.insert(key, value);
            }
            4 => {
                storage.delete(table, &key, step).must("delete")?;
                rows.remove(&key);
            }
            5 | 6 => {
                let found = storage.get(table, &key).must("get")?;
                ensure!(found.as_ref() == rows.get(&key), "step {step}: {} is {found:02x?}", show(&key));
            }
            _ => {
                let limit = random.below(20) as usize;
                let found = storage.scan(table, &key, b"", limit).must("scan")?;
                let expected = rows.range(key.clone()..).take(limit).map(|(key, value)| (key.clone(), value.clone()));
                ensure!(found.iter().cloned().eq(expected), "step {step}: a scan from {} differs", show(&key));
            }
        }
    }
    for (table, rows) in model.into_iter().enumerate() {
        let found = storage.scan(table as u32, b"", b"", usize::MAX).must("scan")?;
        ensure!(found.into_iter().eq(rows), "table {table} differs at the end");
    }
    Ok(())
}
