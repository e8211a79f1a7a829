//! Each test of the suite is seen to fail: on the mistake that is made for it, on one that another test is made for, or on a liar
//! of `tests/calls`.

use crate::build::{built, not_found};
use crate::check::checked;
use crate::subject::{Damage, Mutant, Plugin};
use crate::{for_each, LISTS, TIMES};
use std::collections::{BTreeMap, BTreeSet};
use support::root;

/// Tests that find a mistake which is made for another one, and its name.
const ALSO: &[(&str, &str)] = &[
    ("compression_sequences::many_agree_with_a_model", "a page loses its last byte"),
    ("storage_cancelled::a_scan_of_many_rows_ends", "a scan that sleeps"),
    ("storage_cancelled::a_scan_inside_of_many_rows_ends", "a scan inside that sleeps"),
    ("storage_cancelled::a_batch_with_a_large_range_ends", "a batch that sleeps"),
    ("storage_cancelled::a_large_table_that_is_dropped_ends", "a drop that sleeps"),
    ("index_cancelled::a_large_build_ends", "a build that sleeps"),
    ("index_cancelled::a_large_build_that_is_finished_ends", "the end of a build that sleeps"),
    ("index_cancelled::a_search_among_many_ends", "a search that sleeps"),
    ("index_cancelled::many_changes_end", "changes that sleep"),
    ("index_sequences::many_agree_with_a_model", "a range that has its end"),
    ("observability_sequences::many_agree_with_a_model", "the line of the log behind a report of health is lost"),
    ("storage_moments::a_batch_is_seen_at_one_moment_for_longer", "a long batch is seen in parts"),
    ("storage_moments::a_commit_is_seen_at_one_moment", "a commit is seen table by table"),
    ("storage_history::many_threads_show_no_anomaly", "a commit that does not look for conflicts"),
    ("storage_history::many_turns_show_no_anomaly", "a commit that does not look for conflicts"),
    ("storage_reader::a_snapshot_is_one_state_while_another_thread_writes", "a cursor that sees later commits"),
    ("storage_schedule::a_reader_sees_no_later_commit", "a get of a snapshot that sees later writes"),
    ("storage_schedule::no_aborted_read", "an aborted transaction of which a row stays"),
    ("storage_schedule::no_circular_information_flow", "a commit that takes the place of all others"),
    ("storage_schedule::no_dirty_write", "a commit that does not ask who changed its rows"),
    ("storage_schedule::no_intermediate_read", "reads inside that see what is committed at the moment"),
    ("storage_schedule::no_late_snapshot", "a snapshot of a transaction that begins with its first get"),
    ("storage_schedule::no_lost_update", "a commit that does not look for conflicts"),
    ("storage_schedule::no_observed_transaction_vanishes", "a commit that takes the next change for an old one"),
    ("storage_schedule::no_phantom", "a scan inside that is not of the snapshot"),
    ("storage_schedule::no_read_skew", "a get inside that is not of the snapshot"),
    ("storage_sequences::many_agree_with_a_model", "a get inside that is not of the snapshot"),
    ("storage_threads::commits_beside_each_other_are_all_counted", "a commit that does not look for conflicts"),
    (
        "storage_threads::commits_beside_each_other_are_all_counted_for_longer",
        "a commit that does not look for conflicts",
    ),
    ("storage_threads::one_row_is_never_torn", "a table's put cuts values at 4 KiB"),
    ("storage_threads::rows_of_one_table_are_whole", "a snapshot that lacks the last change"),
    ("storage_threads::snapshots_come_and_go_beside_writers", "a cursor that sees later commits"),
    ("storage_threads::snapshots_come_and_go_beside_writers_for_longer", "a cursor that sees later commits"),
    ("storage_threads::what_comes_and_goes_is_counted", "deleted rows are counted"),
    ("storage_transaction::a_plain_write_beside_one_gets_an_answer", "a commit that takes the place of all others"),
    ("storage_transaction::another_thread_may_go_on", "a get inside that misses the transaction's own writes"),
];

