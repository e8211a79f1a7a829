//! What a call costs at most does not grow with the number of vectors, but for a search that must look at all.

use super::*;
use crate::work;

const CONFIG: &str = r#"{"dimensions":16,"ef_construction":40}"#;
/// What a change may cost, in distances and vectors looked at, however many vectors there are: it adds at most three.
const MOST_OF_A_CHANGE: u64 = 12_000;
/// So much of the vectors a search may look at: at each once by its key, and at some in the graph before.
const MOST_OF_A_SEARCH: u64 = 2;

/// The most that a change and that a search cost.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    change: u64,
    search: u64,
}

/// Deletes all of `count` vectors in the order that `next` gives, which sees how many are gone.
fn delete_all(count: usize, mut next: impl FnMut(&HnswIndex, &[Vec<u8>], usize) -> usize) -> Most {
    let keys: Vec<Vec<u8>> = Numbers(41).digits(count, 16, count / 100).iter().map(|point| key(point)).collect();
    let (mut index, mut most) = (index(CONFIG), Most::default());
    for (row, key) in keys.iter().enumerate() {
        most.change = most.change.max(work::of(|| index.insert(key, row as RowId).unwrap()));
    }
    for gone in 0..count {
        let row = next(&index, &keys, gone);
        most.change = most.change.max(work::of(|| index.delete(&keys[row], row as RowId).unwrap()));
        if gone % 16 == 0 {
            most.search = most.search.max(work::of(|| drop(index.nearest(&keys[row], 10).unwrap())));
        }
    }
    assert!(index.nearest(&keys[0], 1).unwrap().is_empty(), "all are gone");
    most
}

fn check(order: &str, of: impl Fn(usize) -> Most) {
    for count in [1_000, 4_000] {
        let most = of(count);
        println!("{order}, {count} vectors: {most:?}");
        assert!(most.change <= MOST_OF_A_CHANGE, "{order}, {count} vectors: {most:?}");
        assert!(most.search <= MOST_OF_A_SEARCH * count as u64, "{order}, {count} vectors: {most:?}");
    }
}

#[test]
fn no_change_costs_more_among_many_vectors() {
    check("oldest first", |count| delete_all(count, |_, _, gone| gone));
    check("at random", |count| {
        let rows = deletes::shuffled(count);
        delete_all(count, move |_, _, gone| rows[gone])
    });
    check("nearest first", |count| {
        delete_all(count, |index, keys, _| index.nearest(&keys[0], 1).unwrap()[0].0 as usize)
    });
}
