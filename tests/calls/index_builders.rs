//! Builds by parts: who ends a builder and when, what is refused, and builders that break their promises: the suite finds
//! each of them out.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, IndexBuilder as Builder, IndexProperties};
use sochdb_plugin_host::{CallOptions, CancelToken, DynamicPluginLoader, Index};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread;
use support::plugins::Private;

type Rows = BTreeSet<(Vec<u8>, RowId)>;

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    None,
    /// What is added is seen at once.
    Leaks,
    /// What is finished is added to what was there.
    Merges,
    /// Only the last part is there in the end.
    Forgets,
    /// What is dropped is finished.
    Keeps,
}

/// An index that writes down what is called.
struct Parts {
    lie: Lie,
    rows: Arc<Mutex<Rows>>,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

/// What was added, and what the index shows.
struct Part {
    lie: Lie,
    rows: Rows,
    shown: Arc<Mutex<Rows>>,
    calls: Arc<Mutex<Vec<&'static str>>>,
    finished: bool,
}

impl Parts {
    fn new(lie: Lie) -> Self {
        Self { lie, rows: Arc::default(), calls: Arc::default() }
    }

    fn note(&self, call: &'static str) {
        self.calls.lock().expect("no panic").push(call);
    }
}

impl Extension for Parts {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("parts", "1.0.0")
    }
    fn shutdown(&mut self) -> Result<()> {
        self.note("shutdown");
        Ok(())
    }
}

impl Builder for Part {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        Call::current(|call| call.go_on())?;
        if self.lie == Lie::Forgets {
            self.rows.clear();
        }
        for (row, key) in entries {
            match key.len() {
                8 => self.rows.insert((key.to_vec(), *row)),
                _ => return Err(Error::invalid("a key has 8 bytes")),
            };
        }
        if self.lie == Lie::Leaks {
            self.shown.lock().expect("no panic").extend(self.rows.iter().cloned());
        }
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.calls.lock().expect("no panic").push(if self.finished { "finished" } else { "abandoned" });
        if self.lie == Lie::Keeps && !self.finished {
            *self.shown.lock().expect("no panic") = std::mem::take(&mut self.rows);
        }
    }
}

impl IndexExtension for Parts {
    fn index_type(&self) -> &str {
        "parts"
    }
    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_vectors(sochdb_plugin_host::sdk::KeyElement::F32, 2)
    }
    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        *self.rows.lock().expect("no panic") = entries.iter().map(|(row, key)| (key.to_vec(), *row)).collect();
        Ok(())
    }
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.rows.lock().expect("no panic").insert((key.to_vec(), row));
        Ok(())
    }
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.rows.lock().expect("no panic").remove(&(key.to_vec(), row));
        Ok(())
    }
    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        let all = self.rows.lock().expect("no panic");
        all.range((key.to_vec(), 0)..=(key.to_vec(), u64::MAX)).for_each(|(_, row)| rows.push(*row));
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(0)
    }
    fn begin_build(&self, table: TableId, column: ColumnId) -> Result<Box<dyn Builder>> {
        match (table, column) {
            (9, _) => Err(Error::new(ErrorKind::Busy, "another one is open")),
            (8, _) => Err(Error::unsupported("table 8 by parts")),
            _ => {
                let (shown, calls) = (self.rows.clone(), self.calls.clone());
                Ok(Box::new(Part { lie: self.lie, rows: Rows::new(), shown, calls, finished: false }))
            }
        }
    }
    fn finish_build(&mut self, builder: Box<dyn Builder>) -> Result<()> {
        Call::current(|call| call.go_on())?;
        let mut built = builder.downcast::<Part>()?;
        let mut rows = self.rows.lock().expect("no panic");
        if self.lie != Lie::Merges {
            rows.clear();
        }
        rows.append(&mut built.rows);
        built.finished = true;
        Ok(())
    }
}

