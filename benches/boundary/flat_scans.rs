//! Rows that lie one after the other in memory, 32 bytes of key and 100 of value each.

use bench_calls::bench_rust;
use bench_rust::flat::pairs;
use bench_rust::Bench;
use bench_support::frame::{Clock, Frame, Rows};
use bench_support::scan_ways::{each, look, SIZES};
use sochdb_plugin_host::Storage;
use std::hint::black_box;

/// Adds both sizes.
pub fn add(frame: &mut Frame) {
    let bench: &'static Bench = Box::leak(Box::default());
    let plugin: &'static Storage = Box::leak(Box::new(bench_rust().storage().expect("it is one")));
    for (name, table, samples) in SIZES {
        let title = format!("scan {name} rows that lie together, each row");
        let mut group = frame.group(&title, Clock::Thread).each(10_u64.pow(table)).samples(samples);
        let rows = bench.flat.rows(table);
        group.row("inlined loop", move |sum| pairs(black_box(rows)).fold(sum, look));
        let mut copy = vec![0; rows.len()];
        group.row("copy of the same bytes", move |sum| {
            copy.copy_from_slice(black_box(rows));
            sum + black_box(&copy)[0] as u64
        });
        each(&mut group, table, ("trait object", bench), ("Rust plugin", plugin));
    }
}
