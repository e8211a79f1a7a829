//! The services of a manager: what plugins log reaches its sinks, what they count is among its metrics, and nothing comes
//! back to who said it.

use sochdb_plugin_host::sdk::{MetricValue, StorageExtension};
use sochdb_plugin_host::{DynamicPluginLoader, Observability, PluginInstance, PluginManager};
use std::sync::{Arc, Mutex};
use support::plugins::{in_rust, Private};
use support::sink::Sink;

/// Registers a sink, linked in, that keeps what it is called with.
fn keep_lines(manager: &PluginManager) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let sink = Sink::new("keeps", move |line| kept.lock().expect("a list").push(line.to_owned()));
    manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    lines
}

fn plugin(manager: &PluginManager) -> PluginInstance {
    let loader = DynamicPluginLoader::new_trusted().services(manager.services());
    let library = Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads");
    library.instance("{}").expect("an instance")
}

/// The counter of the plugin, of this place.
fn reached(manager: &PluginManager, place: &str) -> Option<u64> {
    let mut found = None;
    manager.metrics().collect(|metric| {
        if let ("reached", MetricValue::Counter(total)) = (metric.name, metric.value) {
            if metric.labels.contains(&("place", place)) {
                assert!(metric.labels.contains(&("plugin", "panicking")), "{:?}", metric.labels);
                found = Some(total);
            }
        }
    });
    found
}

#[test]
fn lines_and_metrics_of_a_plugin_reach_its_manager() {
    let manager = PluginManager::new();
    let lines = keep_lines(&manager);
    let plugin = plugin(&manager);
    let storage = plugin.storage().expect("a storage");
    (0..3).for_each(|_| storage.flush().expect("it flushes"));
    assert_eq!((reached(&manager, "create"), reached(&manager, "flush")), (Some(1), Some(3)));
    let lines = lines.lock().expect("a list");
    let flushed = lines.iter().filter(|line| line.contains("log") && line.contains("flush")).count();
    assert_eq!(flushed, 3, "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("counter reached")), "it is pushed: {lines:?}");
}

#[test]
fn a_sink_hears_of_others_and_not_of_itself() {
    let manager = PluginManager::new();
    let first = keep_lines(&manager);
    let plugin = plugin(&manager);
    manager.register(&plugin).expect("registered");
    let last = keep_lines(&manager);
    manager.log_info("begin", &[]);
    let of_plugin = |lines: &Mutex<Vec<String>>| {
        lines.lock().expect("a list").iter().any(|line| line.starts_with("log") && !line.contains("begin"))
    };
    assert!(of_plugin(&first), "{first:?} was registered before the plugin");
    assert!(!of_plugin(&last), "{last:?} could tell of it to the plugin");
    // Once for the line; the line that it logged and the metric that it counted meanwhile did not come back.
    assert_eq!((reached(&manager, "log"), reached(&manager, "counter")), (Some(1), None));
    assert_eq!(plugin.observability().expect("a sink").echoes(), 0);
}

#[test]
fn services_outlive_their_manager() {
    let manager = PluginManager::new();
    let plugin = plugin(&manager);
    drop(manager);
    plugin.storage().expect("a storage").flush().expect("its line and its metric go nowhere");
}

#[test]
fn by_default_the_metrics_of_what_is_registered_come_and_each_name_counts_apart() {
    let library = Private::copy(&in_rust("panicking")).load_by(&DynamicPluginLoader::new_trusted()).expect("it loads");
    let manager = PluginManager::new();
    for (name, flushes) in [("hot", 3), ("cold", 1)] {
        let plugin = library.instance("{}").expect("an instance");
        manager.register_as(name, plugin.storage().expect("a storage")).expect("registered");
        (0..flushes).for_each(|_| plugin.storage().expect("a storage").flush().expect("it flushes"));
    }
    let mut found = Vec::new();
    manager.metrics().collect(|metric| {
        if let ("reached", MetricValue::Counter(total)) = (metric.name, metric.value) {
            let label =
                |wanted| metric.labels.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
            if label("place").as_deref() == Some("flush") {
                found.push((label("extension").expect("a name"), total));
            }
        }
    });
    found.sort();
    assert_eq!(found, [("cold".to_owned(), 1), ("hot".to_owned(), 3)]);
}