/// Tests that are tried by a plugin which breaks its promise, and where it stands.
const LIARS: &[(&str, &str)] = &[
    ("index::a_batch_finds_what_each_query_finds", "tests/calls/batches.rs"),
    ("index_flush::a_dropped_index_is_empty_when_it_comes_again", "tests/examples/conformance.rs"),
    ("index_flush::what_was_flushed_is_seen", "tests/examples/conformance.rs"),
    ("index_flush::what_was_not_flushed_is_not_there_again", "tests/examples/conformance.rs"),
    ("lifecycle::every_listed_interface_is_there", "tests/operator/check.rs"),
    ("lifecycle::info_is_that_of_the_library", "tests/calls/lying_values.rs"),
    ("index_builder::an_abandoned_one_changes_nothing", "tests/calls/index_builders.rs"),
    ("index_builder::nobody_sees_what_is_not_finished", "tests/calls/index_builders.rs"),
    ("index_builder::searches_run_beside_one", "tests/calls/index_builders.rs"),
    ("index_builder::what_changed_meanwhile_is_replaced", "tests/calls/index_builders.rs"),
    ("storage_batch::a_range_goes_at_its_place_in_the_order", "tests/calls/lying_batches.rs"),
    ("storage_batch::a_range_is_never_seen_half", "tests/calls/lying_batches.rs"),
    ("storage_batch::no_update_of_many_threads_is_lost", "tests/calls/lying_batches.rs"),
    ("storage_batch::they_have_what_is_described", "tests/calls/lying_batches.rs"),
    ("storage_batch::what_is_expected_is_of_before_the_batch", "tests/calls/lying_batches.rs"),
    ("storage_checkpoint::one_is_of_one_moment_beside_writes", "tests/calls/checkpoints.rs"),
    ("storage_checkpoint::one_opens_and_needs_nothing_of_what_it_is_of", "tests/calls/checkpoints.rs"),
    ("storage_checkpoint::one_that_fails_leaves_nothing", "tests/calls/checkpoints.rs"),
    ("storage_cursor::one_over_a_prefix_gives_what_begins_with_it", "tests/calls/lying_cursors.rs"),
    ("storage_cursor::one_without_values_gives_every_key", "tests/calls/lying_cursors.rs"),
    ("storage_property::a_name_that_is_not_known_is_not_found", "tests/calls/checkpoints.rs"),
    ("storage_reader::a_cursor_ends_once_and_for_all", "tests/calls/lying_readers.rs"),
    ("storage_reader::what_is_lent_stays_until_the_next_call", "tests/calls/lying_readers.rs"),
    ("storage_transaction::many_come_and_go", "tests/calls/lying_transactions.rs"),
    ("storage_transaction::nothing_stays_of_an_aborted_one", "tests/calls/lying_transactions.rs"),
    ("storage_transaction::they_are_what_is_described", "tests/calls/lying_transactions.rs"),
    ("storage_transaction::two_that_write_one_key_do_not_both_commit", "tests/calls/lying_transactions.rs"),
];

/// Tests of what is sent to a collector, which no plugin of this workspace does: `observability_opentelemetry`, which `.ci/engines` builds,
/// passes them, and no mistake is seen to fail them here.
const SENT: &[&str] = &[
    "observability_traced::a_parent_elsewhere_is_told",
    "observability_traced::lines_come_with_their_severity_and_their_span",
    "observability_traced::links_come_with_what_is_said_of_them",
    "observability_traced::spans_come_with_their_kinds_and_statuses",
    "observability_unreachable::a_collector_that_is_silent_is_not_waited_for",
    "observability_unreachable::what_a_collector_refuses_at_the_end_is_said_by_shutdown",
    "observability_unreachable::what_a_collector_refuses_has_not_arrived",
];

