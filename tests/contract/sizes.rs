//! The sizes that every storage, index and codec takes, as the header promises them to hosts: the examples take them.

use crate::raw::{each_storage, rows};
use sochdb_plugin_abi::*;
use sochdb_plugin_host::sdk::{BatchOptions, CompressionExtension, ErrorKind, IndexExtension, StorageExtension, Write};
use sochdb_plugin_host::{Index, Storage};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use support::in_c;
use support::plugins::{in_rust, load};

#[test]
fn the_sizes_that_every_storage_takes_are_taken_and_longer_ones_are_no_damage() {
    each_storage(|name, storage, instance| {
        let put = |key: &[u8], value: &[u8]| {
            let (key, value, mut error) = (soch_bytes::lend(key), soch_bytes::lend(value), soch_error::empty());
            // SAFETY: the plugin's function on its instance; all is lent for the call.
            unsafe { storage.put.expect("required")(instance, 1, key, value, 0, &mut error) }
        };
        let (key, value) = (SOCH_LEAST_MAX_KEY as usize, SOCH_LEAST_MAX_VALUE as usize);
        for key in [1, 2, key - 1, key] {
            for value in [0, 1, value - 1, value] {
                assert_eq!(put(&vec![7; key], &vec![7; value]), SOCH_OK, "{name}: {key} bytes, {value} bytes");
            }
        }
        assert_eq!(rows(storage, instance), 4, "{name}");
        for key in key + 1..key + 1000 {
            let (before, status) = (rows(storage, instance), put(&vec![7; key], b"value"));
            let after = rows(storage, instance);
            match status {
                SOCH_OK => assert_eq!(after, before + 1, "{name}: a key of {key} bytes is kept"),
                SOCH_LIMIT => assert_eq!(after, before, "{name}: a key of {key} bytes is refused whole"),
                other => panic!("{name}: a key of {key} bytes is status {other}"),
            }
        }
    });
}

/// The storages that can be read by snapshots, each with its name.
fn storages() -> (tempfile::TempDir, Vec<(&'static str, Storage)>) {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("data");
    std::fs::create_dir(&place).expect("a directory of its own");
    let lmdb = serde_json::json!({ "path": place.to_str().expect("UTF-8"), "sync": "flush" }).to_string();
    let all = [
        ("storage_memory in C", in_c!("storage_memory"), "{}"),
        ("storage_memory in Rust", in_rust("storage_memory"), "{}"),
        ("storage_lmdb", in_c!("storage_lmdb"), &lmdb),
    ];
    let open = |(name, library, config): (_, std::path::PathBuf, &str)| {
        (name, load(&library).instance(config).expect("an instance").storage().expect("a storage"))
    };
    (directory, all.map(open).into())
}

#[test]
fn sixteen_tables_are_apart() {
    let (_directory, storages) = storages();
    for (name, storage) in storages {
        let tables: Vec<u32> = (0..8).chain(u32::MAX - 7..=u32::MAX).collect();
        tables.iter().for_each(|table| storage.put(*table, b"key", &table.to_be_bytes(), 0).expect("a put"));
        for table in tables {
            assert_eq!(storage.get(table, b"key").expect("a get").as_deref(), Some(&table.to_be_bytes()[..]), "{name}");
            assert_eq!(storage.scan(table, b"", b"", 10).expect("a scan").len(), 1, "{name}");
        }
    }
}

#[test]
fn a_reader_sees_all_of_a_batch_or_nothing() {
    const KEYS: [&[u8]; 3] = [b"first", b"middle", b"zlast"];
    let (_directory, storages) = storages();
    for (name, storage) in storages {
        let write = |round: u32| {
            let value = round.to_be_bytes();
            storage
                .write_batch(&KEYS.map(|key| Write::Put { table: 1, key, value: &value }), &BatchOptions::new())
                .expect("a batch")
        };
        write(0);
        // The writer goes on until the reader has seen it at work, however the threads are run.
        let enough = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..).take_while(|_| !enough.load(Relaxed)).for_each(write));
            let mut seen = BTreeSet::new();
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                while seen.len() < 50 {
                    let mut reader = storage.reader().expect("a reader");
                    let rounds = KEYS.map(|key| reader.get(1, key).expect("a get").expect("a row").to_vec());
                    assert!(rounds.iter().all(|round| *round == rounds[0]), "{name}: a part of a batch: {rounds:?}");
                    seen.insert(rounds[0].clone());
                }
            }));
            enough.store(true, Relaxed);
            if let Err(panic) = result {
                std::panic::resume_unwind(panic);
            }
        });
    }
}

