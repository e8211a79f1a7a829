//! Pairs in their order, and ranges of them.

use super::*;

fn index(pairs: &[(RowId, &[u8])]) -> SortedIndex {
    let mut index = SortedIndex::create(Host::detached("{}")).expect("no configuration is needed");
    index.build(1, 1, pairs).unwrap();
    index
}

#[test]
fn build_replaces_sorts_and_drops_duplicates() {
    let mut index = index(&[(9, b"old")]);
    index.build(1, 1, &[(3, b"b"), (1, b"b"), (3, b"b"), (7, b"a")]).unwrap();
    assert_eq!(index.range(b"", b"", usize::MAX).unwrap(), [7, 1, 3]);
    assert_eq!(index.size_bytes().unwrap(), (3 + 3 * size_of::<Entry>()) as u64);
    assert!(index.lookup(b"old").unwrap().is_empty());
}

#[test]
fn the_same_pair_again_changes_nothing() {
    let mut index = index(&[]);
    for _ in 0..2 {
        index.insert(b"key", 2).unwrap();
        index.insert(b"key", 1).unwrap();
    }
    assert_eq!(index.lookup(b"key").unwrap(), [1, 2]);
    assert_eq!(index.size_bytes().unwrap(), (2 * (3 + size_of::<Entry>())) as u64);
}

#[test]
fn delete_takes_the_pair_and_no_other() {
    let mut index = index(&[(1, b"a"), (2, b"a"), (1, b"b")]);
    index.delete(b"a", 1).unwrap();
    index.delete(b"a", 1).unwrap();
    index.delete(b"c", 1).unwrap();
    assert_eq!(index.range(b"", b"", 9).unwrap(), [2, 1]);
    assert_eq!(index.size_bytes().unwrap(), (2 * (1 + size_of::<Entry>())) as u64);
}

#[test]
fn ranges_compare_unsigned_bytes_and_keep_their_bounds() {
    let index = index(&[(1, b""), (2, b"\x00"), (3, b"\x7f"), (4, b"\x80"), (5, b"\xff\xff")]);
    assert_eq!(index.range(b"", b"", 9).unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(index.range(b"\x00", b"\x80", 9).unwrap(), [2, 3]);
    assert_eq!(index.range(b"\x7f", b"", 2).unwrap(), [3, 4]);
    assert!(index.range(b"\x80", b"\x00", 9).unwrap().is_empty());
    assert!(index.range(b"", b"", 0).unwrap().is_empty());
}

#[test]
fn it_knows_no_distances() {
    assert_eq!(index(&[]).nearest(b"", 1).unwrap_err().kind(), ErrorKind::Unsupported);
}