/// An index, and what is called in it.
fn noting() -> (Index, impl Fn() -> Vec<&'static str>) {
    let parts = Parts::new(Lie::None);
    let calls = parts.calls.clone();
    (Index::new(parts).expect("it starts"), move || std::mem::take(&mut *calls.lock().expect("no panic")))
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

const KEY: [u8; 8] = [7; 8];

#[test]
fn a_builder_ends_once() {
    let (index, calls) = noting();
    let begin = || {
        let mut builder = index.begin_build(1, 2).expect("it begins");
        builder.add(&[(7, &KEY)]).expect("it is added");
        builder
    };
    begin().finish().expect("it is finished");
    assert_eq!(calls(), ["finished"]);
    begin().abandon();
    drop(begin());
    assert_eq!(calls(), ["abandoned", "abandoned"]);
    let cancel = CancelToken::new();
    cancel.cancel();
    let limited = CallOptions::new().with_cancel(&cancel);
    let builder = begin();
    assert_eq!(kind(limited.run(|| builder.finish())), Some(ErrorKind::Cancelled));
    assert_eq!((calls(), index.lookup(&KEY)), (vec!["abandoned"], Ok(vec![7])));
    let (one, other) = (begin(), begin());
    other.finish().expect("it is finished beside another one");
    assert_eq!(calls(), ["finished"]);
    thread::spawn(move || one.finish()).join().expect("no panic").expect("it is finished on another thread");
    assert_eq!(calls(), ["finished"]);
}

#[test]
fn a_shutdown_ends_open_ones_first_and_later_drops_do_nothing() {
    let (mut index, calls) = noting();
    let (mut one, other) = (index.begin_build(1, 2).expect("one"), index.begin_build(1, 2).expect("another"));
    let kept = index.begin_build(8, 2).expect("one that the host keeps");
    index.shutdown().expect("open builders keep nothing waiting");
    assert_eq!(calls(), ["abandoned", "abandoned", "shutdown"]);
    assert_eq!(kind(one.add(&[(7, &KEY)])), Some(ErrorKind::ShutDown));
    assert_eq!(kind(index.begin_build(1, 2)), Some(ErrorKind::ShutDown));
    for builder in [one, kept] {
        assert_eq!(kind(builder.finish()), Some(ErrorKind::ShutDown));
    }
    drop(other);
    assert_eq!(calls(), [""; 0]);
}

#[test]
fn what_is_refused_says_so() {
    let (index, calls) = noting();
    assert_eq!(kind(index.begin_build(9, 2)), Some(ErrorKind::Busy));
    for table in [1, 8] {
        let mut builder = index.begin_build(table, 2).expect("it begins");
        let error = builder.add(&[(7, &KEY), (8, b"short")]).expect_err("a key of 5 bytes");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.message().contains("the vector has 5 bytes; this index takes 8"), "{error}");
        builder.finish().expect("it is finished without");
        assert_eq!(index.lookup(&KEY), Ok(vec![]));
    }
    let (mut other, _) = noting();
    let foreign = IndexExtension::begin_build(&index, 1, 2).expect("it begins");
    let error = other.finish_build(foreign).expect_err("it is another index's");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert_eq!(calls(), ["finished", "abandoned"]);
}

/// Of an index without builders the host keeps entries, each once, and no more than its limit allows.
#[test]
fn without_the_slots_all_entries_come_in_one_build() {
    let key = [1.0_f32; 16].map(f32::to_ne_bytes).concat();
    let loader = DynamicPluginLoader::new_trusted().output_limit(1000);
    let library = Private::compile("nearest_alone", &[]).load_by(&loader).expect("it loads");
    let index = library.instance("{}").expect("an instance").index().expect("an index");
    let mut builder = index.begin_build(1, 2).expect("the host keeps the entries");
    for row in [3, 1, 3, 2] {
        builder.add(&[(row, &key)]).expect("it fits");
    }
    let cancel = CancelToken::new();
    cancel.cancel();
    let limited = CallOptions::new().with_cancel(&cancel);
    assert_eq!(kind(limited.run(|| builder.add(&[]))), Some(ErrorKind::Cancelled));
    assert_eq!(index.nearest(&key, 9).expect("it searches"), []);
    let many = [(9, &key[..]); 9];
    let error = builder.add(&many).expect_err("it is too much");
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(error.message().contains("at most 1000 bytes"), "{error}");
    builder.finish().expect("what fits is built");
    let mut rows: Vec<RowId> = index.nearest(&key, 9).expect("it searches").into_iter().map(|(row, _)| row).collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3]);
}

/// The tests of builders that fail with a lie.
fn failures(lie: Lie) -> Vec<&'static str> {
    let make = move |_: &str| Ok(Index::new(Parts::new(lie))?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("index_builder::"));
    let failed = tests.filter(|test| test.failure(&subject).is_some());
    failed.map(|test| test.name.trim_start_matches("index_builder::")).collect()
}

#[test]
fn each_lie_is_found_out_by_the_test_that_is_for_it() {
    assert_eq!(failures(Lie::None), [""; 0]);
    for (lie, test) in [
        (Lie::Leaks, "nobody_sees_what_is_not_finished"),
        (Lie::Leaks, "searches_run_beside_one"),
        (Lie::Merges, "what_changed_meanwhile_is_replaced"),
        (Lie::Forgets, "nobody_sees_what_is_not_finished"),
        (Lie::Keeps, "an_abandoned_one_changes_nothing"),
    ] {
        let failed = failures(lie);
        assert!(failed.contains(&test), "{test} finds nothing; {failed:?} do");
    }
}
