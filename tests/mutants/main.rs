//! Mistakes that vendors make, each put alone into a plugin that works: the conformance suite must find them.
//!
//! A mistake is a change of a plugin's source, and the test of the suite that is made for it. This test compiles each and runs
//! that test, as `sochdb-plugin check` does. With `SOCH_MUTANTS='*'` in the environment the whole suite runs on each, with
//! `SOCH_MUTANTS='storage_scan::* storage::*'` these tests of it, and what is printed (`--nocapture`) says which share they
//! find, and which mistakes each test does.

mod build;
mod cancelled;
mod check;
mod codec;
mod crash;
mod fuzzed;
mod history;
mod index_crash;
mod index_filters;
mod index_growing;
mod index_ordered;
mod index_texts;
mod index_vectors;
mod leaks;
mod life;
mod metrics;
mod newer;
mod process;
mod proven;
mod sink;
mod sink_network;
mod sink_whole;
mod stepped;
mod stopped;
mod storage;
mod storage_answers;
mod storage_changes;
mod storage_first;
mod storage_many;
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

/// The lists of mistakes, each with the test that tries it.
macro_rules! lists {
    ($($test:ident: $($list:path),+;)+) => {
        $(
            #[test]
            fn $test() {
                [$($list),+].into_iter().for_each(all_are_found);
            }
        )+

        const LISTS: &[&[Mutant]] = &[$($($list),+),+];
    };
}

lists! {
    of_rows_are_found: storage_rows::MUTANTS;
    of_threads_are_found: storage_threads::MUTANTS;
    of_transactions_are_found: storage_transactions::MUTANTS;
    of_waiting_calls_are_found: waiting::MUTANTS;
    of_what_is_newer_are_found: newer::MUTANTS;
    of_whole_storages_are_found: storage_whole::MUTANTS;
    of_storages_are_found: storage::MUTANTS;
    of_sequences_are_found: fuzzed::MUTANTS;
    of_histories_are_found: history::MUTANTS;
    of_answers_of_storages_are_found: storage_answers::MUTANTS;
    of_many_keys_are_found: storage_many::IN_C, storage_many::IN_RUST;
    of_times_to_live_are_found: storage_many::EXPIRING, storage_many::EXPIRING_ON_DISK;
    of_many_changes_are_found: storage_changes::IN_VERSIONS, storage_changes::IN_A_LOG, storage_changes::WITHOUT_ROOM;
    of_savepoints_are_found: storage_many::SAVED, storage_many::NESTED, storage_many::KEPT;
    of_storages_by_size_are_found: storage_sizes::MUTANTS;
    of_what_outlives_a_crash_are_found: crash::MUTANTS;
    of_what_an_index_keeps_in_a_crash_are_found: index_crash::MUTANTS;
    of_sinks_are_found: sink::MUTANTS, sink::TAKEN, sink::WIDE, sink_network::MUTANTS, sink_network::DATAGRAMS;
    of_what_sinks_tell_in_part_are_found: sink_whole::OF_LINES, sink_whole::OF_DATAGRAMS, sink_whole::OF_SPANS, sink_whole::AT_THE_END;
    of_what_stays_behind_are_found: leaks::MUTANTS;
    of_instances_are_found: life::MUTANTS;
    of_the_process_are_found: process::MUTANTS;
    of_codecs_are_found: codec::OF_XOR, codec::IN_RUST, codec::OF_ZSTD, codec::UNSAID;
    of_ordered_indexes_are_found: index_ordered::MUTANTS, index_ordered::MORE, index_ordered::SAVED, index_ordered::IN_RUST, index_ordered::BESIDE_OTHERS;
    of_vector_indexes_are_found: index_vectors::IN_CPP_MUTANTS, index_vectors::OF_FLAT, index_vectors::THAT_GO, index_vectors::OF_HNSW, index_vectors::OF_NOT_DESCRIBED, index_vectors::WIDE;
    of_filters_are_found: index_filters::OF_FLAT, index_filters::NOTED;
    of_text_indexes_are_found: index_texts::MUTANTS;
    of_indexes_that_grow_are_found: index_growing::MUTANTS;
    of_calls_that_are_cancelled_are_found: cancelled::OF_MEMORY, cancelled::OTHERS;
    of_calls_that_are_stopped_are_found: stopped::OF_MEMORY, stopped::OF_FLAT, stopped::OF_A_LOG, stopped::NOTED, stopped::SAVED, stopped::OF_ZSTD;
    of_first_calls_of_storages_are_found: storage_first::CALLS, storage_first::ROWS, storage_first::IN_VERSIONS, storage_first::TOGETHER;
    of_threads_that_meet_within_a_call_are_found: stepped::ROWS, stepped::CALLS, stepped::COMMITS, stepped::IN_VERSIONS, stepped::OF_SINKS, stepped::OF_CODECS, stepped::OF_SEARCHES, stepped::OF_CHANGES;
    of_later_instances_are_found: storage_first::REOPENED, storage_first::CUT, storage_first::SHARED, storage_first::COPIED;
}