/// Makes the key of a number.
type Key = fn(u32) -> Vec<u8>;

/// The indexes, each with its name and its keys.
fn indexes() -> Vec<(&'static str, Index, Key)> {
    let ordered = |number: u32| number.to_be_bytes().to_vec();
    let vector = |number: u32| [number as f32, 1.0].iter().flat_map(|number: &f32| number.to_ne_bytes()).collect();
    let open =
        |library: &std::path::Path, config| load(library).instance(config).expect("one").index().expect("an index");
    vec![
        ("index_sorted in C", open(&in_c!("index_sorted"), "{}"), ordered),
        ("index_sorted in Rust", open(&in_rust("index_sorted"), "{}"), ordered),
        ("index_hnsw", open(&in_rust("index_hnsw"), r#"{"dimensions": 2}"#), vector),
    ]
}

#[test]
fn a_build_of_65536_rows_is_taken() {
    const COUNT: u32 = 65_536;
    for (name, mut index, key) in indexes() {
        let keys: Vec<Vec<u8>> = (0..COUNT).map(key).collect();
        let entries: Vec<(u64, &[u8])> = keys.iter().zip(0..).map(|(key, row)| (row, &key[..])).collect();
        index.build(1, 1, &entries).expect("a build");
        for row in [0, 1, COUNT / 2, COUNT - 2, COUNT - 1] {
            assert_eq!(index.lookup(&key(row)).expect("a lookup"), [u64::from(row)], "{name}");
        }
    }
}

#[test]
fn row_numbers_have_all_64_bits() {
    let rows = [0, 1, (1 << 32) - 1, 1 << 32, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, u64::MAX];
    for (name, mut index, key) in indexes() {
        for round in ["insert", "build"] {
            let key = key(7);
            if round == "build" {
                index.build(1, 1, &rows.map(|row| (row, &key[..]))).expect("a build");
            } else {
                rows.iter().for_each(|row| index.insert(&key, *row).expect("an insert"));
            }
            assert_eq!(index.lookup(&key).expect("a lookup"), rows, "{name} after {round}");
            index.delete(&key, u64::MAX).expect("a delete");
            assert_eq!(index.lookup(&key).expect("a lookup"), rows[..rows.len() - 1], "{name} after {round}");
        }
    }
}

#[test]
fn no_distance_is_nan() {
    let cosine =
        load(&in_rust("index_hnsw")).instance(r#"{"dimensions": 2, "metric": "cosine"}"#).expect("an instance");
    let cosine = ("index_hnsw by cosine", cosine.index().expect("an index"));
    for (name, mut index) in indexes().into_iter().map(|(name, index, _)| (name, index)).chain([cosine]) {
        let numbers = [0.0, -0.0, 1.0, f32::MIN_POSITIVE, f32::MAX, f32::MIN, f32::INFINITY, f32::NAN];
        let vectors = numbers.map(|one| numbers.map(|other| [one.to_ne_bytes(), other.to_ne_bytes()].concat()));
        let mut refused = 0;
        for (row, vector) in vectors.iter().flatten().enumerate() {
            match index.insert(vector, row as u64) {
                Ok(()) => {}
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Invalid, "{name}: {error}");
                    refused += 1;
                }
            }
        }
        assert!(refused < 64, "{name} takes no vector");
        for query in vectors.iter().flatten() {
            match index.nearest(query, 64) {
                Ok(found) => assert!(found.iter().all(|(_, distance)| !distance.is_nan()), "{name}: {found:?}"),
                Err(error) => assert!([ErrorKind::Invalid, ErrorKind::Unsupported].contains(&error.kind()), "{error}"),
            }
        }
    }
}

#[test]
fn the_longest_input_that_every_codec_takes_is_taken() {
    let codecs = ["codec_xor", "codec_reverse", "compression_zstd"]
        .map(|name| in_c!(name))
        .into_iter()
        .chain([in_rust("codec_xor")]);
    let longest = SOCH_LEAST_MAX_INPUT as usize;
    let line = b"every input up to this length is one that a codec takes\n";
    let input: Vec<u8> = line.iter().copied().cycle().take(longest).collect();
    for library in codecs {
        let codec = load(&library).instance("{}").expect("an instance").compression().expect("a codec");
        for length in [longest - 1, longest] {
            let packed = codec.compress(&input[..length]).unwrap_or_else(|why| panic!("{}: {why}", library.display()));
            let same = codec.decompress(&packed).expect("what it wrote") == input[..length];
            assert!(same, "{}: {length} bytes come back as others", library.display());
        }
    }
}
