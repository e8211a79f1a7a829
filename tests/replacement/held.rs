//! Handles that were taken before a replacement.

use crate::versions::{not_replaced, two_versions};
use sochdb_plugin_host::sdk::{CompressionExtension, ErrorKind, Extension, ExtensionInfo, Result, Writer};
use sochdb_plugin_host::{Compression, ManagerError, PluginManager};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use support::in_c;
use support::plugins::{Private, Recorder};

/// A codec that writes its number, and says when it goes.
struct Numbered(u8, Arc<AtomicUsize>);

impl Extension for Numbered {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("numbered", "1.0.0")
    }
}

impl CompressionExtension for Numbered {
    fn algorithm(&self) -> &str {
        "number"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        assert!(input != b"panic", "as it was asked to");
        output.write(&[self.0])
    }
    fn decompress_into(&self, _: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(&[self.0])
    }
}

impl Drop for Numbered {
    fn drop(&mut self) {
        self.1.fetch_add(1, SeqCst);
    }
}

#[test]
fn each_reaches_the_one_that_serves_now_and_keeps_no_other() {
    let gone = Arc::new(AtomicUsize::new(0));
    let codec = |number| Compression::new(Numbered(number, gone.clone())).expect("a codec");
    let manager = PluginManager::new();
    manager.register_as("pages", codec(0)).expect("registered");
    let first = manager.compression("pages").expect("a codec");
    let mut last = None;
    for number in 1..=100 {
        manager.replace("pages", codec(number)).expect("replaced");
        assert_eq!(first.compress(b"x").expect("compress"), [number]);
        last = manager.compression("pages");
    }
    assert_eq!(gone.load(SeqCst), 99, "all but the first, which is held, and the last");
    drop(manager);
    assert_eq!(first.compress(b"x").expect("the last is kept"), [100]);
    drop(last);
    assert_eq!(first.compress(b"x").expect("by the place of the first"), [100]);
    drop(first);
    assert_eq!(gone.load(SeqCst), 101);
}

#[test]
fn one_that_panicked_is_replaced_and_its_handles_go_on() {
    let gone = Arc::new(AtomicUsize::new(0));
    let codec = |number| Compression::new(Numbered(number, gone.clone())).expect("a codec");
    let manager = PluginManager::new();
    manager.register_as("pages", codec(1)).expect("registered");
    let held = manager.compression("pages").expect("a codec");
    assert_eq!(held.compress(b"panic").expect_err("it panics").kind(), ErrorKind::Panicked);
    assert_eq!(held.compress(b"x").expect_err("it is poisoned").kind(), ErrorKind::Panicked);
    let replaced = manager.replace("pages", codec(2)).expect("replaced");
    assert_eq!(replaced.unended, None);
    assert_eq!(held.compress(b"x").expect("the next one answers"), [2]);
}

#[test]
fn a_replacement_within_one_or_after_the_end_is_refused() {
    let gone = Arc::new(AtomicUsize::new(0));
    let codec = |number| Compression::new(Numbered(number, gone.clone())).expect("a codec");
    let manager = PluginManager::new();
    manager.register_as("pages", codec(1)).expect("registered");
    match manager.replace("page", codec(2)) {
        Err(ManagerError::Unknown { name, known, .. }) => assert_eq!((&*name, &*known), ("page", "pages")),
        other => panic!("an unknown name: {other:?}"),
    }
    // By itself, or by one that serves elsewhere.
    manager.register_as("values", codec(3)).expect("registered");
    for (new, known) in [("pages", "pages"), ("values", "values")] {
        let new = manager.compression(new).expect("a codec");
        let (why, not) = not_replaced(manager.replace("pages", new));
        assert!(not.serves && why.contains(known), "by `{known}`: {why}");
    }
    for name in ["", "a\nb", &"x".repeat(256)] {
        assert_eq!(manager.register_as(name, codec(4)), Err(ManagerError::Name { name: name.to_owned() }));
    }
    manager.shutdown_all().expect("all end");
    assert_eq!(manager.replace("pages", codec(2)), Err(ManagerError::ShutDown));
    let held = manager.compression("pages").expect("it is listed");
    assert_eq!(held.compress(b"x").expect_err("shut down").kind(), ErrorKind::ShutDown);
    assert_eq!(gone.load(SeqCst), 5, "what was not registered is gone");
}

#[test]
fn an_old_sink_delivers_and_ends_and_the_new_one_has_the_metrics() {
    let manager = PluginManager::new();
    let [first, second] = two_versions(&in_c!("observability_json"));
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("lines.jsonl");
    let config = format!(r#"{{"path": {path:?}}}"#);
    manager.register_as("lines", first.instance(&config).expect("an instance")).expect("registered");
    manager.counter_inc("queries", 1, &[]);
    let span = manager.span_start("across", None);
    manager.upgrade(&second, |_, _| Ok(())).expect("replaced");
    manager.counter_inc("queries", 1, &[]);
    // A span of the old one: the new one must not take its number for one of its own.
    let own = manager.span_start("own", None);
    manager.span_event(span, "late", &[]);
    manager.span_end(span);
    manager.span_end(own);
    manager.shutdown_all().expect("all end");
    let lines = std::fs::read_to_string(&path).expect("lines");
    assert_eq!(lines.matches("\"own\"").count(), 1, "{lines}");
    assert!(!lines.contains("late"), "{lines}");
}

#[test]
fn a_span_that_starts_while_a_sink_is_replaced_is_the_next_ones() {
    let library = Private::compile("logs_its_life", &[]);
    let (recorder, loader) = Recorder::with_loader();
    let library = library.load_by(&loader).expect("it loads");
    let manager = PluginManager::new();
    manager.register_as("sink", library.instance("a").expect("an instance")).expect("registered");
    thread::scope(|scope| {
        let (begun, wait) = channel();
        let (manager, library) = (&manager, &library);
        let spans = scope.spawn(move || {
            wait.recv().expect("the old one has ended");
            let span = manager.span_start("late", None);
            manager.span_end(span);
        });
        let replaced = manager.hand_over("sink", || {
            begun.send(()).expect("it waits");
            thread::sleep(Duration::from_millis(300));
            library.instance("b")
        });
        replaced.expect("handed over");
        spans.join().expect("no panic");
    });
    let told = recorder.messages();
    // Its numbers are those of `b`.
    assert!(told.iter().any(|line| line == "b start late"), "{told:?}");
    assert!(told.iter().any(|line| line == "b end 6"), "{told:?}");
}
