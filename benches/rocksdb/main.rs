//! What RocksDB does through the plugin beside the same calls of RocksDB itself, in turns, in one run.
//!
//! `SOCH_ROCKSDB` is the plugin, which needs libraries of the system: a trust file beside it allows them.

mod direct;

use direct::Direct;
use sochdb_plugin_host::sdk::{CursorOptions, StorageExtension, TransactionOptions};
use sochdb_plugin_host::{DynamicPluginLoader, Storage, TrustFiles};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TABLE: u32 = 1;
const COUNT: u64 = 100_000;
/// How often each way has its turn.
const TURNS: usize = 41;
/// The writes of one transaction.
const WRITES: u64 = 1_000;

fn key(number: u64) -> [u8; 8] {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()
}

/// Prints the medians of two ways, which take turns, and their ratio.
fn beside(what: &str, calls: u64, mut direct: impl FnMut(usize), mut plugin: impl FnMut(usize)) {
    let timed = |way: &mut dyn FnMut(usize), turn| {
        let start = Instant::now();
        way(turn);
        start.elapsed()
    };
    let mut times: [Vec<Duration>; 2] = Default::default();
    for turn in 0..TURNS {
        times[0].push(timed(&mut direct, turn));
        times[1].push(timed(&mut plugin, turn));
    }
    let [direct, plugin] = times.map(|mut times| {
        times.sort();
        times[TURNS / 2].as_nanos() as f64 / calls as f64
    });
    println!("{what:34} RocksDB {direct:9.1} ns  plugin {plugin:9.1} ns  {:.2} x", plugin / direct);
}

fn open(path: &Path) -> Storage {
    let library = PathBuf::from(std::env::var_os("SOCH_ROCKSDB").expect("SOCH_ROCKSDB names the plugin"));
    let trust = TrustFiles::Only(vec![library.with_file_name("trust.toml")]);
    // SAFETY: it was compiled from this source tree.
    let library = unsafe { DynamicPluginLoader::new_trusted().trust_files(trust).load(&library) };
    let config = format!(r#"{{"path": {path:?}, "sync": "flush"}}"#);
    let plugin = library.expect("the plugin loads").instance(&config).expect("a database");
    plugin.storage().expect("a storage")
}

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = open(&directory.path().join("plugin"));
    let database = Direct::open(&directory.path().join("direct"));
    let put = |numbers: &mut dyn Iterator<Item = u64>, value: &[u8]| {
        let mut inside = storage.begin(&TransactionOptions::new()).expect("a transaction");
        numbers.for_each(|number| inside.put(TABLE, &key(number), value).expect("it is put"));
        inside.commit().expect("it is written");
    };
    for from in (0..COUNT).step_by(WRITES as usize) {
        let value = [from as u8; 100];
        put(&mut (from..from + WRITES), &value);
        database.put((from..from + WRITES).map(|number| (key(number), &value[..])));
    }
    storage.compact().expect("it is merged");
    database.compact();

    let mut reader = storage.reader().expect("a snapshot");
    database.stand_still();
    let wanted: Vec<_> = (0..20_000_u64).map(|number| key(number.wrapping_mul(7919) % COUNT)).collect();
    beside(
        "get of 100 bytes, lent",
        wanted.len() as u64,
        |_| wanted.iter().for_each(|key| database.get(key, |value| _ = black_box(value[0]))),
        |_| wanted.iter().for_each(|key| _ = black_box(reader.get(TABLE, key).expect("it reads").expect("a row")[0])),
    );
    let mut copied = Vec::new();
    let mut value = Vec::new();
    beside(
        "get of 100 bytes, copied",
        wanted.len() as u64,
        |_| {
            for key in &wanted {
                copied.clear();
                database.get(key, |value| copied.extend_from_slice(value));
                black_box(&copied);
            }
        },
        |_| {
            for key in &wanted {
                value.clear();
                assert!(reader.get_append(TABLE, key, &mut value).expect("it reads"));
                black_box(&value);
            }
        },
    );
    for (what, reverse) in [("scan, a row", false), ("scan backwards, a row", true)] {
        beside(
            what,
            COUNT,
            |_| {
                let mut sum = 0;
                database.walk(reverse, |key, value| sum += u64::from(key[7]) + u64::from(value[0]));
                black_box(sum);
            },
            |_| {
                let options = if reverse { CursorOptions::new().reversed() } else { CursorOptions::new() };
                let mut cursor = reader.cursor(TABLE, &options).expect("it reads");
                let mut sum = 0;
                loop {
                    let batch = cursor.next_batch().expect("it reads");
                    if batch.len() == 0 {
                        break;
                    }
                    batch.for_each(|(key, value)| sum += u64::from(key[7]) + u64::from(value[0]));
                }
                black_box(sum);
            },
        );
    }
    drop(reader);
    beside(
        "put of 100 bytes in a transaction",
        WRITES,
        |turn| {
            let value = [turn as u8; 100];
            database.put((0..WRITES).map(|number| (key(number * 97 + turn as u64), &value[..])));
        },
        |turn| put(&mut (0..WRITES).map(|number| number * 97 + turn as u64), &[turn as u8; 100]),
    );
}
