//! Values stored in place of others of the same length, one by one and in batches.

use crate::gets::{keys, object, plugin, walk, TABLE};
use bench_support::frame::{Clock, Frame, Rows};
use sochdb_plugin_host::sdk::{BatchOptions, StorageExtension, StorageTable, Write};
use support::in_c;
use support::plugins::in_rust;

const LEN: usize = 256;
const COUNT: usize = 100_000;
const BATCHES: [usize; 3] = [1, 64, 1024];

/// Adds both forms.
pub fn add(frame: &mut Frame) {
    let keys = keys(COUNT);
    let value: &'static [u8] = vec![b'w'; LEN].leak();
    let object: &'static dyn StorageExtension = Box::leak(object(keys, LEN));
    let plugins = [("Rust", in_rust("storage_memory")), ("C", in_c!("storage_memory"))];
    let plugins = plugins.map(|(language, library)| (language, plugin(&library, keys, LEN)));

    let mut group = frame.group("put 256 B, 100 000 keys", Clock::Thread);
    let mut next = walk(keys);
    group.row("trait object", move |at| at + object.put(TABLE, next(), value, 0).is_ok() as u64);
    for (language, storage) in plugins {
        let mut next = walk(keys);
        group.row(&format!("{language} plugin"), move |at| at + storage.put(TABLE, next(), value, 0).is_ok() as u64);
        let (mut next, table) = (walk(keys), storage.open_table(TABLE).expect("a handle"));
        group.row(&format!("{language} plugin, table handle"), move |at| {
            at + table.put(next(), value, 0).is_ok() as u64
        });
    }
    drop(group);

    for size in BATCHES {
        let each = size as u64;
        let mut group = frame.group(&format!("write_batch of {size}, each write"), Clock::Thread).each(each);
        let batch = move || {
            let mut next = walk(keys);
            let mut writes = Vec::with_capacity(size);
            move |storage: &dyn StorageExtension| {
                writes.clear();
                writes.extend((0..size).map(|_| Write::Put { table: TABLE, key: next(), value }));
                storage.write_batch(&writes, &BatchOptions::new()).is_ok() as u64
            }
        };
        let mut run = batch();
        group.row("trait object", move |at| at + run(object));
        for (language, storage) in plugins {
            let mut run = batch();
            group.row(&format!("{language} plugin"), move |at| at + run(storage));
        }
    }
}
