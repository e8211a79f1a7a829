//! Transactions as the host keeps them: who waits for them, what ends them, and what is refused meanwhile.

use sochdb_plugin_host::sdk::{Error, ErrorKind, StorageExtension, StorageTransaction, TransactionOptions, VecWriter};
use sochdb_plugin_host::{DynamicPluginLoader, PluginInstance, Transaction};
use std::time::Duration;
use support::in_c;
use support::plugins::{in_rust, load_c, Private, Recorder};
use tempfile::TempDir;

/// An instance of `storage_lmdb` in a directory of its own, of `storage_memory` if it is none.
fn storages() -> [(Option<TempDir>, PluginInstance); 2] {
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(Duration::from_millis(100));
    let directory = tempfile::tempdir().expect("a directory for the database");
    let lmdb = Private::copy(&in_c!("storage_lmdb")).load_by(&loader).expect("storage_lmdb loads");
    let lmdb = lmdb.instance(&format!(r#"{{"path": {:?}, "sync": "flush"}}"#, directory.path())).expect("a database");
    let memory = Private::copy(&in_rust("storage_memory")).load_by(&loader).expect("storage_memory loads");
    [(Some(directory), lmdb), (None, memory.instance("{}").expect("a storage"))]
}

fn begin(plugin: &PluginInstance) -> Transaction {
    plugin.storage().expect("a storage").begin(&TransactionOptions::new()).expect("a transaction")
}

#[test]
fn a_shutdown_waits_for_an_open_one_and_may_be_tried_again() {
    for (_directory, plugin) in storages() {
        let storage = plugin.storage().unwrap();
        let mut open = begin(&plugin);
        open.put(1, b"key", b"value").unwrap();
        let error = plugin.shutdown().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert_eq!(storage.begin(&TransactionOptions::new()).unwrap_err().kind(), ErrorKind::ShutDown);
        assert_eq!(open.get(1, b"key").unwrap().as_deref(), Some(&b"value"[..]), "the one under way goes on");
        open.put(1, b"other", b"value").unwrap();
        open.commit().unwrap();
        plugin.shutdown().unwrap();
    }
}

#[test]
fn an_open_one_keeps_its_storage_and_its_end_is_an_abort() {
    for (directory, plugin) in storages() {
        let mut open = begin(&plugin);
        open.put(1, b"key", b"value").unwrap();
        drop(plugin);
        assert_eq!(open.get(1, b"key").unwrap().as_deref(), Some(&b"value"[..]));
        // The last handle of the instance: it shuts down behind the abort.
        std::thread::spawn(move || drop(open)).join().expect("no panic");
        let Some(directory) = directory else { continue };
        let library = Private::copy(&in_c!("storage_lmdb")).load_by(&DynamicPluginLoader::new_trusted());
        let config = format!(r#"{{"path": {:?}}}"#, directory.path());
        let again = library.expect("storage_lmdb loads").instance(&config).expect("the database is free again");
        assert_eq!(again.storage().unwrap().get(1, b"key").unwrap(), None, "nothing stays of it");
    }
}

#[test]
fn a_rollback_without_a_savepoint_reaches_no_storage() {
    for (_directory, plugin) in storages() {
        let mut open = begin(&plugin);
        let refused = |open: &mut Transaction| {
            let error = open.rollback_to_savepoint().expect_err("no savepoint is set");
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.message().contains("no savepoint is set"), "{error}");
        };
        refused(&mut open);
        open.put(1, b"key", b"value").unwrap();
        open.set_savepoint().unwrap();
        // The trait's do the same.
        StorageTransaction::set_savepoint(&mut open).unwrap();
        open.put(1, b"other", b"value").unwrap();
        open.rollback_to_savepoint().unwrap();
        StorageTransaction::rollback_to_savepoint(&mut open).unwrap();
        refused(&mut open);
        open.commit().unwrap();
        assert_eq!(plugin.storage().unwrap().scan(1, b"", b"", 9).unwrap(), [(b"key".to_vec(), b"value".to_vec())]);
    }
}

#[test]
fn calls_of_the_trait_do_what_calls_of_the_handle_do() {
    for (_directory, plugin) in storages() {
        let storage = plugin.storage().unwrap();
        let options = TransactionOptions::new().durable();
        let mut open: Box<dyn StorageTransaction + '_> = StorageExtension::begin(&storage, &options).unwrap();
        open.put(1, b"a", b"1").unwrap();
        open.put(1, b"b", b"2").unwrap();
        open.delete(1, b"a").unwrap();
        let mut value = b"before".to_vec();
        assert!(open.get_into(1, b"b", &mut VecWriter::new(&mut value, 10).writer()).unwrap());
        assert_eq!(value, b"before2");
        let error = open.get_into(1, b"b", &mut VecWriter::new(&mut Vec::new(), 0).writer()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert_eq!(open.scan(1, b"", b"", 9).unwrap(), [(b"b".to_vec(), b"2".to_vec())]);
        open.commit().unwrap();
        assert_eq!(storage.scan(1, b"", b"", 9).unwrap(), [(b"b".to_vec(), b"2".to_vec())]);
    }
}

#[test]
fn a_second_writer_where_one_is_possible_is_busy_in_the_time_that_it_asked_for() {
    let [(_directory, plugin), _] = storages();
    let storage = plugin.storage().unwrap();
    let open = begin(&plugin);
    for wait in [0, 1, 50] {
        let options = TransactionOptions::new().with_wait(Duration::from_millis(wait));
        let asked = std::time::Instant::now();
        let error = storage.begin(&options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(asked.elapsed() >= Duration::from_millis(wait), "it did not wait {wait} ms");
    }
    let waits = TransactionOptions::new().with_wait(Duration::MAX);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| storage.begin(&waits).map(Transaction::abort));
        std::thread::sleep(Duration::from_millis(20));
        drop(open);
        other.join().expect("no panic").expect("it waited for the other one's end");
    });
}

#[test]
fn a_panic_in_one_ends_the_instance_and_nothing_is_called_any_more() {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads");
    type Use = fn(Transaction) -> Result<(), Error>;
    let uses: [(&str, Use); 6] = [
        ("txnget", |open| open.get(1, b"k").map(drop)),
        ("txnput", |mut open| open.put(1, b"k", b"v")),
        ("txnremove", |mut open| open.delete(1, b"k")),
        ("txnscan", |mut open| open.scan(1, b"", b"", 1).map(drop)),
        ("commit", Transaction::commit),
        ("endtransaction", |open| {
            open.abort();
            Ok(())
        }),
    ];
    for (place, used) in uses {
        let plugin = library.instance(place).expect("an instance");
        let (open, other) = (begin(&plugin), begin(&plugin));
        let result = used(open);
        if place == "endtransaction" {
            // It has no status to say it with.
            result.expect("an abort has no answer");
            continue;
        }
        assert_eq!(result.expect_err(place).kind(), ErrorKind::Panicked, "{place}");
        assert!(plugin.is_poisoned(), "{place}");
        recorder.take();
        assert_eq!(other.get(1, b"k").expect_err(place).kind(), ErrorKind::Panicked);
        assert_eq!(other.commit().expect_err(place).kind(), ErrorKind::Panicked);
        let error = plugin.storage().unwrap().begin(&TransactionOptions::new()).expect_err(place);
        assert_eq!(error.kind(), ErrorKind::Panicked);
        assert_eq!(recorder.messages(), [""; 0], "{place}: the plugin was reached after its panic");
    }
}

#[test]
fn a_storage_without_transactions_says_so() {
    let library = load_c("logs_its_life", &[]);
    let storage = library.instance("a").unwrap().storage().unwrap();
    assert_eq!(storage.begin(&TransactionOptions::new()).unwrap_err().kind(), ErrorKind::Unsupported);
}
