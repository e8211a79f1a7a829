//! The storages and the indexes, by random calls.

use super::{answer, same, twins, Random};
use sochdb_plugin_host::sdk::{
    BatchOptions, Error, ErrorKind, IndexExtension, RowSink, StorageExtension, TransactionOptions, VecWriter, Write,
};
use sochdb_plugin_host::{Index, Storage};

const CALLS: u64 = 5_000;

/// One call, by its number; what it says is in the text, and so is the answer.
fn call_storage(storage: &Storage, number: u64) -> String {
    // From the number alone, so that both twins get the same.
    let mut random = Random((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (table, key, value) = (random.one_of(&[0, 1, 7, u32::MAX]), random.key(), random.bytes(200));
    match random.below(21) {
        0..=6 => format!("put {table} {key:?}: {}", answer(storage.put(table, &key, &value, number))),
        7..=9 => format!("delete {table} {key:?}: {}", answer(storage.delete(table, &key, number))),
        10..=12 => format!("get {table} {key:?}: {}", answer(storage.get(table, &key))),
        13 => {
            let (limit, mut found) = (random.below(200), b"before".to_vec());
            let got = storage.get_into(table, &key, &mut VecWriter::new(&mut found, limit).writer());
            format!("get {table} {key:?}, at most {limit}: {} {found:?}", answer(got))
        }
        14 | 15 => {
            let (end, limit) = (random.key(), random.one_of(&[0, 1, 3, 50, usize::MAX]));
            let rows = storage.scan(table, &key, &end, limit);
            format!("scan {table} {key:?} to {end:?}, {limit}: {}", answer(rows))
        }
        16 => {
            let (mut left, mut seen) = (random.below(5), Vec::new());
            let mut take = |key: &[u8], _: &[u8]| {
                seen.push(key.to_vec());
                left = left.checked_sub(1).ok_or_else(|| Error::new(ErrorKind::Cancelled, "enough"))?;
                Ok(())
            };
            let end = storage.scan_into(table, &key, b"", usize::MAX, &mut RowSink::new(&mut take));
            format!("scan {table} {key:?} until enough: {} {seen:?}", answer(end))
        }
        17 => {
            let keys: Vec<Vec<u8>> = (0..random.below(6)).map(|_| random.key()).collect();
            let write = |key| match random.below(9) {
                0 | 1 => Write::Delete { table, key },
                2 => Write::DeleteRange { table, start: key, end: &value },
                3 => Write::Expect { table, key, value: &value },
                4 => Write::ExpectAbsent { table, key },
                _ => Write::Put { table, key, value: &value },
            };
            let writes: Vec<Write<'_>> = keys.iter().map(Vec::as_slice).map(write).collect();
            format!(
                "batch {writes:?}: {}",
                answer(storage.write_batch(&writes, &BatchOptions::new().with_transaction(number)))
            )
        }
        18 => {
            let mut inside = storage.begin(&TransactionOptions::new()).expect("a transaction");
            let mut says = String::new();
            for _ in 0..random.below(8) {
                let (key, end) = (random.key(), random.key());
                says += &match random.below(5) {
                    0 | 1 => answer(inside.put(table, &key, &end)),
                    2 => answer(inside.delete(table, &key)),
                    3 => answer(inside.get(table, &key)),
                    _ => answer(inside.scan(table, &key, &end, 5)),
                };
            }
            match random.below(4) {
                0 => inside.abort(),
                1 => says += &(answer(storage.delete(table, &key, number)) + &answer(inside.commit())),
                _ => says += &answer(inside.commit()),
            }
            format!("transaction in {table}: {says}")
        }
        19 => format!("stats: {}", answer(storage.stats())),
        _ => format!("flush, compact: {} {}", answer(storage.flush()), answer(storage.compact())),
    }
}

#[test]
fn storage_memory() {
    let storages = twins("storage_memory").map(|plugin| plugin.storage().expect("a storage"));
    for number in 0..CALLS {
        same(&format!("call {number}"), storages.each_ref().map(|storage| call_storage(storage, number)));
    }
    let all =
        |storage: &Storage| format!("{} {}", answer(storage.scan(1, b"", b"", usize::MAX)), answer(storage.stats()));
    same("in the end", storages.each_ref().map(all));
}

fn call_index(index: &mut Index, number: u64) -> String {
    let mut random = Random((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (key, row) = (random.key(), random.one_of(&[0, 1, 2, 3, 1 << 40, u64::MAX - 1, u64::MAX]));
    match random.below(100) {
        0 => {
            let keys: Vec<Vec<u8>> = (0..random.below(300)).map(|_| random.key()).collect();
            let entries: Vec<_> = keys.iter().map(|key| (random.below(4), key.as_slice())).collect();
            format!("build of {} entries: {}", entries.len(), answer(index.build(1, 2, &entries)))
        }
        1..=35 => format!("insert {key:?} {row}: {}", answer(index.insert(&key, row))),
        36..=60 => format!("delete {key:?} {row}: {}", answer(index.delete(&key, row))),
        61..=75 => format!("lookup {key:?}: {}", answer(index.lookup(&key))),
        76..=90 => {
            let (end, limit) = (random.key(), random.one_of(&[0, 1, 3, 50, usize::MAX]));
            format!("range {key:?} to {end:?}, {limit}: {}", answer(index.range(&key, &end, limit)))
        }
        91 => format!("nearest: {}", answer(index.nearest(&key, 3))),
        92 => format!("save: {}", answer(index.save(number))),
        93 => {
            let mut saved = index.save(number).expect("it can be saved");
            let at = random.below(saved.len() as u64) as usize;
            saved[at] ^= random.one_of(&[0, 0, 0, 1, 0x80]);
            format!("load with byte {at} as {}: {}", saved[at], answer(index.load_from(&saved)))
        }
        _ => format!("size_bytes: {}", answer(index.size_bytes())),
    }
}

#[test]
fn index_sorted() {
    let mut indexes = twins("index_sorted").map(|plugin| plugin.index().expect("an index"));
    same("index_type", indexes.each_ref().map(|index| index.index_type().to_owned()));
    for number in 0..CALLS {
        same(&format!("call {number}"), indexes.each_mut().map(|index| call_index(index, number)));
    }
    same("in the end", indexes.each_ref().map(|index| answer(index.range(b"", b"", usize::MAX))));
    let saved = indexes.each_ref().map(|index| index.save(7).expect("it can be saved"));
    indexes.iter_mut().zip(saved.iter().rev()).for_each(|(index, other)| assert_eq!(index.load_from(other), Ok(7)));
    same("by the bytes of the other", indexes.each_ref().map(|index| answer(index.range(b"", b"", usize::MAX))));
}
