//! A panic in a plugin is a typed error with its text and place. After it only `destroy` runs.

use sochdb_plugin_host::sdk::{Error, ErrorKind, Extension, IndexExtension, ObservabilityExtension, StorageExtension};
use sochdb_plugin_host::{LoadError, PluginInstance, PluginLibrary, Refusal};
use std::sync::Arc;
use support::plugins::{in_rust, Private, Recorder};
use support::{passes_alone, MINUTE};

fn library() -> (Arc<Recorder>, PluginLibrary) {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads");
    (recorder, library)
}

fn instance(library: &PluginLibrary, config: &str) -> PluginInstance {
    library.instance(config).unwrap_or_else(|error| panic!("{config}: {error}"))
}

/// The error of a panic that named its place.
fn panicked<T>(result: Result<T, Error>, text: &str) {
    let error = result.err().expect("a call that panics");
    assert_eq!(error.kind(), ErrorKind::Panicked, "{error}");
    let message = error.message();
    assert!(message.contains(text), "{message:?} does not contain {text:?}");
    assert!(message.contains("src/lib.rs:"), "{message:?} does not name the place");
}

/// Checks that each kind refuses and the plugin's code is not reached.
fn poisoned(plugin: &PluginInstance, recorder: &Recorder) {
    recorder.take();
    assert!(plugin.is_poisoned());
    let (storage, mut index) = (plugin.storage().expect("a storage"), plugin.index().expect("an index"));
    let results = [
        storage.get(1, b"k").map(drop),
        storage.put(1, b"k", b"v", 0),
        storage.delete(1, b"k", 0),
        storage.scan(1, b"", b"", 1).map(drop),
        storage.flush(),
        index.build(1, 1, &[]),
        index.lookup(b"k").map(drop),
    ];
    for result in results {
        let error = result.expect_err("a call on a poisoned instance");
        assert_eq!(error.kind(), ErrorKind::Panicked);
        assert!(error.message().contains("no more calls"), "{error}");
    }
    plugin.observability().expect("a sink").counter_inc("late", 1, &[]);
    assert_eq!(recorder.messages(), [""; 0], "calls on a poisoned instance reached the plugin");
}

#[test]
fn in_create() {
    let (recorder, library) = library();
    match library.instance("create").err().as_ref().map(LoadError::refusal) {
        Some(Refusal::Create { kind: ErrorKind::Panicked, message, .. }) => {
            assert!(message.contains("a literal text") && message.contains("src/lib.rs:"), "{message}");
        }
        other => panic!("a panic in create gave {other:?}"),
    }
    assert_eq!(recorder.take(), ["create"], "nothing of the instance is left");
    assert!(instance(&library, "{}").storage().expect("a storage").flush().is_ok());
}

#[test]
fn in_a_shared_call() {
    let (recorder, library) = library();
    let (broken, healthy) = (instance(&library, "get"), instance(&library, "{}"));
    let mut value = b"before".to_vec();
    panicked(broken.storage().expect("a storage").get_append(1, b"k", &mut value), "a literal text");
    assert_eq!(value, b"before", "what was written before the panic is gone");
    poisoned(&broken, &recorder);
    let value = healthy.storage().expect("a storage").get(1, b"k").expect("another instance goes on");
    assert_eq!(value.as_deref(), Some(&b"half of a value"[..]));
}

#[test]
fn in_an_exclusive_call() {
    let (recorder, library) = library();
    let plugin = instance(&library, "build string");
    panicked(plugin.index().expect("an index").build(1, 1, &[]), "a text made in build");
    poisoned(&plugin, &recorder);
}

#[test]
fn in_a_call_without_a_result() {
    let (recorder, library) = library();
    let plugin = instance(&library, "counter");
    plugin.observability().expect("a sink").counter_inc("name", 1, &[]);
    poisoned(&plugin, &recorder);
    let plugin = instance(&library, "span");
    assert_eq!(plugin.observability().expect("a sink").span_start("name", None), 0);
    poisoned(&plugin, &recorder);
}

#[test]
fn in_scan_and_lookup() {
    let (_, library) = library();
    panicked(instance(&library, "scan").storage().expect("a storage").scan(1, b"", b"", 9), "a literal text");
    panicked(instance(&library, "lookup").index().expect("an index").lookup(b"k"), "a literal text");
}

#[test]
fn while_the_host_asks_for_a_name() {
    let (recorder, library) = library();
    match library.instance("indextype").err().as_ref().map(LoadError::refusal) {
        Some(Refusal::Create { kind: ErrorKind::Panicked, .. }) => {}
        other => panic!("a panic in index_type gave {other:?}"),
    }
    assert_eq!(recorder.take(), ["create", "indextype", "drop"], "the instance is destroyed, and not shut down");
}

#[test]
fn only_destroy_runs_afterwards() {
    let (recorder, library) = library();
    let plugin = instance(&library, "put");
    panicked(plugin.storage().expect("a storage").put(1, b"k", b"v", 0), "a literal text");
    recorder.take();
    let error = plugin.shutdown().expect_err("its shutdown does not run");
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.message().contains("was not shut down"), "{error}");
    drop(plugin);
    assert_eq!(recorder.take(), ["drop"]);
}

#[test]
fn in_shutdown() {
    let (recorder, library) = library();
    let plugin = instance(&library, "shutdown");
    panicked(plugin.shutdown(), "a literal text");
    assert!(plugin.is_poisoned());
    plugin.shutdown().expect("a second shutdown has nothing to do");
    recorder.take();
    drop(plugin);
    assert_eq!(recorder.take(), ["drop"]);
}

#[test]
fn in_drop() {
    let (recorder, library) = library();
    let mut storage = instance(&library, "drop").storage().expect("a storage");
    storage.shutdown().expect("shutdown");
    drop(storage);
    assert_eq!(recorder.take().last().map(String::as_str), Some("drop"), "the host goes on after a panic in drop");
}

#[test]
fn with_a_payload_that_is_no_text() {
    let (recorder, library) = library();
    let plugin = instance(&library, "flush number");
    panicked(plugin.storage().expect("a storage").flush(), "without a text");
    poisoned(&plugin, &recorder);
}

#[test]
fn with_a_payload_that_panics_when_it_is_dropped() {
    let (recorder, library) = library();
    let plugin = instance(&library, "flush bomb");
    panicked(plugin.storage().expect("a storage").flush(), "without a text");
    poisoned(&plugin, &recorder);
    let plugin = instance(&library, "drop bomb");
    drop(plugin);
}

#[test]
fn on_many_threads_at_once() {
    let (recorder, library) = library();
    let plugin = instance(&library, "get");
    let storage = plugin.storage().expect("a storage");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let error = storage.get(1, b"k").expect_err("a call that panics, or comes after a panic");
                assert_eq!(error.kind(), ErrorKind::Panicked);
            });
        }
    });
    poisoned(&plugin, &recorder);
}

/// Runs in a process of its own, for the next test.
#[test]
#[ignore = "run by a_panic_writes_nothing_to_standard_error"]
fn panic_in_a_child() {
    let (_, library) = library();
    for config in ["get", "get bomb", "get number", "get string"] {
        let plugin = instance(&library, config);
        assert!(plugin.storage().expect("a storage").get(1, b"k").is_err());
    }
    drop(instance(&library, "drop"));
}

#[test]
fn a_panic_writes_nothing_to_standard_error() {
    let finished = passes_alone!("panic_in_a_child", MINUTE);
    assert_eq!(finished.stderr, "", "the plugin's panics are the host's to report");
}
