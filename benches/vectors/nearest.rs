//! The nearest of 5000 vectors of 32 dimensions, for one query at a time and for 64.

use bench_support::frame::{Clock, Frame, Rows};
use index_hnsw::HnswIndex;
use sochdb_plugin_host::sdk::{Host, IndexExtension, Plugin};
use std::hint::black_box;
use support::plugins::{in_rust, load};

const COUNT: u64 = 5_000;
const DIMENSIONS: usize = 32;
const QUERIES: usize = 64;
const CONFIG: &str = r#"{"dimensions": 32}"#;

/// Adds one, 10 and 100 neighbours.
pub fn add(frame: &mut Frame) {
    let keys: Vec<Vec<u8>> = (0..COUNT).map(|row| vector(row + 1)).collect();
    let entries: Vec<(u64, &[u8])> = (0..).zip(keys.iter().map(|key| &key[..])).collect();
    let queries: &'static [Vec<u8>] = Vec::leak((0..QUERIES as u64).map(|query| vector(COUNT + query + 1)).collect());
    let many: &'static [&[u8]] = Vec::leak(queries.iter().map(|query| &query[..]).collect());
    let mut here = HnswIndex::create(Host::detached(CONFIG)).expect("a configuration that it takes");
    here.build(1, 1, &entries).expect("it takes any vector");
    let here: &'static dyn IndexExtension = black_box(Box::leak(Box::new(here)));
    let mut there = load(&in_rust("index_hnsw")).instance(CONFIG).expect("as above").index().expect("it is one");
    there.build(1, 1, &entries).expect("it takes any vector");

    for k in [1, 10, 100] {
        let mut group = frame.group(&format!("{k} nearest, each query"), Clock::Thread);
        group
            .row("trait object", move |at| at + black_box(here.nearest(many[at as usize % QUERIES], k)).is_ok() as u64);
        let plugin = there.clone();
        group.row("plugin", move |at| at + black_box(plugin.nearest(many[at as usize % QUERIES], k)).is_ok() as u64);
        drop(group);
        let mut group = frame.group(&format!("{k} nearest, {QUERIES} queries at once, each query"), Clock::Thread);
        group = group.each(QUERIES as u64);
        group.row("trait object", move |at| at + black_box(here.nearest_batch(many, k)).is_ok() as u64);
        let plugin = there.clone();
        group.row("plugin", move |at| at + black_box(plugin.nearest_batch(many, k)).is_ok() as u64);
        let plugin = there.clone();
        group.row("plugin, one query after the other", move |at| {
            many.iter().fold(at, |at, query| at + black_box(plugin.nearest(query, k)).is_ok() as u64)
        });
    }
}

/// A vector without pattern (xorshift64, Marsaglia 2003).
fn vector(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut number = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32
    };
    (0..DIMENSIONS).flat_map(|_| number().to_ne_bytes()).collect()
}
