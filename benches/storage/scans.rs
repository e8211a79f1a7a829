//! All rows of the storage in memory, 32 bytes of key and 100 of value each.

use crate::gets::{keys, object, plugin, TABLE};
use bench_support::frame::{Clock, Frame, Rows};
use bench_support::scan_ways::{cursor, each, sink, SIZES};
use sochdb_plugin_host::sdk::StorageExtension;
use support::in_c;
use support::plugins::in_rust;

const VALUE: usize = 100;

/// Adds both sizes.
pub fn add(frame: &mut Frame) {
    for (name, digits, samples) in SIZES {
        let count = 10_usize.pow(digits);
        let keys = keys(count);
        let title = format!("scan {name} rows of a tree, each row");
        let mut group = frame.group(&title, Clock::Thread).each(count as u64).samples(samples);
        let object: &'static dyn StorageExtension = Box::leak(object(keys, VALUE));
        let in_rust = plugin(&in_rust("storage_memory"), keys, VALUE);
        group.row("trait object, sink", move |sum| sink(object, TABLE, sum));
        each(&mut group, TABLE, ("trait object", object), ("Rust plugin", in_rust));
        let in_c = plugin(&in_c!("storage_memory"), keys, VALUE);
        group.row("C plugin, sink", move |sum| sink(in_c, TABLE, sum));
        group.row("C plugin, cursor, lent", move |sum| cursor(in_c, TABLE, sum));
    }
}
