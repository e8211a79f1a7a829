//! Changes of an index at once, what a flush makes of them, and the end of all.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, IndexProperties};
use sochdb_plugin_host::{CallOptions, CancelToken, Index, InstanceOptions, LoadError};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;
use support::plugins::load_c;
use support::PrivateDir;

/// What was called, in order.
type Calls = Arc<Mutex<Vec<String>>>;

/// An index that writes down what is called. It waits in a flush for a search if there is to be one.
#[derive(Clone, Default)]
struct Noting {
    calls: Calls,
    beside: Option<Arc<Barrier>>,
    ends: Option<ErrorKind>,
    ended: Arc<AtomicBool>,
}

impl Noting {
    fn note(&self, call: impl Into<String>) {
        assert!(!self.ended.load(SeqCst), "a call after `drop_index`");
        self.calls.lock().expect("no panic").push(call.into());
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().expect("no panic"))
    }
}

impl Extension for Noting {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("noting", "1.0.0")
    }
}

impl IndexExtension for Noting {
    fn index_type(&self) -> &str {
        "noting"
    }
    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_max_key(4)
    }
    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        Ok(())
    }
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.note(format!("insert {row} {}", key.len()));
        match row {
            9 => Err(Error::invalid("9")),
            _ => Ok(()),
        }
    }
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.note(format!("delete {row} {}", key.len()));
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        self.note("size_bytes");
        Ok(0)
    }
    fn nearest_into(&self, _: &[u8], _: usize, _: &mut Neighbors<'_>) -> Result<()> {
        self.beside.iter().for_each(|beside| _ = beside.wait());
        Ok(())
    }
    fn flush(&self, watermark: u64) -> Result<()> {
        self.beside.iter().for_each(|beside| _ = beside.wait());
        Call::current(|call| self.note(format!("flush {watermark}, limited: {}", call.remaining().is_some())));
        Ok(())
    }
    fn drop_index(&mut self) -> Result<()> {
        if let Some(kind) = self.ends {
            self.ended.store(kind != ErrorKind::Unsupported, SeqCst);
            return Err(Error::new(kind, "on purpose"));
        }
        self.ended.store(true, SeqCst);
        Ok(())
    }
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn changes_come_in_their_order_and_end_with_the_one_that_fails() {
    let noting = Noting::default();
    let mut index = Index::new(noting.clone()).expect("an index");
    let insert = |row| IndexChange::Insert { key: b"abc", row };
    let changes = [insert(1), IndexChange::Delete { key: b"", row: 1 }, insert(2), insert(1)];
    index.change_batch(&changes).expect("they are made");
    assert_eq!(noting.calls(), ["insert 1 3", "delete 1 0", "insert 2 3", "insert 1 3"]);
    assert_eq!(kind(index.change_batch(&[insert(1), insert(9), insert(2)])), Some(ErrorKind::Invalid));
    assert_eq!(noting.calls(), ["insert 1 3", "insert 9 3"]);
}

#[test]
fn a_batch_with_a_key_that_is_too_long_does_not_reach_the_plugin() {
    let noting = Noting::default();
    let mut index = Index::new(noting.clone()).expect("an index");
    let long = [IndexChange::Insert { key: b"abc", row: 1 }, IndexChange::Delete { key: b"abcde", row: 2 }];
    let error = index.change_batch(&long).expect_err("a key of 5 bytes");
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(error.message().contains("the key has 5 bytes; at most 4 are taken"), "{error}");
    assert_eq!(noting.calls(), [""; 0]);
}

#[test]
fn without_the_slot_each_change_is_a_call_of_its_own() {
    let library = load_c("nearest_alone", &[]);
    let mut index = library.instance("{}").expect("an instance").index().expect("an index");
    let vectors: Vec<Vec<u8>> = (0..3_u8).map(|at| [f32::from(at); 16].map(f32::to_ne_bytes).concat()).collect();
    let changes: Vec<IndexChange<'_>> =
        vectors.iter().zip(0..).map(|(key, row)| IndexChange::Insert { key, row }).collect();
    index.change_batch(&changes).expect("they are made");
    index.change_batch(&[IndexChange::Delete { key: &vectors[0], row: 0 }]).expect("it is made");
    let found: Vec<RowId> = index.nearest(&vectors[0], 9).expect("found").into_iter().map(|(row, _)| row).collect();
    assert_eq!(found, [1, 2]);
    assert_eq!(
        kind(index.change_batch(&[changes[0], IndexChange::Insert { key: b"x", row: 7 }])),
        Some(ErrorKind::Invalid)
    );
    assert_eq!(index.nearest(&vectors[0], 9).expect("found").len(), 3, "what came before the failure is made");
}

