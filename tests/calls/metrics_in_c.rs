//! Metrics that the host keeps, as a plugin in C reads them.

use sochdb_plugin_host::sdk::HealthInfo;
use sochdb_plugin_host::{PluginInstance, PluginManager};
use std::sync::Arc;
use support::filled::fill;
use support::plugins::{Private, Recorder};

/// The plugin in C, and what it tells.
fn in_c(config: &str) -> (Arc<Recorder>, PluginInstance) {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::compile("reads_metrics", &[]).load_by(&loader).expect("the plugin loads");
    (recorder, library.instance(config).expect("an instance"))
}

const FILLED_IN_C: [&str; 5] = [
    "gauge open: 0 4.5",
    "counter rows op=get table=users: 42 0",
    "counter rows op=put table=users: 1 0",
    "histogram seconds: 3 4.55 0.25:1 0.3125:1 4:1",
    "counter sochdb_dropped_updates: 0 0",
];

#[test]
fn a_plugin_in_c_reads_until_its_end() {
    let (recorder, plugin) = in_c("0");
    let manager = PluginManager::new();
    manager.register(&plugin).expect("registered");
    assert_eq!(recorder.take(), ["attach"]);
    fill(&manager);
    assert_eq!(recorder.take(), [""; 0], "nothing is pushed");
    manager.report_health(&HealthInfo::default());
    assert_eq!(recorder.take(), FILLED_IN_C);
    manager.shutdown_all().expect("shutdown");
    assert_eq!(recorder.take(), [&["shutdown"][..], &FILLED_IN_C].concat());
    drop((manager, plugin));
    assert_eq!(recorder.take(), [&["destroy"][..], &FILLED_IN_C].concat());
}

#[test]
fn a_plugin_in_c_may_end_a_collection() {
    let (recorder, plugin) = in_c("once");
    let manager = PluginManager::new();
    manager.register(&plugin).expect("registered");
    fill(&manager);
    manager.report_health(&HealthInfo::default());
    assert_eq!(recorder.take(), ["attach", FILLED_IN_C[0]]);
}

#[test]
fn a_plugin_in_c_that_refuses_gets_each_change() {
    for status in ["3", "99"] {
        let (recorder, plugin) = in_c(status);
        let manager = PluginManager::new();
        manager.register(&plugin).expect("it is a sink all the same");
        manager.gauge_set("open", 1.0, &[]);
        manager.counter("rows", &[]).expect("a counter").add(1);
        manager.report_health(&HealthInfo::default());
        assert_eq!(recorder.take(), ["attach", "pushed gauge open", "pushed counter rows"]);
    }
}
