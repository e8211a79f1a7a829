//! Vectors that threads add and remove beside each other, beside searches and saves: none is lost, none comes twice.

use sochdb_plugin_host::sdk::{IndexExtension, RowFilter, Search};
use sochdb_plugin_host::{DynamicPluginLoader, Index};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

const DIMENSIONS: usize = 16;
const THREADS: u64 = 4;

fn index() -> Index {
    // SAFETY: the library is the one that this package built.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(env!("INDEX_USEARCH")) }.expect("it loads");
    let config = format!(r#"{{"dimensions": {DIMENSIONS}}}"#);
    library.instance(&config).expect("an instance").index().expect("an index")
}

/// The vector of a row: scattered over the cube, the same each time.
fn vector(row: u64) -> Vec<u8> {
    let number = |at: u64| {
        let mut mixed = (row * DIMENSIONS as u64 + at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (mixed >> 40) as f32 / (1 << 24) as f32
    };
    (0..DIMENSIONS as u64).flat_map(|at| number(at).to_ne_bytes()).collect()
}

/// Whether the 10 nearest of the row's own vector, by the graph, have the row.
fn leads_to(index: &Index, row: u64) -> bool {
    index.nearest(&vector(row), 10).expect("it finds").iter().any(|(found, _)| *found == row)
}

/// usearch alone forgets 20 to 40 of these.
#[test]
fn adds_beside_each_other_are_all_found() {
    const ROWS: u64 = 2000;
    for round in 0..10 {
        let index = index();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let mut index = index.clone();
                scope.spawn(move || {
                    for row in (thread..ROWS).step_by(THREADS as usize) {
                        index.insert(&vector(row), row).expect("it is added");
                        assert!(leads_to(&index, row), "round {round}: row {row} is not found once it is added");
                    }
                });
            }
        });
        let lost: Vec<u64> = (0..ROWS).filter(|row| !leads_to(&index, *row)).collect();
        assert!(lost.is_empty(), "round {round}: not found are {lost:?}");
    }
}

#[test]
fn a_row_that_all_add_at_once_is_there_once() {
    const ROWS: u64 = 300;
    let [one, all] = [index(), index()];
    for row in 0..ROWS {
        one.clone().insert(&vector(row), row).expect("it is added");
    }
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let mut index = all.clone();
            scope.spawn(move || (0..ROWS).for_each(|row| index.insert(&vector(row), row).expect("it is added")));
        }
    });
    let [one, all] = [one, all].map(|index| index.clone().nearest(&vector(0), 2 * ROWS as usize).expect("it finds"));
    assert_eq!(one, all);
}

/// Rows that stay are found the whole time, by each way to search, and are in each save.
#[test]
fn what_stays_is_found_beside_changes() {
    const STAY: u64 = 200;
    let index = index();
    for row in 0..STAY {
        index.clone().insert(&vector(row), row).expect("it is added");
    }
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        let changes = [0, 1].map(|thread| {
            let mut index = index.clone();
            scope.spawn(move || {
                for row in (0..1500).map(|row| STAY + 2 * row + thread) {
                    index.insert(&vector(row), row).expect("it is added");
                    if row % 3 == 0 {
                        index.delete(&vector(row), row).expect("it is removed");
                    }
                }
            })
        });
        let (index, ends) = (&index, &ends);
        let looks = scope.spawn(move || {
            let words = vec![u64::MAX; 64];
            for row in (0..STAY).cycle().take_while(|_| !ends.load(SeqCst)) {
                assert!(leads_to(index, row), "row {row} is not found by the graph");
                let [few, new] = [[row, STAY + 10 * row], [row, STAY + 7 * row + 1]];
                let [few, new] = [&few, &new].map(|rows| RowFilter::sorted(rows).expect("they ascend"));
                for filter in [RowFilter::bitmap(&words), few, new] {
                    let query = vector(row);
                    let found = index.search(&Search::new(&query, 1).among(filter)).expect("it finds");
                    assert_eq!(found.neighbors.first().map(|(found, _)| *found), Some(row), "{found:?}");
                }
            }
        });
        let saves = scope.spawn(move || {
            let mut other = self::index();
            while !ends.load(SeqCst) {
                other.load_from(&index.save(7).expect("it is saved")).expect("it is whole");
                let lost: Vec<u64> = (0..STAY).filter(|row| !leads_to(&other, *row)).collect();
                assert!(lost.is_empty(), "a save has not the rows {lost:?}");
            }
        });
        let changed: Vec<_> = changes.into_iter().map(|change| change.join()).collect();
        ends.store(true, SeqCst);
        [looks.join(), saves.join()].into_iter().chain(changed).for_each(|done| done.expect("nothing panics"));
    });
    for row in STAY..STAY + 3000 {
        assert_eq!(leads_to(&index, row), row % 3 != 0, "row {row}");
    }
}
