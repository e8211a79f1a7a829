//! What redb does through the plugin beside the same calls of redb itself, in turns, in one run.

use redb::{AccessGuard, Database, Durability, ReadOnlyTable, ReadableDatabase, TableDefinition};
use sochdb_plugin_host::sdk::{CursorOptions, TransactionOptions};
use sochdb_plugin_host::{DynamicPluginLoader, Storage};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// The table, in redb and here.
const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("1");
const TABLE: u32 = 1;
/// Another one for a large row.
const LARGE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("2");
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
    println!("{what:34} redb {direct:9.1} ns  plugin {plugin:9.1} ns  {:.2} x", plugin / direct);
}

/// The plugin as cargo built it beside this program.
fn open(path: &Path) -> Storage {
    let library = std::env::current_exe().expect("this program").with_file_name("libstorage_redb.so");
    // SAFETY: it was compiled from this source tree.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(&library) }.expect("the plugin loads");
    let config = format!(r#"{{"path": {path:?}, "sync": "flush"}}"#);
    library.instance(&config).expect("a database").storage().expect("a storage")
}

fn fill(storage: &Storage, database: &Database) {
    let large = vec![7; 1 << 16];
    let mut inside = storage.begin(&TransactionOptions::new()).expect("a transaction");
    let mut write = database.begin_write().expect("a transaction");
    write.set_durability(Durability::None).expect("it may be lost");
    {
        let mut rows = write.open_table(ROWS).expect("a table");
        for number in 0..COUNT {
            inside.put(TABLE, &key(number), &[number as u8; 100]).expect("it is put");
            rows.insert(&key(number)[..], &[number as u8; 100][..]).expect("it is put");
        }
        inside.put(2, b"large", &large).expect("it is put");
        let mut rows = write.open_table(LARGE).expect("a table");
        rows.insert(&b"large"[..], &large[..]).expect("it is put");
    }
    inside.commit().expect("it is written");
    write.commit().expect("it is written");
}

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = open(&directory.path().join("plugin.redb"));
    let database = Database::create(directory.path().join("direct.redb")).expect("a database");
    fill(&storage, &database);

    let read = database.begin_read().expect("a snapshot");
    let rows: ReadOnlyTable<&[u8], &[u8]> = read.open_table(ROWS).expect("the table");
    let large: ReadOnlyTable<&[u8], &[u8]> = read.open_table(LARGE).expect("the table");
    let mut reader = storage.reader().expect("a snapshot");
    let mut numbers = 0..;
    let mut keys = || key(numbers.next().unwrap_or(0_u64).wrapping_mul(7919) % COUNT);
    let wanted: Vec<_> = (0..20_000).map(|_| keys()).collect();
    beside(
        "get of 100 bytes, lent",
        wanted.len() as u64,
        |_| {
            wanted
                .iter()
                .for_each(|key| _ = black_box(rows.get(&key[..]).expect("it reads").expect("a row").value()[0]))
        },
        |_| wanted.iter().for_each(|key| _ = black_box(reader.get(TABLE, key).expect("it reads").expect("a row")[0])),
    );
    beside(
        "get of 64 KiB, lent",
        1_000,
        |_| {
            (0..1_000)
                .for_each(|_| _ = black_box(large.get(&b"large"[..]).expect("it reads").expect("a row").value()[9]))
        },
        |_| (0..1_000).for_each(|_| _ = black_box(reader.get(2, b"large").expect("it reads").expect("a row")[9])),
    );
    let mut value = Vec::new();
    beside(
        "get of 100 bytes, copied",
        wanted.len() as u64,
        |_| {
            wanted
                .iter()
                .for_each(|key| _ = black_box(rows.get(&key[..]).expect("it reads").expect("a row").value().to_vec()))
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
                let range = rows.range::<&[u8]>(..).expect("it reads");
                let sum = |sum: u64, row: Result<_, _>| {
                    let (key, value): (AccessGuard<'_, &[u8]>, AccessGuard<'_, &[u8]>) = row.expect("it reads");
                    sum + u64::from(key.value()[7]) + u64::from(value.value()[0])
                };
                black_box(if reverse { range.rev().fold(0, sum) } else { range.fold(0, sum) });
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
                    batch.for_each(|(key, value)| {
                        sum += u64::from(key[7]) + u64::from(value[0]);
                    });
                }
                black_box(sum);
            },
        );
    }
    // Two readers that are open at once lend the same address: that of redb's page.
    let mut other = storage.reader().expect("a snapshot");
    let [one, two] = [&mut reader, &mut other].map(|reader| reader.get(2, b"large").unwrap().unwrap().as_ptr());
    assert_eq!(one, two, "a value of 64 KiB was copied");
    println!("a value of 64 KiB is lent from redb's own page");
    drop((other, reader, rows, large, read));

    beside(
        "put of 100 bytes in a transaction",
        WRITES,
        |turn| {
            let mut write = database.begin_write().expect("a transaction");
            write.set_durability(Durability::None).expect("it may be lost");
            {
                let mut rows = write.open_table(ROWS).expect("a table");
                for number in 0..WRITES {
                    rows.insert(&key(number * 97 + turn as u64)[..], &[turn as u8; 100][..]).expect("it is put");
                }
            }
            write.commit().expect("it is written");
        },
        |turn| {
            let mut inside = storage.begin(&TransactionOptions::new()).expect("a transaction");
            for number in 0..WRITES {
                inside.put(TABLE, &key(number * 97 + turn as u64), &[turn as u8; 100]).expect("it is put");
            }
            inside.commit().expect("it is written");
        },
    );
}
