//! Tests of what a directory holds after a power loss.

use super::{after_power_loss, Entry, Name, Op};
use crate::crash::linux::content::{Change, Rule};
use crate::frame::random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn create(path: &str, file: usize) -> Op {
    Op::Name(Name::Create { path: path.into(), file })
}

fn rename(from: &str, to: &str) -> Op {
    Op::Name(Name::Rename { from: from.into(), to: to.into() })
}

fn write(file: usize, data: &[u8]) -> Op {
    Op::Change { file, change: Change::Write { at: 0, data: data.to_vec() } }
}

fn sync_directory() -> Op {
    Op::SyncDirectory { path: PathBuf::new() }
}

/// What may be at each of two names.
fn states(ops: &[Op], rule: Rule) -> BTreeSet<String> {
    let state = |seed| {
        let entries: BTreeMap<_, _> = after_power_loss(ops, rule, &mut Random::new(seed));
        let entries = entries.into_iter().map(|(path, entry)| match entry {
            Entry::Directory => format!("{}/", path.display()),
            Entry::File(content) => format!("{}={}", path.display(), String::from_utf8_lossy(&content)),
        });
        entries.collect::<Vec<_>>().join(" ")
    };
    (0..500).map(state).collect()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn what_is_not_synced_may_be_there_or_not() {
    let ops = [create("a", 0), write(0, b"x")];
    assert_eq!(states(&ops, Rule::Journal), set(&["", "a=", "a=x"]));
    assert_eq!(states(&ops, Rule::Strict), set(&["", "a=", "a=x", "a=\0"]));
}

#[test]
fn a_sync_keeps_the_bytes_and_in_a_journal_the_name() {
    let ops = [create("a", 0), write(0, b"x"), Op::Sync { file: 0 }];
    assert_eq!(states(&ops, Rule::Journal), set(&["a=x"]));
    assert_eq!(states(&ops, Rule::Strict), set(&["", "a=x"]));
    let ops = [&ops[..], &[sync_directory()]].concat();
    assert_eq!(states(&ops, Rule::Strict), set(&["a=x"]));
}

#[test]
fn a_rename_of_what_is_not_synced_may_come_before_its_bytes() {
    let begin = [create("a", 0), write(0, b"old"), Op::Sync { file: 0 }, sync_directory()];
    let ops = [&begin[..], &[create("b", 1), write(1, b"new"), rename("b", "a"), sync_directory()]].concat();
    assert!(states(&ops, Rule::Journal).contains("a="), "an empty file in place of the old one");
    let synced = [&begin[..], &[create("b", 1), write(1, b"new"), Op::Sync { file: 1 }, rename("b", "a")]].concat();
    assert_eq!(states(&synced, Rule::Journal), set(&["a=new", "a=old b=new"]));
    let ops = [&synced[..], &[sync_directory()]].concat();
    assert_eq!(states(&ops, Rule::Journal), set(&["a=new"]));
}

#[test]
fn names_come_in_order_or_not() {
    let ops = [create("a", 0), create("b", 1)];
    assert_eq!(states(&ops, Rule::Journal), set(&["", "a=", "a= b="]));
    assert_eq!(states(&ops, Rule::Strict), set(&["", "a=", "b=", "a= b="]));
}

#[test]
fn a_directory_is_needed_by_what_is_in_it() {
    let ops = [Op::Name(Name::MakeDirectory { path: "d".into() }), create("d/a", 0), rename("d", "e")];
    assert_eq!(states(&ops, Rule::Journal), set(&["", "d/", "d/ d/a=", "e/ e/a="]));
    assert!(states(&ops, Rule::Strict)
        .iter()
        .all(|state| state.starts_with("d/") || state.starts_with("e/") || state.is_empty()));
}

#[test]
fn a_directory_is_synced_with_what_it_had_under_another_name() {
    let ops = [
        Op::Name(Name::MakeDirectory { path: "d".into() }),
        create("d/a", 0),
        rename("d", "e"),
        Op::SyncDirectory { path: "e".into() },
    ];
    assert_eq!(states(&ops, Rule::Journal), set(&["e/ e/a="]));
    // By POSIX its own name is that of the directory above it.
    let strict = states(&[&ops[..], &[sync_directory()]].concat(), Rule::Strict);
    assert_eq!(strict, set(&["e/ e/a="]));
    assert!(states(&ops, Rule::Strict).contains("d/ d/a="), "a name that nothing synced is certain");
}

#[test]
fn what_the_kernel_lost_does_not_come_with_a_later_sync() {
    let ops = [create("a", 0), write(0, b"x"), Op::Lost { file: 0 }, Op::Sync { file: 0 }];
    assert_eq!(states(&ops, Rule::Journal), set(&["a="]));
}

#[test]
fn a_link_is_the_same_file() {
    let ops = [create("a", 0), write(0, b"x"), Op::Name(Name::Link { path: "b".into(), file: 0 }), sync_directory()];
    assert_eq!(states(&ops, Rule::Journal), set(&["a= b=", "a=x b=x"]));
}
