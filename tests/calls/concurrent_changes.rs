//! An index is changed alone, unless it describes that it takes changes beside other calls.

use sochdb_plugin_host::sdk::{
    extension_info, ColumnId, ErrorKind, Extension, ExtensionInfo, IndexChange, IndexExtension, IndexProperties,
    Result, RowId, TableId,
};
use sochdb_plugin_host::Index;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::Barrier;
use std::thread;
use support::plugins::load_c;

fn index(flags: &[&str]) -> Index {
    load_c("changes_beside", flags).instance("{}").expect("an instance").index().expect("an index")
}

/// The most calls that were inside at once while several threads did this.
fn most(index: &Index, call: impl Fn(&mut Index) + Sync) -> u64 {
    index.size_bytes().expect("it counts from here");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| call(&mut index.clone())));
        }
    });
    index.size_bytes().expect("the most")
}

fn insert(index: &mut Index) {
    index.insert(b"key", 1).expect("it is added");
}

fn delete(index: &mut Index) {
    index.delete(b"key", 1).expect("it is removed");
}

fn change_and_look(index: &mut Index) {
    insert(index);
    delete(index);
    index.lookup(b"key").expect("it is found");
}

#[test]
fn an_index_that_does_not_say_so_is_changed_alone() {
    let index = index(&[]);
    assert!(!index.describe().concurrent_changes);
    assert_eq!(most(&index, insert), 1);
    assert_eq!(most(&index, delete), 1);
}

#[test]
fn changes_run_beside_other_calls_where_the_index_says_so() {
    let index = index(&["-DCONCURRENT"]);
    assert!(index.describe().concurrent_changes);
    for changes in [insert, delete, change_and_look] {
        let most = most(&index, changes);
        assert!((2..=4).contains(&most), "{most} calls at once");
    }
}

#[test]
fn a_build_is_alone_all_the_same() {
    let index = index(&["-DCONCURRENT"]);
    assert_eq!(most(&index, |index| index.build(1, 2, &[]).expect("it builds")), 1);
}

#[test]
fn one_handle_makes_changes_for_many_threads() {
    for (flags, alone) in [(&[][..], true), (&["-DCONCURRENT"], false)] {
        let index = index(flags);
        index.size_bytes().expect("it counts from here");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    index.insert_concurrently(b"key", 1)?;
                    index.delete_concurrently(b"key", 1)?;
                    index.change_batch_concurrently(&[IndexChange::Insert { key: b"key", row: 1 }])
                });
            }
        });
        assert_eq!(index.size_bytes().expect("the most") == 1, alone, "{flags:?}");
    }
}

/// It says that changes run beside each other as long as nobody asks twice, and its changes come in twos.
struct Wavering {
    asked: AtomicBool,
    both: Barrier,
}

impl Extension for Wavering {
    fn info(&self) -> ExtensionInfo {
        extension_info!("wavering")
    }
}

impl IndexExtension for Wavering {
    fn index_type(&self) -> &str {
        "wavering"
    }
    fn describe(&self) -> IndexProperties {
        match self.asked.swap(true, SeqCst) {
            false => IndexProperties::new().with_concurrent_changes(),
            true => IndexProperties::new(),
        }
    }
    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        Ok(())
    }
    fn insert_concurrently(&self, _: &[u8], _: RowId) -> Result<()> {
        self.both.wait();
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(u64::from(self.describe().concurrent_changes))
    }
}

/// An extension in safe Rust cannot get itself for its own while others use it, whatever it says later.
#[test]
fn what_was_described_stays() {
    let index = Index::new(Wavering { asked: false.into(), both: Barrier::new(2) }).expect("it starts");
    assert_eq!(index.size_bytes().expect("its answer by now"), 0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| index.clone().insert(b"key", 1).expect("they meet"));
        }
    });
    let unsupported = index.clone().delete(b"key", 1).expect_err("it has no such function");
    assert_eq!(unsupported.kind(), ErrorKind::Unsupported, "{unsupported}");
}
