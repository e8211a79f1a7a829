//! An index in this program beside the same one in a plugin.

use bench_support::frame::{Clock, Frame, Rows};
use index_sorted::SortedIndex;
use sochdb_plugin_host::sdk::IndexExtension;
use sochdb_plugin_host::Index;
use std::hint::black_box;
use std::path::Path;
use support::in_c;
use support::plugins::{in_rust, load};

/// Rows of the sorted index.
const ROWS: u64 = 100_000;
/// How many rows a range finds.
const RANGE: u64 = 100;

/// Adds lookups and ranges.
pub fn add(frame: &mut Frame) {
    let keys: &'static [[u8; 8]] = Vec::leak((0..ROWS).map(|row| (row * 7919 % ROWS).to_be_bytes()).collect());
    let entries: Vec<(u64, &[u8])> = (0..).zip(keys.iter().map(|key| &key[..])).collect();
    let object = || -> Box<dyn IndexExtension> {
        let mut index = SortedIndex::default();
        index.build(1, 1, &entries).expect("it takes any key");
        black_box(Box::new(index))
    };
    let plugin = |library: &Path| -> Index {
        let mut index = load(library).instance("{}").expect("no configuration").index().expect("it is one");
        index.build(1, 1, &entries).expect("it takes any key");
        index
    };
    let plugins = || [("Rust", plugin(&in_rust("index_sorted"))), ("C", plugin(&in_c!("index_sorted")))];

    let mut group = frame.group("lookup, 100 000 rows", Clock::Thread);
    let index = object();
    group.row("trait object", move |at| at + black_box(index.lookup(&keys[(at % ROWS) as usize])).is_ok() as u64);
    for (language, index) in plugins() {
        group.row(&format!("{language} plugin"), move |at| {
            at + black_box(index.lookup(&keys[(at % ROWS) as usize])).is_ok() as u64
        });
    }
    drop(group);

    let mut group = frame.group("range of 100 among 100 000 rows", Clock::Thread);
    let range = |index: &dyn IndexExtension, at: u64| {
        let start = at * 7919 % (ROWS - RANGE);
        let found = index.range(&start.to_be_bytes(), &(start + RANGE).to_be_bytes(), usize::MAX);
        at + black_box(found).is_ok() as u64
    };
    let index = object();
    group.row("trait object", move |at| range(&*index, at));
    for (language, index) in plugins() {
        group.row(&format!("{language} plugin"), move |at| range(&index, at));
    }
}
