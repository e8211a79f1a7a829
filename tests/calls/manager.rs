//! Each method of the manager, on plugins of all kinds.

use sochdb_plugin_host::sdk::{
    CompressionExtension, Extension, ExtensionCapability, HealthInfo, IndexExtension, Labels, LogLevel,
    StorageExtension,
};
use sochdb_plugin_host::{
    Caller, DynamicPluginLoader, HostServices, ManagerError, Observability, PluginInstance, PluginLibrary,
    PluginManager,
};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use support::plugins::{Private, Recorder};
use support::sink::Sink;

/// A library that logs its life, under this name.
fn library(name: &str, loader: &DynamicPluginLoader, flags: &[&str]) -> PluginLibrary {
    let name = format!("-DNAME=\"{name}\"");
    let flags = [&[&name[..]], flags].concat();
    Private::compile("logs_its_life", &flags).load_by(loader).expect("the plugin loads")
}

fn instance(name: &str, config: &str, loader: &DynamicPluginLoader) -> PluginInstance {
    library(name, loader, &[]).instance(config).expect("an instance")
}

fn recorded_sink(name: &'static str) -> (Arc<Mutex<Vec<String>>>, Observability) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let sink = Sink::new(name, move |line| kept.lock().expect("a list").push(line.to_owned()));
    (lines, Observability::new(sink).expect("a sink"))
}

#[test]
fn storages_have_names_and_the_first_is_active() {
    let (_, loader) = Recorder::with_loader();
    let manager = PluginManager::default();
    assert!(manager.storage().is_none());
    let (first, second) = (instance("row_store", "a", &loader), instance("column_store", "b", &loader));
    manager.register_storage(first.storage().expect("a storage")).expect("registered");
    manager.register_storage(second.storage().expect("a storage")).expect("registered");
    let active = || manager.storage().expect("one is active").get(1, b"k").expect("get").expect("a value");
    assert_eq!(active(), b"a");
    manager.set_active_storage("column_store").expect("it is registered");
    assert_eq!(active(), b"b");
    match manager.set_active_storage("no_store") {
        Err(ManagerError::Unknown { kind: "storage", name, known }) => {
            assert_eq!((name.as_str(), known.as_str()), ("no_store", "column_store, row_store"));
        }
        other => panic!("an unknown storage gave {other:?}"),
    }
    assert_eq!(active(), b"b", "an error changes nothing");
    let duplicate = manager.register_storage(instance("row_store", "c", &loader).storage().expect("a storage"));
    assert!(matches!(duplicate, Err(ManagerError::Duplicate { kind: "storage", .. })), "{duplicate:?}");
}

