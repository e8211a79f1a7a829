//! A plugin's events through the crates `log` and `tracing` to one sink of the host, beside a line of `Host::log`.

use crate::table;
use bench_rust::events::EventsTable;
use bench_support::frame::Rows;
use bench_support::sinks;
use sochdb_plugin_host::DynamicPluginLoader;
use std::hint::black_box;
use support::plugins::{in_rust, Private};

/// A line of the plugin that it gives to its host itself, which the others are compared with.
pub const LINE: &str = "plugin's line, `Host::log`";
/// An event of the crate `log`.
pub const LOG: &str = "plugin's event, crate `log`";
/// An event of the crate `tracing`.
pub const TRACING: &str = "plugin's event, crate `tracing`";

/// Adds a row for each way. It runs before other instances of this plugin are made: events go to the one made last.
pub fn each(rows: &mut impl Rows) {
    let manager = sinks::manager(1, true);
    let loader = DynamicPluginLoader::new_trusted().probing(false).services(manager.services());
    let library = Private::copy(&in_rust("bench_rust")).load_by(&loader).unwrap_or_else(|error| panic!("{error}"));
    let plugin = library.instance("{}").expect("it takes no configuration");
    let EventsTable { host, line, log, tracing } = *table::<EventsTable>(&plugin, "sochdb.bench.events/1");
    let host = host();
    for (name, way) in [(LINE, line), (LOG, log), (TRACING, tracing)] {
        // They end with the row: without them the lines go nowhere.
        let kept = (manager.clone(), plugin.clone());
        rows.row(name, move |at| {
            black_box(way)(host);
            black_box(&kept);
            at + 1
        });
    }
}
