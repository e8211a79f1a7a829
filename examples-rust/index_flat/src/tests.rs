//! What the index finds, and what it refuses.

use super::*;
use sochdb_plugin_sdk::{ErrorKind, RowFilter};

fn key(numbers: [f32; 2]) -> Vec<u8> {
    numbers.map(f32::to_ne_bytes).concat()
}

#[test]
fn only_allowed_rows_are_found_nearest_first() {
    let mut index = FlatIndex::create(Host::detached(r#"{"dimensions": 2}"#)).expect("an index");
    for row in 0..10 {
        index.insert(&key([row as f32, 0.0]), row).expect("inserted");
    }
    let query = key([4.0, 0.0]);
    let even = RowFilter::by(&|row| row % 2 == 0);
    let found = index.search(&Search::new(&query, 3).among(even).within(9.0)).expect("found");
    assert_eq!((found.neighbors[0], found.exactness), ((4, 0.0), Exactness::Exact));
    let mut others: Vec<RowId> = found.neighbors[1..].iter().map(|(row, _)| *row).collect();
    others.sort_unstable();
    assert_eq!(others, [2, 6]);
}

#[test]
fn what_is_no_vector_is_refused_and_changes_nothing() {
    let mut index = FlatIndex::create(Host::detached(r#"{"dimensions": 2}"#)).expect("an index");
    index.insert(&key([1.0, 1.0]), 1).expect("inserted");
    for wrong in [&b""[..], &[0; 7], &[0; 12], &key([1.0, f32::NAN]), &key([f32::INFINITY, 0.0])] {
        for error in [
            index.insert(wrong, 2).err(),
            index.build(1, 2, &[(3, &key([0.0, 0.0])), (4, wrong)]).err(),
            index.search(&Search::new(wrong, 1)).err(),
        ] {
            assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Invalid), "{wrong:?}");
        }
    }
    assert_eq!(index.search(&Search::new(&key([1.0, 1.0]), 9)).expect("found").neighbors, [(1, 0.0)]);
    assert!(FlatIndex::create(Host::detached(r#"{"dimensions": 0}"#)).is_err());
}
