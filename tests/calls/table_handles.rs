//! Handles of tables: how long they live, who closes them, and what they keep waiting.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::{PluginInstance as Loaded, Storage};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use support::in_c;
use support::plugins::{in_rust, load, Private, Recorder};

/// A plugin that tells of each of its handles, in C and in Rust.
fn both(config: &str) -> [(&'static str, Arc<Recorder>, Loaded); 2] {
    [("C", Private::compile("opens_handles", &[])), ("Rust", Private::copy(&in_rust("panicking")))].map(
        |(language, private)| {
            let (recorder, loader) = Recorder::with_loader();
            let library = private.load_by(&loader.drain_timeout(Duration::from_millis(200))).expect("the plugin loads");
            let plugin = library.instance(config).expect("an instance");
            recorder.take();
            (language, recorder, plugin)
        },
    )
}

#[test]
fn a_call_on_a_handle_after_the_shutdown_is_refused() {
    let linked = storage_memory::MemoryStorage::create(Host::detached("{}")).expect("it needs nothing");
    let loaded = [in_c!("storage_memory"), in_rust("storage_memory")]
        .map(|library| load(&library).instance("{}").unwrap().storage().expect("a storage"));
    for mut storage in loaded.into_iter().chain([Storage::new(linked).expect("a storage")]) {
        let table = storage.open_table(1).unwrap();
        table.put(b"key", b"value", 0).unwrap();
        assert_eq!(table.get(b"key").unwrap().as_deref(), Some(&b"value"[..]));
        storage.shutdown().expect("an open handle keeps nothing waiting");
        let mut value = b"before".to_vec();
        let results = [
            table.get(b"key").map(drop),
            table.put(b"key", b"new", 0),
            table.get_append(b"key", &mut value).map(drop),
            storage.open_table(1).map(drop),
        ];
        for result in results {
            assert_eq!(result.expect_err("a call after the shutdown").kind(), ErrorKind::ShutDown);
        }
        assert_eq!(value, b"before");
    }
}

#[test]
fn a_shutdown_closes_what_is_open_first_and_a_later_drop_does_not_close_it_again() {
    for (language, recorder, plugin) in both("{}") {
        let storage = plugin.storage().unwrap();
        let (one, other) = (storage.open_table(1).unwrap(), storage.open_table(1).unwrap());
        plugin.shutdown().expect("an open handle keeps nothing waiting");
        drop((one, storage, plugin));
        let all = ["opentable", "opentable", "closetable", "closetable", "shutdown"];
        assert_eq!(recorder.messages(), all, "{language}: a handle keeps its instance");
        drop(other);
        assert_eq!(recorder.messages()[5..], ["drop"], "{language}");
    }
}

#[test]
fn a_handle_that_is_dropped_is_closed_at_once_and_only_once() {
    for (language, recorder, plugin) in both("{}") {
        let storage = plugin.storage().unwrap();
        drop(storage.open_table(1).unwrap());
        assert_eq!(recorder.take(), ["opentable", "closetable"], "{language}");
        drop((storage, plugin));
        assert_eq!(recorder.take(), ["shutdown", "drop"], "{language}");
    }
}

#[test]
fn nothing_is_closed_after_a_panic() {
    for (language, recorder, plugin) in both("get") {
        let storage = plugin.storage().unwrap();
        let (table, reader) = (storage.open_table(1).unwrap(), storage.reader().unwrap());
        let cursor = reader.cursor(1, &CursorOptions::new()).unwrap();
        assert_eq!(storage.get(1, b"k").unwrap_err().kind(), ErrorKind::Panicked, "{language}");
        recorder.take();
        assert_eq!(table.get(b"k").unwrap_err().kind(), ErrorKind::Panicked, "{language}");
        drop(cursor);
        drop((table, reader));
        drop((storage, plugin));
        assert_eq!(recorder.take(), ["drop"], "{language}: only `destroy` follows a panic");
    }
}

#[test]
fn a_panic_of_a_handle_is_the_error_of_its_call() {
    let at = |place: &str| both(place).into_iter().nth(1).expect("the one in Rust");
    for place in ["opentable", "tableget", "tableput"] {
        let (_, _, plugin) = at(place);
        let storage = plugin.storage().unwrap();
        let call = || {
            let table = storage.open_table(1)?;
            table.get(b"k")?;
            table.put(b"k", b"v", 0)
        };
        assert_eq!(call().unwrap_err().kind(), ErrorKind::Panicked, "{place}");
        assert!(plugin.is_poisoned(), "{place}");
    }
    // There is nobody to tell of a panic of the end, but it stays in the plugin.
    let (_, recorder, plugin) = at("closetable");
    drop(plugin.storage().unwrap().open_table(1).unwrap());
    assert_eq!(recorder.take(), ["opentable", "closetable"]);
}

#[test]
fn a_storage_without_handles_gets_plain_calls() {
    for (flag, asked) in [("-DSOCH_TARGET_MINOR=0", false), ("-DNO_CLOSE", false), ("-DNO_HANDLES", true)] {
        let (recorder, loader) = Recorder::with_loader();
        let library = Private::compile("opens_handles", &[flag]).load_by(&loader).expect("the plugin loads");
        let plugin = library.instance("{}").unwrap();
        let table = plugin.storage().unwrap().open_table(1).unwrap();
        table.put(b"k", b"v", 0).unwrap();
        plugin.shutdown().unwrap();
        assert_eq!(table.put(b"k", b"v", 0).unwrap_err().kind(), ErrorKind::ShutDown, "{flag}");
        let asked: &[&str] = if asked { &["opentable"] } else { &[] };
        assert_eq!(recorder.take(), [asked, &["put", "shutdown"]].concat(), "{flag}");
    }
}

#[test]
fn a_reader_keeps_exclusive_calls_waiting_and_a_table_handle_does_not() {
    for (language, recorder, plugin) in both("{}") {
        let (storage, mut index) = (plugin.storage().unwrap(), plugin.index().unwrap());
        let _table = storage.open_table(1).unwrap();
        index.insert(b"key", 1).unwrap_or_else(|error| panic!("{language}: beside a table handle: {error}"));
        let reader = storage.reader().unwrap();
        assert_eq!(index.insert(b"key", 1).unwrap_err().kind(), ErrorKind::Busy, "{language}");
        assert_eq!(plugin.shutdown().unwrap_err().kind(), ErrorKind::Busy, "{language}");
        assert!(!recorder.messages().contains(&"shutdown".to_owned()), "{language}: shut down beside a reader");
        drop(reader);
        plugin.shutdown().expect("nothing is left to wait for");
    }
}

#[test]
fn a_drop_that_meets_the_shutdown_closes_once() {
    for _ in 0..20 {
        for (language, recorder, plugin) in both("{}") {
            let storage = plugin.storage().unwrap();
            let tables: Vec<_> = (0..20).map(|table| storage.open_table(table).unwrap()).collect();
            thread::scope(|scope| {
                scope.spawn(|| drop(tables));
                scope.spawn(|| plugin.shutdown().expect("shutdown"));
            });
            let steps = recorder.take();
            let closed = steps.iter().filter(|step| *step == "closetable").count();
            assert_eq!((closed, steps.last().map(String::as_str)), (20, Some("shutdown")), "{language}: {steps:?}");
        }
    }
}

/// A storage that is linked in and notes how its handles end.
#[derive(Clone, Default)]
struct Linked(Arc<Mutex<Vec<&'static str>>>);

impl Linked {
    fn note(&self, step: &'static str) {
        self.0.lock().expect("no panic under it").push(step);
    }
}

struct LinkedTable(Linked);

impl Drop for LinkedTable {
    fn drop(&mut self) {
        self.0.note("closetable");
    }
}

impl StorageTable for LinkedTable {
    fn get_into(&self, key: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        assert_ne!(key, b"panic");
        Ok(false)
    }

    fn put(&self, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        Ok(())
    }
}

#[rustfmt::skip]
impl StorageExtension for Linked {
    fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> { Ok(false) }
    fn put(&self, _: TableId, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> { Ok(()) }
    fn delete(&self, _: TableId, _: &[u8], _: TransactionId) -> Result<()> { Ok(()) }
    fn scan_into(&self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> { Ok(()) }
    fn flush(&self) -> Result<()> { Ok(()) }
    fn open_table(&self, _: TableId) -> Result<Box<dyn StorageTable>> { Ok(Box::new(LinkedTable(self.clone()))) }
}

impl Extension for Linked {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("linked", "1.0.0")
    }

    fn shutdown(&mut self) -> Result<()> {
        self.note("shutdown");
        Ok(())
    }
}

#[test]
fn handles_of_a_storage_that_is_linked_in_end_alike() {
    let linked = Linked::default();
    let mut storage = Storage::new(linked.clone()).unwrap();
    let (one, other) = (storage.open_table(1).unwrap(), storage.open_table(2).unwrap());
    drop(one);
    storage.shutdown().unwrap();
    drop(other);
    assert_eq!(*linked.0.lock().unwrap(), ["closetable", "closetable", "shutdown"]);

    let linked = Linked::default();
    let storage = Storage::new(linked.clone()).unwrap();
    let table = storage.open_table(1).unwrap();
    assert_eq!(table.get(b"panic").unwrap_err().kind(), ErrorKind::Panicked);
    drop(table);
    assert_eq!(*linked.0.lock().unwrap(), [""; 0], "nothing is closed after a panic");
}
