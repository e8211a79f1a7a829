//! Mistakes that vendors make, each put alone into a plugin that works: the conformance suite must find them.
//!
//! A mistake is a change of a plugin's source, and the test of the suite that is made for it. This test compiles each and runs
//! that test, as `sochdb-plugin check` does. With `SOCH_MUTANTS=all` in the environment the whole suite runs on each, and
//! what is printed (`--nocapture`) says which share it finds, and which of its tests find nothing.

mod build;
mod check;
mod codec;
mod crash;
mod fuzzed;
mod history;
mod index_crash;
mod index_ordered;
mod index_texts;
mod index_vectors;
mod leaks;
mod life;
mod newer;
mod process;
mod sink;
mod storage;
mod storage_answers;
mod storage_rows;
mod storage_sizes;
mod storage_threads;
mod storage_transactions;
mod storage_whole;
mod subject;
mod waiting;

use build::built;
use check::{checked, Found};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use subject::Mutant;

#[test]
fn of_rows_are_found() {
    all_are_found(storage_rows::MUTANTS);
}

#[test]
fn of_threads_are_found() {
    all_are_found(storage_threads::MUTANTS);
}

#[test]
fn of_transactions_are_found() {
    all_are_found(storage_transactions::MUTANTS);
}

#[test]
fn of_waiting_calls_are_found() {
    all_are_found(waiting::MUTANTS);
}

#[test]
fn of_what_is_newer_are_found() {
    all_are_found(newer::MUTANTS);
}

#[test]
fn of_whole_storages_are_found() {
    all_are_found(storage_whole::MUTANTS);
}

#[test]
fn of_storages_are_found() {
    all_are_found(storage::MUTANTS);
}

#[test]
fn of_sequences_are_found() {
    all_are_found(fuzzed::MUTANTS);
}

#[test]
fn of_histories_are_found() {
    all_are_found(history::MUTANTS);
}

#[test]
fn of_answers_of_storages_are_found() {
    all_are_found(storage_answers::MUTANTS);
}

#[test]
fn of_storages_by_size_are_found() {
    all_are_found(storage_sizes::MUTANTS);
}

#[test]
fn of_what_outlives_a_crash_are_found() {
    all_are_found(crash::MUTANTS);
}

#[test]
fn of_what_an_index_keeps_in_a_crash_are_found() {
    all_are_found(index_crash::MUTANTS);
}

#[test]
fn of_sinks_are_found() {
    [sink::MUTANTS, sink::TAKEN, sink::WIDE].into_iter().for_each(all_are_found);
}

#[test]
fn of_what_stays_behind_are_found() {
    all_are_found(leaks::MUTANTS);
}

#[test]
fn of_instances_are_found() {
    all_are_found(life::MUTANTS);
}

#[test]
fn of_the_process_are_found() {
    all_are_found(process::MUTANTS);
}

#[test]
fn of_codecs_are_found() {
    [codec::OF_XOR, codec::IN_RUST, codec::OF_ZSTD, codec::UNSAID].into_iter().for_each(all_are_found);
}

#[test]
fn of_ordered_indexes_are_found() {
    [index_ordered::MUTANTS, index_ordered::SAVED, index_ordered::IN_RUST].into_iter().for_each(all_are_found);
}

#[test]
fn of_vector_indexes_are_found() {
    use index_vectors::{IN_CPP_MUTANTS, OF_FLAT, OF_HNSW, OF_NOT_DESCRIBED, WIDE};
    [OF_FLAT, WIDE, IN_CPP_MUTANTS, OF_NOT_DESCRIBED, OF_HNSW].into_iter().for_each(all_are_found);
}

#[test]
fn of_text_indexes_are_found() {
    all_are_found(index_texts::MUTANTS);
}

/// Whether the whole suite is to run on each.
fn is_measured() -> bool {
    std::env::var_os("SOCH_MUTANTS").is_some_and(|value| value == "all")
}

/// What came of each mutant, by as many threads as there are processors.
fn found_of(mutants: &'static [Mutant]) -> Vec<(&'static Mutant, Found)> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = checked(mutant, &built(mutant), is_measured());
                    found.lock().expect("no thread panics with it").push((mutant, one));
                }
            });
        }
    });
    found.into_inner().expect("no thread panics with it")
}

fn all_are_found(mutants: &'static [Mutant]) {
    let names: BTreeSet<_> = mutants.iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), mutants.len(), "two mutants have the same name");
    let found = found_of(mutants);
    let not = |(mutant, found): &&(&Mutant, Found)| !found.by.iter().any(|test| test == mutant.finds);
    let missed: Vec<String> = found.iter().filter(not).map(|(mutant, found)| mutant.missed(found)).collect();
    if is_measured() {
        let any = found.iter().filter(|(_, found)| !found.by.is_empty()).count();
        println!("{any} of {} mutants are found", found.len());
        let finders: BTreeSet<&String> = found.iter().flat_map(|(_, found)| &found.by).collect();
        let run: BTreeSet<&String> = found.iter().flat_map(|(_, found)| &found.run).collect();
        println!("tests that find none of them: {:#?}", run.difference(&finders).collect::<Vec<_>>());
    }
    assert!(missed.is_empty(), "{} of {} are not found:\n{}", missed.len(), found.len(), missed.join("\n"));
}