fn mutants() -> impl Iterator<Item = &'static Mutant> {
    LISTS.iter().copied().flatten()
}

#[test]
fn each_test_of_the_suite_is_seen_to_fail() {
    let all: BTreeSet<&str> = sochdb_plugin_conformance::tests().iter().map(|test| test.name).collect();
    let listed = [ALSO, LIARS].into_iter().flatten().map(|(test, _)| *test);
    let seen: Vec<&str> = mutants().map(|mutant| mutant.finds).chain(listed).chain(SENT.iter().copied()).collect();
    let unseen: Vec<_> = all.iter().filter(|test| !seen.contains(*test)).collect();
    assert!(unseen.is_empty(), "write a mistake for {}: {unseen:#?}", unseen.len());
    // The command's own tests, of a library that no instance can be made of, are none of the suite.
    let strange: Vec<_> = seen.iter().filter(|test| !all.contains(*test) && !test.starts_with("load::")).collect();
    assert!(strange.is_empty(), "no test of the suite: {strange:#?}");
    let made_for: BTreeSet<&str> = mutants().map(|mutant| mutant.finds).collect();
    let elsewhere = ALSO.iter().map(|(test, _)| test).chain(SENT);
    let twice: Vec<_> = elsewhere.filter(|test| made_for.contains(**test)).collect();
    assert!(twice.is_empty(), "there is a mistake for these now: {twice:#?}");
}

/// What a test says of a mistake counts for nothing where it says the same without it. The plugins of the examples pass all tests elsewhere:
/// `tests/examples`, and `tests/operator/check_times.rs`.
#[test]
fn what_has_no_mistake_passes_the_tests_that_mistakes_fail() {
    let mut tests: BTreeMap<Plugin, BTreeSet<&str>> = BTreeMap::new();
    for mutant in mutants().filter(|mutant| mutant.plugin.source.starts_with("tests/plugins/")) {
        tests.entry(mutant.plugin).or_default().insert(mutant.finds);
    }
    let rights: Vec<_> = tests.into_iter().collect();
    let wrong = for_each(&rights, |(plugin, tests)| {
        // Many points find what is rare, and of what is right a few say enough.
        let options = match plugin.options {
            ["--crash-points", _, rest @ ..] => rest,
            all => all,
        };
        let plugin = Plugin { options, ..*plugin };
        let right = Mutant { name: "no mistake", plugin, edits: &[], damage: Damage::Nuisance, finds: "" };
        let found = checked(&right, &built(&right), &tests.iter().copied().collect::<Vec<_>>(), 1);
        let by = found.by.join(", ");
        (!found.by.is_empty()).then(|| format!("{} {:?}: {by}: {}", plugin.source, plugin.options, found.why))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} plugins do not pass as they are:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_mistake_is_made_in_a_source_as_it_is() {
    let missing =
        mutants().flat_map(|mutant| not_found(mutant).into_iter().map(|(file, from)| (mutant.name, file, from)));
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "{} texts are not there once: {missing:#?}", missing.len());
}

#[test]
fn each_liar_stands_where_it_is_said_to() {
    for (test, file) in LIARS {
        let text = std::fs::read_to_string(root().join(file)).expect("a source of the tests");
        let name = test.split("::").nth(1).expect("a module and a name");
        assert!(text.contains(name), "{file} does not name {name}");
    }
}

#[test]
fn what_other_tests_find_is_found() {
    for (test, name) in ALSO {
        let mut named = mutants().filter(|mutant| mutant.name == *name);
        let (mutant, other) = (named.next(), named.next().is_some());
        let mutant = mutant.filter(|_| !other).unwrap_or_else(|| panic!("not one mistake is called {name:?}"));
        let found = checked(mutant, &built(mutant), &[test], TIMES);
        assert!(found.by.iter().any(|by| by == test), "{test} does not find that {name}");
    }
}
