//! An index is changed alone, unless it describes that it takes changes beside other calls.

use sochdb_plugin_host::sdk::IndexExtension;
use sochdb_plugin_host::Index;
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
