//! What keeps what alive, and the order in which things end.

use sochdb_plugin_host::sdk::{Extension, StorageExtension};
use sochdb_plugin_host::{PluginLibrary, PluginManager};
use std::sync::Arc;
use std::thread;
use support::plugins::{Private, Recorder};

/// Each test has a library of its own bytes, by its name.
fn library(name: &str, flags: &[&str]) -> (Arc<Recorder>, PluginLibrary) {
    let (recorder, loader) = Recorder::with_loader();
    let name = format!("-DNAME=\"{name}\"");
    let flags = [&[&name[..]], flags].concat();
    let library = Private::compile("logs_its_life", &flags).load_by(&loader).expect("the plugin loads");
    (recorder, library)
}

#[test]
fn a_handle_outlives_loader_library_plugin_and_manager() {
    let (recorder, library) = library("outlives", &[]);
    let plugin = library.instance("a").expect("an instance");
    let storage = plugin.storage().expect("a storage");
    let manager = PluginManager::new();
    manager.register(&plugin).expect("registered");
    drop((plugin, library, manager));
    assert_eq!(recorder.take(), ["a create"], "nothing ended while a handle lives");
    assert_eq!(storage.get(1, b"k").expect("get").as_deref(), Some(&b"a"[..]));
    thread::spawn(move || drop(storage)).join().expect("another thread may drop it");
    assert_eq!(recorder.take(), ["a shutdown", "a destroy"]);
}

#[test]
fn destroy_comes_once_however_many_handles_there_are() {
    let (recorder, library) = library("once", &[]);
    let plugin = library.instance("a").expect("an instance");
    let handles: Vec<_> = (0..8).map(|_| plugin.storage().expect("a storage")).collect();
    let (index, sink, codec) = (plugin.index(), plugin.observability(), plugin.compression());
    drop((plugin, index, sink, codec));
    let threads: Vec<_> = handles.into_iter().map(|handle| thread::spawn(move || drop(handle))).collect();
    threads.into_iter().for_each(|thread| thread.join().expect("a thread"));
    assert_eq!(recorder.take(), ["a create", "a shutdown", "a destroy"]);
}

#[test]
fn shutdown_comes_once_by_whatever_way() {
    let (recorder, library) = library("shutdown", &[]);
    let plugin = library.instance("a").expect("an instance");
    let manager = PluginManager::new();
    manager.register(&plugin).expect("registered");
    let mut storage = plugin.storage().expect("a storage");
    storage.shutdown().expect("by the handle");
    plugin.shutdown().expect("by the plugin");
    manager.shutdown_all().expect("by the manager");
    manager.shutdown_all().expect("by the manager again");
    drop((manager, plugin, storage));
    assert_eq!(recorder.take(), ["a create", "a shutdown", "a destroy"]);
}

#[test]
fn a_failed_shutdown_is_not_tried_again() {
    let (recorder, library) = library("fails", &[]);
    let plugin = library.instance("fail").expect("an instance");
    let error = plugin.shutdown().expect_err("a shutdown that fails");
    assert!(error.message().contains("the disk is full") && error.code() == 28, "{error}");
    plugin.shutdown().expect("a second shutdown has nothing to do");
    drop(plugin);
    assert_eq!(recorder.take(), ["fail create", "fail shutdown", "fail destroy"]);
}

/// Codecs, since those are registered by their algorithm, which is the configuration.
fn registered(name: &str) -> (Arc<Recorder>, PluginManager) {
    let (recorder, library) = library(name, &["-DCODEC_ONLY"]);
    let manager = PluginManager::new();
    for config in ["a", "b", "c", "d", "e", "f"] {
        manager.register(library.instance(config).expect("an instance")).expect("registered");
    }
    recorder.take();
    (recorder, manager)
}

#[test]
fn shutdown_all_goes_in_reverse_order() {
    let (recorder, manager) = registered("reverse");
    manager.shutdown_all().expect("shut down");
    let expected = ["f shutdown", "e shutdown", "d shutdown", "c shutdown", "b shutdown", "a shutdown"];
    assert_eq!(recorder.take(), expected);
    drop(manager);
    assert_eq!(recorder.take().len(), 6, "each is destroyed once");
}

#[test]
fn a_manager_that_is_only_dropped_goes_in_reverse_order() {
    let (recorder, manager) = registered("dropped");
    drop(manager);
    let expected: Vec<String> = ["f", "e", "d", "c", "b", "a"]
        .iter()
        .flat_map(|name| [format!("{name} shutdown"), format!("{name} destroy")])
        .collect();
    assert_eq!(recorder.take(), expected);
}

#[test]
fn an_instance_that_is_never_used_ends_too() {
    let (recorder, library) = library("unused", &[]);
    drop(library.instance("a").expect("an instance"));
    assert_eq!(recorder.take(), ["a create", "a shutdown", "a destroy"]);
    let again = library.instance("b").expect("the library makes another one");
    drop((library, again));
    assert_eq!(recorder.take(), ["b create", "b shutdown", "b destroy"]);
}