/// So often the test runs that is meant for a mistake, if it does not find it at once.
const TIMES: usize = 5;

/// The tests that are to run on each, in place of the one that is meant for it: patterns as `check --test` takes them.
fn measured() -> Option<String> {
    std::env::var("SOCH_MUTANTS").ok()
}

/// What the test says of it that is meant for it. Most mistakes show at once.
fn found_by_its_test(mutant: &'static Mutant) -> Found {
    let plugin = built(mutant);
    match checked(mutant, &plugin, &[mutant.finds], 1) {
        found if !found.by.is_empty() => found,
        _ => checked(mutant, &plugin, &[mutant.finds], TIMES),
    }
}

/// What comes of each, by twice as many threads as there are processors: a test waits about as long as it works.
fn for_each<'a, T: Sync, R: Send>(all: &'a [T], one: impl Fn(&'a T) -> R + Sync) -> Vec<R> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(it) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = one(it);
                    results.lock().expect("no thread panics with it").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no thread panics with it")
}

fn found_of(mutants: &'static [Mutant]) -> Vec<(&'static Mutant, Found)> {
    let measured = measured();
    for_each(mutants, |mutant| match &measured {
        None => (mutant, found_by_its_test(mutant)),
        Some(patterns) => (mutant, checked(mutant, &built(mutant), &patterns.split(' ').collect::<Vec<_>>(), 1)),
    })
}

/// An index by any metric passes, if it describes that one, and so does one whose changes hold its lock.
#[test]
fn nothing_is_found_in_what_is_right() {
    let rights: Vec<&Mutant> =
        metrics::ALL.iter().chain([&index_growing::LOCKED, &index_growing::FLAT_LOCKED]).collect();
    for_each(&rights, |right| {
        let found = checked(right, &built(right), &[], 1);
        let count = found.run.len();
        assert!(found.by.is_empty() && count > 40, "{}: {:?} of {count} tests", right.name, found.by);
    });
}

fn all_are_found(mutants: &'static [Mutant]) {
    let names: BTreeSet<_> = mutants.iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), mutants.len(), "two mutants have the same name");
    let found = found_of(mutants);
    if measured().is_some() {
        return tell(&found);
    }
    let not = |(mutant, found): &&(&Mutant, Found)| !found.by.iter().any(|test| test == mutant.finds);
    let missed: Vec<String> = found.iter().filter(not).map(|(mutant, found)| mutant.missed(found)).collect();
    assert!(missed.is_empty(), "{} of {} are not found:\n{}", missed.len(), found.len(), missed.join("\n"));
}

fn tell(found: &[(&Mutant, Found)]) {
    let any = found.iter().filter(|(_, found)| !found.by.is_empty()).count();
    println!("{any} of {} mistakes are found", found.len());
    let run: BTreeSet<&String> = found.iter().flat_map(|(_, found)| &found.run).collect();
    for test in run {
        let by_it = found.iter().filter(|(_, found)| found.by.contains(test));
        let names: Vec<&str> = by_it.map(|(mutant, _)| mutant.name).collect();
        println!("{test} finds {}: {}", names.len(), names.join("; "));
    }
}
