//! A value by its key, from the storage in memory: what SochDB has, a trait object that returns a vector, beside each way
//! through the plugin.

use bench_support::frame::{Clock, Frame, Rows};
use sochdb_plugin_host::sdk::{StorageExtension, VecWriter};
use sochdb_plugin_host::Storage;
use std::hint::black_box;
use std::path::Path;
use storage_memory::MemoryStorage;
use support::in_c;
use support::plugins::{in_rust, load};

/// The table that holds the rows.
pub const TABLE: u32 = 1;
const KEY: usize = 32;
/// Bytes of a value, and how many there are: one that is always at hand, and more than the caches hold.
const STORES: [(&str, usize, usize); 6] = [
    ("16 B, one key", 16, 1),
    ("256 B, one key", 256, 1),
    ("4 KiB, one key", 4 << 10, 1),
    ("64 KiB, one key", 64 << 10, 1),
    ("16 B, 100 000 keys", 16, 100_000),
    ("256 B, 100 000 keys", 256, 100_000),
];

/// Adds all sizes, and two threads.
pub fn add(frame: &mut Frame) {
    for (name, len, count) in STORES {
        let keys = keys(count);
        let mut group = frame.group(&format!("get {name}"), Clock::Thread);
        let object: &'static dyn StorageExtension = Box::leak(object(keys, len));
        let mut next = walk(keys);
        group.row("trait object, new vector", move |at| at + black_box(object.get(TABLE, next())).is_ok() as u64);
        here(&mut group, object, keys);
        for (language, library) in [("Rust", in_rust("storage_memory")), ("C", in_c!("storage_memory"))] {
            through(&mut group, language, plugin(&library, keys, len), keys);
        }
    }
    on_threads(frame);
}

/// The fast ways without a boundary: no plugin can be faster.
fn here(group: &mut impl Rows, object: &'static dyn StorageExtension, keys: &'static [Vec<u8>]) {
    let (mut next, mut kept, table) = (walk(keys), Vec::new(), object.open_table(TABLE).expect("a handle"));
    group.row("trait object, table handle, kept buffer", move |at| {
        kept.clear();
        let found = table.get_into(next(), &mut VecWriter::new(&mut kept, u64::MAX).writer());
        at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
    });
    let (mut next, reader) = (walk(keys), object.reader().expect("it has readers"));
    group.row("trait object, reader, lent", move |at| {
        let found = reader.get(TABLE, next()).expect("it is there").expect("it is there");
        at + black_box(found[0]) as u64
    });
}

/// Each way through a plugin.
fn through(group: &mut impl Rows, language: &str, storage: &'static Storage, keys: &'static [Vec<u8>]) {
    let mut next = walk(keys);
    group.row(&format!("{language} plugin, new vector"), move |at| {
        at + black_box(storage.get(TABLE, next())).is_ok() as u64
    });
    let (mut next, mut kept) = (walk(keys), Vec::new());
    group.row(&format!("{language} plugin, caller's writer"), move |at| {
        kept.clear();
        let found = storage.get_into(TABLE, next(), &mut VecWriter::new(&mut kept, u64::MAX).writer());
        at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
    });
    let (mut next, mut kept) = (walk(keys), Vec::new());
    group.row(&format!("{language} plugin, kept buffer"), move |at| {
        kept.clear();
        let found = storage.get_append(TABLE, next(), &mut kept);
        at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
    });
    let (mut next, mut kept, table) = (walk(keys), Vec::new(), storage.open_table(TABLE).expect("a handle"));
    group.row(&format!("{language} plugin, table handle, kept buffer"), move |at| {
        kept.clear();
        let found = table.get_append(next(), &mut kept);
        at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
    });
    let (mut next, mut reader) = (walk(keys), storage.reader().expect("it has readers"));
    group.row(&format!("{language} plugin, reader, lent"), move |at| {
        let found = reader.get(TABLE, next()).expect("it is there").expect("it is there");
        at + black_box(found[0]) as u64
    });
    let mut next = walk(keys);
    group.row(&format!("{language} plugin, a reader for each get"), move |at| {
        let mut reader = storage.reader().expect("it has readers");
        let found = reader.get(TABLE, next()).expect("it is there").expect("it is there");
        at + black_box(found[0]) as u64
    });
}

/// Two threads that read the same rows.
fn on_threads(frame: &mut Frame) {
    let (name, len, count) = STORES[5];
    let keys = keys(count);
    let object: &'static dyn StorageExtension = Box::leak(object(keys, len));
    let storage = plugin(&in_rust("storage_memory"), keys, len);
    let vector = || {
        let mut next = walk(keys);
        move |at| at + black_box(object.get(TABLE, next())).is_ok() as u64
    };
    let buffer = || {
        let (mut next, mut kept) = (walk(keys), Vec::new());
        move |at| {
            kept.clear();
            let found = storage.get_append(TABLE, next(), &mut kept);
            at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
        }
    };
    let lent = || {
        let (mut next, mut reader) = (walk(keys), storage.reader().expect("it has readers"));
        move |at| at + black_box(reader.get(TABLE, next()).expect("it is there").expect("it is there")[0]) as u64
    };
    let mut group = frame.group(&format!("get {name}, on each of two threads"), Clock::Thread);
    group.row("trait object, new vector, one thread", vector());
    group.on_two_threads("trait object, new vector", vector);
    group.on_two_threads("Rust plugin, kept buffer", buffer);
    group.on_two_threads("Rust plugin, reader, lent", lent);
}

/// As many keys, in an order without pattern. They stay for the rest of the process.
pub fn keys(count: usize) -> &'static [Vec<u8>] {
    let key = |number: u64| {
        // splitmix64 (Steele, Lea, Flood 2014), so that neighbours in this list are none in the storage.
        let mixed = (number.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mut key = vec![b'k'; KEY];
        key[KEY - 8..].copy_from_slice(&mixed.to_be_bytes());
        key
    };
    Vec::leak((0..count as u64).map(key).collect())
}

/// Gives one key after the other, round and round.
pub fn walk(keys: &'static [Vec<u8>]) -> impl FnMut() -> &'static [u8] + Send + 'static {
    let mut at = 0;
    move || {
        at = if at + 1 < keys.len() { at + 1 } else { 0 };
        &keys[at]
    }
}

/// The storage in this program, filled.
pub fn object(keys: &[Vec<u8>], len: usize) -> Box<dyn StorageExtension> {
    let object: Box<dyn StorageExtension> = Box::new(MemoryStorage::default());
    fill(&*object, keys, len);
    black_box(object)
}

/// A storage from a library, filled, for the rest of the process.
pub fn plugin(library: &Path, keys: &[Vec<u8>], len: usize) -> &'static Storage {
    let storage = load(library).instance("{}").expect("it takes no configuration").storage().expect("it is one");
    fill(&storage, keys, len);
    Box::leak(Box::new(storage))
}

fn fill(storage: &dyn StorageExtension, keys: &[Vec<u8>], len: usize) {
    let value = vec![b'v'; len];
    for key in keys {
        storage.put(TABLE, key, &value, 0).expect("it takes any row");
    }
}
