//! Nothing stalls lookups: the longest processor time of any call, whatever is deleted, and in which order.
//!
//! `SOCH_HNSW_VECTORS=100000 cargo test --release -p index_hnsw stalls -- --nocapture` tries as many vectors, which takes
//! minutes, and prints the longest calls.

use super::*;
use rustix::time::{clock_gettime, ClockId};
use std::collections::BTreeMap;
use std::time::Duration;

const LONGEST: Duration = Duration::from_millis(100);
const DIMENSIONS: usize = 32;
const CONFIG: &str = r#"{"dimensions":32,"ef_construction":40}"#;

/// The longest call of each kind, with when it was.
#[derive(Debug, Default)]
struct Longest(BTreeMap<&'static str, (Duration, usize)>);

impl Longest {
    fn time<T>(&mut self, kind: &'static str, at: usize, call: impl FnOnce() -> Result<T>) -> T {
        // Of this thread, so that it is the same on a machine that has other work.
        let now = || clock_gettime(ClockId::ThreadCPUTime);
        let begin = now();
        let result = call().expect("it succeeds");
        let took = Duration::try_from(now() - begin).expect("time goes on");
        let longest = self.0.entry(kind).or_default();
        *longest = (*longest).max((took, at));
        result
    }
}

struct Trial {
    index: HnswIndex,
    keys: Vec<Vec<u8>>,
    longest: Longest,
    changes: usize,
}

impl Trial {
    fn new(keys: &[Vec<u8>]) -> Self {
        let trial = Self { index: index(CONFIG), keys: keys.to_vec(), longest: Longest::default(), changes: 0 };
        (0..keys.len()).fold(trial, |mut trial, row| {
            trial.insert(row);
            trial
        })
    }

    fn insert(&mut self, row: usize) {
        self.changes += 1;
        let Self { index, keys, longest, changes } = self;
        longest.time("insert", *changes, || index.insert(&keys[row], row as RowId));
    }

    fn delete(&mut self, row: usize) {
        self.changes += 1;
        let Self { index, keys, longest, changes } = self;
        longest.time("delete", *changes, || index.delete(&keys[row], row as RowId));
        if *changes % 64 == 0 {
            longest.time("lookup", *changes, || index.lookup(&keys[row]));
            // Where the deleted were there is the most to look through.
            longest.time("nearest", *changes, || index.nearest(&keys[row], 10));
        }
    }

    fn nearest_row(&mut self) -> usize {
        let Self { index, keys, longest, changes } = self;
        longest.time("nearest", *changes, || index.nearest(&keys[0], 1))[0].0 as usize
    }

    fn end(self, order: &str) {
        println!("{order}: {:?}", self.longest.0);
        for (kind, (took, at)) in self.longest.0 {
            assert!(took < LONGEST, "{order}: {kind} took {took:?} at change {at}");
        }
    }
}

fn keys() -> Vec<Vec<u8>> {
    let count = std::env::var("SOCH_HNSW_VECTORS").map_or(2_500, |text| text.parse().expect("a number"));
    Numbers(31).digits(count, DIMENSIONS, count / 100).iter().map(|point| key(point)).collect()
}

#[test]
fn no_call_stalls_the_others_in_whatever_order_all_is_deleted() {
    let keys = keys();
    let count = keys.len();
    let orders: [(&str, Vec<usize>); 4] = [
        ("oldest first", (0..count).collect()),
        ("newest first", (0..count).rev().collect()),
        ("at random", deletes::shuffled(count)),
        ("every second, then the others", (0..count).step_by(2).chain((1..count).step_by(2)).collect()),
    ];
    for (order, rows) in orders {
        let mut trial = Trial::new(&keys);
        rows.into_iter().for_each(|row| trial.delete(row));
        trial.end(order);
    }
}

#[test]
fn no_call_stalls_the_others_when_what_is_nearest_is_deleted_again_and_again() {
    let keys = keys();
    let mut trial = Trial::new(&keys);
    // The first vector is where searches come in at the beginning.
    for _ in 0..(keys.len() * 3 / 4).min(5_000) {
        let row = trial.nearest_row();
        trial.delete(row);
    }
    trial.end("nearest first");
}

#[test]
fn no_call_stalls_the_others_when_the_deleted_come_back() {
    let keys = keys();
    let mut trial = Trial::new(&keys);
    for row in deletes::shuffled(keys.len()) {
        trial.delete(row);
        if row % 4 == 0 {
            trial.insert(row);
        }
    }
    trial.end("one in four inserted again");
}
