//! Names of sequences, how they are made shorter, and what the model of a storage expects.

use super::bytes::{in_c, in_rust, noise, pattern, same, simpler};
use super::case::FuzzCase;
use super::edit::Edit;
use super::expected::Answer;
use super::operation::Operation;
use super::shrink;
use super::storage::operation::{By, StorageOperation};
use crate::frame::kind::Kind;
use crate::frame::random::Random;
use sochdb_plugin_host::sdk::ErrorKind;

fn drawn(seed: u64) -> Vec<StorageOperation> {
    let (mut random, mut before) = (Random::new(seed), Default::default());
    (0..120).map(|_| StorageOperation::draw(&mut random, &mut before)).collect()
}

#[test]
fn a_name_names_one_sequence() {
    let case: FuzzCase = "storage/7/-3.90/-1.2/b0.1/o1.0".parse().expect("a name");
    assert_eq!(case.to_string(), "storage/7/-3.90/-1.2/b0.1/o1.0");
    assert_eq!((case.kind(), case.seed(), case.operations_left()), (Kind::Storage, 7, 120 - 87 - 1));
    for wrong in [
        "",
        "storage",
        "storage/x",
        "cache/1",
        "storage/1/x",
        "storage/1/-1",
        "storage/1/-1.x",
        "storage/1/\u{1F980}1.2",
    ] {
        assert!(wrong.parse::<FuzzCase>().is_err(), "{wrong} is a name");
    }
}

#[test]
fn what_remains_is_what_is_needed_alone() {
    let puts = |operations: &[StorageOperation]| {
        operations
            .iter()
            .filter(|operation| matches!(operation, StorageOperation::Put { value, .. } if !value.is_empty()))
            .count()
    };
    let all = drawn(3);
    assert!(puts(&all) > 5, "the seed draws few puts");
    let mut fails = |edits: &[Edit]| {
        let mut left = all.clone();
        edits.iter().for_each(|edit| _ = edit.apply(&mut left));
        puts(&left) >= 2
    };
    let edits = shrink::edits(all.clone(), Vec::new(), &mut fails);
    let mut left = all.clone();
    edits.iter().for_each(|edit| _ = edit.apply(&mut left));
    assert!(left.len() == 2 && puts(&left) == 2, "{left:?}");
    let plain =
        |operation: &StorageOperation| matches!(operation, StorageOperation::Put { value, .. } if value.len() == 1);
    assert!(left.iter().all(plain), "{left:?}");
}

#[test]
fn bytes_are_printed_in_short() {
    assert_eq!(
        (in_c(b"a\x00"), in_rust(b"a\x00")),
        ("literal(\"\\x61\\x00\", 2)".into(), "&b\"\\x61\\x00\"[..]".into())
    );
    for (bytes, name) in [(same(99, 7), "same"), (pattern(99, 7), "pattern"), (noise(99, 7), "noise")] {
        assert_eq!((in_c(&bytes), in_rust(&bytes)), (format!("{name}(99, 7)"), format!("&{name}(99, 7)[..]")));
    }
    assert!(simpler(b"").is_empty() && simpler(b"a").is_empty());
    assert!(simpler(b"xyz").iter().all(|other| !other.is_empty() && other.len() < 3));
}

/// What the model expects after some operations, all of which were accepted.
fn expected(before: &[StorageOperation], operation: &StorageOperation) -> Option<(Option<Answer>, Vec<ErrorKind>)> {
    let mut model = Default::default();
    before.iter().for_each(|operation| operation.apply(&mut model, true));
    operation.expected(&model).map(|expected| (expected.answer, expected.refusals))
}

fn put(by: By, key: &[u8]) -> StorageOperation {
    StorageOperation::Put { by, table: 1, key: key.to_vec(), value: vec![1] }
}

#[test]
fn a_commit_must_fail_or_may_or_must_not() {
    let (begin, commit) = (StorageOperation::Begin(0), StorageOperation::Commit(0));
    let inside = put(By::Transaction(0), b"a");
    let late = vec![ErrorKind::Conflict, ErrorKind::Busy];
    assert_eq!(expected(&[], &commit), None);
    let alone = [begin.clone(), inside.clone()];
    assert_eq!(expected(&alone, &commit), Some((Some(Answer::Done), Vec::new())));
    let beside = [begin.clone(), inside.clone(), put(By::Storage, b"b")];
    assert_eq!(expected(&beside, &commit), Some((Some(Answer::Done), late.clone())));
    let lost = [begin, inside, put(By::Storage, b"a")];
    assert_eq!(expected(&lost, &commit), Some((None, late)));
}

#[test]
fn a_key_that_no_storage_must_take_may_be_refused() {
    let kinds = |key: &[u8]| expected(&[], &put(By::Storage, key)).expect("it is possible").1;
    assert_eq!(kinds(&[1; 480]), []);
    assert_eq!(kinds(&[1; 481]), [ErrorKind::Limit]);
    assert_eq!(kinds(b""), [ErrorKind::Invalid]);
}