#[test]
fn indexes_have_names_and_types() {
    let (_, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    assert!(manager.list_index_types().is_empty() && manager.index("by_name").is_none());
    let plugin = instance("by_name", "a", &loader);
    manager.register_index(plugin.index().expect("an index")).expect("registered");
    manager.register_index(instance("by_age", "b", &loader).index().expect("an index")).expect("registered");
    assert_eq!(manager.list_index_types(), ["life"], "both are of one type");
    let mut found = manager.index("by_name").expect("it is registered");
    found.insert(b"k", 1).expect("insert");
    assert_eq!(found.info().name, "by_name");
    let duplicate = manager.register_index(plugin.index().expect("an index"));
    assert!(
        matches!(&duplicate, Err(ManagerError::Duplicate { kind: "index", name, .. }) if name == "by_name"),
        "{duplicate:?}"
    );
    assert_eq!(manager.index("life").expect("by its type").info().name, "by_name");
    assert!(manager.index("lif").is_none());
}

#[test]
fn codecs_are_known_by_their_algorithm() {
    let (_, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    let library = library("codec", &loader, &[]);
    for algorithm in ["zebra", "apple"] {
        let codec = library.instance(algorithm).expect("an instance").compression().expect("a codec");
        manager.register_compression(codec).expect("two instances of one library, each with its algorithm");
    }
    assert_eq!(manager.list_compression(), ["apple", "zebra"]);
    assert_eq!(manager.compression("zebra").expect("a codec").algorithm(), "zebra");
    assert!(manager.compression("codec").is_none());
    let again = library.instance("apple").expect("an instance").compression().expect("a codec");
    let duplicate = manager.register_compression(again);
    assert!(matches!(duplicate, Err(ManagerError::Duplicate { kind: "compression", .. })), "{duplicate:?}");
}

#[test]
fn every_call_goes_to_every_sink() {
    let (recorder, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    assert!(!manager.has_observability());
    manager.counter_inc("to nobody", 1, &[]);
    let library = library("sinks", &loader, &["-DSINK_ONLY"]);
    for config in ["a", "b"] {
        let sink = library.instance(config).expect("an instance").observability().expect("a sink");
        manager.register_observability(sink).expect("two instances of one library");
    }
    assert!(manager.has_observability());
    recorder.take();
    manager.counter_inc("c", 1, &[("l", "v")]);
    manager.gauge_set("g", 1.0, &[]);
    manager.histogram_observe("h", 1.0, &[]);
    manager.log_debug("d", &[]);
    manager.log_info("i", &[]);
    manager.log_warn("w", &[]);
    manager.log_error("e", &[]);
    manager.log(LogLevel::Error, "x", &[]);
    manager.report_health(&HealthInfo::default());
    let expected: Vec<String> =
        ["counter c", "gauge g", "histogram h", "log d 1", "log i 2", "log w 3", "log e 4", "log x 4", "health"]
            .iter()
            .flat_map(|call| [format!("a {call}"), format!("b {call}")])
            .collect();
    assert_eq!(recorder.take(), expected);
}

#[test]
fn one_sink_twice_is_a_duplicate() {
    let (_, sink) = recorded_sink("sink");
    let manager = PluginManager::new();
    manager.register_observability(sink.clone()).expect("registered");
    assert!(matches!(manager.register_observability(sink), Err(ManagerError::Duplicate { .. })));
}

#[test]
fn one_span_stands_for_each_sinks_own() {
    let (first_lines, first) = recorded_sink("a");
    let (second_lines, second) = recorded_sink("bb");
    let (late_lines, late) = recorded_sink("ccc");
    let manager = PluginManager::new();
    manager.register_observability(first).expect("registered");
    manager.register_observability(second).expect("registered");
    let parent = manager.span_start("parent", None);
    let child = manager.span_start("child", Some(parent));
    manager.register_observability(late).expect("registered");
    manager.span_event(child, "event", &[]);
    manager.span_end(parent);
    manager.span_end(child);
    manager.span_end(child);
    manager.span_end(u64::MAX);
    assert!(parent != 0 && child != 0 && parent != child);
    let expected = |base: u64| {
        vec![
            "start parent None".to_owned(),
            format!("start child Some({base})"),
            format!("event {} event", base + 1),
            format!("end {base}"),
            format!("end {}", base + 1),
        ]
    };
    assert_eq!(*first_lines.lock().expect("a list"), expected(1000));
    assert_eq!(*second_lines.lock().expect("a list"), expected(2000));
    assert_eq!(*late_lines.lock().expect("a list"), [""; 0], "a span that it did not start is not its own");
    manager.span_end(manager.span_start("new", Some(parent)));
    assert_eq!(*late_lines.lock().expect("a list"), ["start new None", "end 3000"]);
}

#[test]
fn a_plugin_is_registered_with_all_its_kinds_or_none() {
    let (_, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    let taken = library("taken", &loader, &["-DCODEC_ONLY"]).instance("same").expect("an instance");
    manager.register(&taken).expect("registered");
    // Storage, index and sink are free, its algorithm is not.
    let plugin = instance("whole", "same", &loader);
    let refused = manager.register(&plugin);
    assert!(matches!(refused, Err(ManagerError::Duplicate { kind: "compression", .. })), "{refused:?}");
    assert!(manager.storage().is_none() && manager.index("whole").is_none() && !manager.has_observability());
    assert_eq!(manager.list_extensions().len(), 1);

    let plugin = instance("whole", "other", &loader);
    manager.register(&plugin).expect("nothing of the refused one is in the way");
    assert!(manager.storage().is_some() && manager.index("whole").is_some() && manager.has_observability());
    assert_eq!(manager.list_compression(), ["other", "same"]);
    let extensions = manager.list_extensions();
    assert_eq!(extensions.iter().map(|info| &info.name[..]).collect::<Vec<_>>(), ["taken", "whole"]);
    assert_eq!(extensions[1].capabilities.len(), 4);
    assert_eq!(extensions[0].capabilities, [ExtensionCapability::Compression]);
}

#[test]
fn instances_of_one_library_have_their_own_configuration() {
    let (_, loader) = Recorder::with_loader();
    let library = library("instances", &loader, &[]);
    let plugins = ["one", "two", "three"].map(|config| library.instance(config).expect("an instance"));
    for (plugin, config) in plugins.iter().zip(["one", "two", "three"]) {
        let value = plugin.storage().expect("a storage").get(1, b"k").expect("get");
        assert_eq!(value.as_deref(), Some(config.as_bytes()));
    }
    plugins[0].shutdown().expect("shutdown");
    plugins[1].storage().expect("a storage").flush().expect("the others go on");
}

#[test]
fn shutdown_collects_all_errors_and_ends_registration() {
    let (recorder, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    for (name, config) in [("first", "fail-1"), ("second", "fine"), ("third", "fail-3")] {
        manager.register(instance(name, config, &loader)).expect("registered");
    }
    recorder.take();
    match manager.shutdown_all() {
        Err(ManagerError::Shutdown(errors)) => {
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(texts.len(), 2, "{texts:?}");
            assert!(texts[0].starts_with("third") && texts[1].starts_with("first"), "{texts:?}");
            assert!(texts.iter().all(|text| text.contains("the disk is full")), "{texts:?}");
        }
        other => panic!("two failures gave {other:?}"),
    }
    assert_eq!(recorder.take(), ["fail-3 shutdown", "fine shutdown", "fail-1 shutdown"]);
    manager.shutdown_all().expect("there is nothing left to do");
    let late = manager.register(instance("late", "d", &loader));
    assert!(matches!(late, Err(ManagerError::ShutDown)), "{late:?}");
}

/// Services that register another extension while a plugin's call logs.
#[derive(Default)]
struct Registers {
    manager: OnceLock<Weak<PluginManager>>,
    outcome: OnceLock<Result<(), ManagerError>>,
}

impl HostServices for Registers {
    fn log(&self, _: &Caller<'_>, _: LogLevel, message: &str, _: Labels<'_>) {
        if !message.contains("counter") {
            return;
        }
        let Some(manager) = self.manager.get().and_then(Weak::upgrade) else { return };
        let sink = Observability::new(Sink::new("from a callback", |_| {})).expect("a sink");
        let _ = self.outcome.set(manager.register_observability(sink));
        manager.set_active_storage("calls_back").expect("the registry may be changed and read");
        assert!(manager.storage().is_some());
    }
}

#[test]
fn a_callback_may_register_another_extension() {
    let services = Arc::new(Registers::default());
    let loader = DynamicPluginLoader::new_trusted().services(services.clone());
    let manager = Arc::new(PluginManager::new());
    services.manager.set(Arc::downgrade(&manager)).expect("set once");
    manager.register(instance("calls_back", "a", &loader)).expect("registered");
    manager.counter_inc("requests_total", 1, &[]);
    assert_eq!(services.outcome.get(), Some(&Ok(())), "the plugin's call reached the callback, which registered");
    assert_eq!(manager.list_extensions().len(), 2);
    manager.shutdown_all().expect("shutdown");
}
