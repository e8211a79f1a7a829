//! A manager with metrics of each kind.

use sochdb_plugin_host::PluginManager;

/// One of each kind, kept and by name.
pub fn fill(manager: &PluginManager) {
    let rows = manager.counter("rows", &[("table", "users"), ("op", "get")]).expect("a counter");
    rows.add(40);
    manager.counter_inc("rows", 2, &[("op", "get"), ("table", "users")]);
    manager.counter_inc("rows", 1, &[("op", "put"), ("table", "users")]);
    manager.gauge("open", &[]).expect("a gauge").set(3.0);
    manager.gauge_set("open", 4.5, &[]);
    let seconds = manager.histogram("seconds", &[]).expect("a histogram");
    [0.25, 0.3, f64::NAN].iter().for_each(|value| seconds.observe(*value));
    manager.histogram_observe("seconds", 4.0, &[]);
    manager.histogram_observe("seconds", f64::INFINITY, &[]);
}