#[test]
fn a_search_runs_beside_a_flush() {
    let noting = Noting { beside: Some(Arc::new(Barrier::new(2))), ..Noting::default() };
    let index = Index::new(noting.clone()).expect("an index");
    thread::scope(|scope| {
        scope.spawn(|| index.flush(7).expect("it is flushed"));
        index.nearest(b"k", 1).expect("it does not wait for the flush");
    });
    assert_eq!(noting.calls(), ["flush 7, limited: false"]);
}

#[test]
fn a_flush_has_the_limits_of_its_caller() {
    let noting = Noting::default();
    let index = Index::new(noting.clone()).expect("an index");
    let minute = CallOptions::new().with_timeout(Duration::from_secs(60));
    minute.run(|| index.flush(u64::MAX)).expect("it is flushed");
    assert_eq!(noting.calls(), [format!("flush {}, limited: true", u64::MAX)]);
    let cancel = CancelToken::new();
    cancel.cancel();
    let cancelled = CallOptions::new().with_cancel(&cancel);
    assert_eq!(kind(cancelled.run(|| index.flush(1))), Some(ErrorKind::Cancelled));
    let mut dropped = index.clone();
    assert_eq!(kind(cancelled.run(|| dropped.drop_index())), Some(ErrorKind::Cancelled));
    assert_eq!(noting.calls(), [""; 0], "a cancelled call reached the plugin");
    index.size_bytes().expect("and it goes on");
}

#[test]
fn nothing_is_called_after_a_drop_whatever_it_returned() {
    for ends in [None, Some(ErrorKind::Io)] {
        let noting = Noting { ends, ..Noting::default() };
        let index = Index::new(noting.clone()).expect("an index");
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| while index.size_bytes().is_ok() {});
            }
            thread::sleep(Duration::from_millis(20));
            assert_eq!(kind(index.clone().drop_index()), ends);
        });
        assert_eq!(kind(index.size_bytes()), Some(ErrorKind::ShutDown));
        assert_eq!(kind(index.clone().drop_index()), Some(ErrorKind::ShutDown));
        assert!(!index.is_poisoned(), "the extension saw a call after it");
    }
}

#[test]
fn a_drop_that_is_unsupported_changes_nothing() {
    let noting = Noting { ends: Some(ErrorKind::Unsupported), ..Noting::default() };
    let mut index = Index::new(noting).expect("an index");
    assert_eq!(kind(index.drop_index()), Some(ErrorKind::Unsupported));
    index.insert(b"k", 1).expect("it goes on");
    let library = load_c("nearest_alone", &[]);
    let mut index = library.instance("{}").expect("an instance").index().expect("an index");
    assert_eq!(kind(index.drop_index()), Some(ErrorKind::Unsupported));
    index.size_bytes().expect("it goes on");
}

fn texts(flags: &[&str], directory: &PrivateDir) -> Result<Index, LoadError> {
    let options = InstanceOptions::new().data_dir(directory.join("data"));
    Ok(load_c("texts_in_a_file", flags).instance_with("{}", &options)?.index().expect("an index"))
}

fn found(index: &Index) -> Vec<RowId> {
    let mut rows: Vec<RowId> = index.nearest(b"fox", 9).expect("found").into_iter().map(|(row, _)| row).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn a_loaded_index_shows_and_keeps_what_was_flushed() {
    let directory = PrivateDir::new("a_loaded_index_shows_and_keeps_what_was_flushed");
    let mut index = texts(&[], &directory).expect("an instance");
    assert!(index.describe().visible_after_flush);
    assert_eq!(index.flushed().expect("it says"), 0);
    index.insert(b"quick fox", 1).expect("it is added");
    assert_eq!(found(&index), [0; 0]);
    index.flush(5).expect("it is flushed");
    index.insert(b"lazy fox", 2).expect("it is added");
    assert_eq!((found(&index), index.flushed().expect("it says")), (vec![1], 5));
    drop(index);
    let mut index = texts(&[], &directory).expect("another instance");
    assert_eq!((found(&index), index.flushed().expect("it says")), (vec![1], 5));
    index.drop_index().expect("it is dropped");
    drop(index);
    let index = texts(&[], &directory).expect("another instance");
    assert_eq!((found(&index), index.flushed().expect("it says")), (vec![], 0));
}

#[test]
fn an_index_that_shows_changes_after_a_flush_and_has_none_is_refused() {
    let directory = PrivateDir::new("an_index_that_shows_changes_after_a_flush_and_has_none_is_refused");
    let error = texts(&["-DNO_FLUSH"], &directory).expect_err("nobody could see a change");
    assert!(error.to_string().contains("seen after a flush, and the group `flush` is not there"), "{error}");
}
