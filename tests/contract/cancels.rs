//! Every slot that takes a `soch_call` is one that the suite cancels.

use std::collections::BTreeMap;
use std::fs;
use support::root;

/// The slots of a kind, each with the test of the suite that cancels it.
const CANCELLED: &[(&str, &[(&str, &str)])] = &[
    (
        "storage",
        &[
            ("scan", "storage_cancelled::a_scan_ends"),
            ("flush", "storage_cancelled::a_flush_ends"),
            ("compact", "storage_cancelled::a_compaction_ends"),
            ("write_batch", "storage_cancelled::a_batch_ends"),
            ("cursor_next", "storage_cancelled::a_walk_ends"),
            ("txn_scan", "storage_cancelled::a_scan_inside_ends"),
            ("commit_txn", "storage_cancelled::a_commit_ends"),
            ("cursor_seek", "storage_cancelled::a_seek_ends"),
            ("drop_table", "storage_cancelled::a_dropped_table_ends"),
            ("checkpoint", "storage_cancelled::a_checkpoint_ends"),
            ("multi_get", "storage_cancelled::many_gets_end"),
        ],
    ),
    (
        "index",
        &[
            ("build", "index_cancelled::a_build_ends"),
            ("range", "index_cancelled_calls::a_range_ends"),
            ("nearest_batch", "index_cancelled_calls::a_batch_of_queries_ends"),
            ("search", "index_cancelled::a_search_ends"),
            ("save", "index_cancelled::a_save_ends"),
            ("load", "index_cancelled::a_load_ends"),
            ("flush_index", "index_cancelled::a_flush_ends"),
            ("change_batch", "index_cancelled::changes_end"),
            ("drop_index", "index_cancelled::a_drop_ends"),
            ("begin_build", "index_cancelled_calls::the_begin_of_a_build_ends"),
            ("build_add", "index_cancelled::a_build_by_parts_ends"),
            ("finish_build", "index_cancelled::a_build_that_is_finished_ends"),
        ],
    ),
    ("observability", &[("flush", "observability::a_flush_that_is_cancelled_ends")]),
    ("compression", &[("train", "compression_options::a_training_that_is_cancelled_ends")]),
];

/// The slots of a kind's table that take a `soch_call`, in its order, as the contract's source has them.
fn that_take_one(kind: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join(format!("sdk/abi/src/{kind}.rs"))).expect("the contract's source");
    let (_, table) = source.split_once(&format!("pub struct soch_{kind} {{")).expect("the table of the kind");
    let (table, _) = table.split_once("\n}").expect("its end");
    let slots = table.split("\n    pub ").skip(1).filter_map(|slot| slot.split_once(':'));
    let take_one = slots.filter(|(_, function)| function.contains("*const soch_call,"));
    take_one.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_slot_that_takes_a_call_is_cancelled_by_a_test_of_the_suite() {
    let listed: BTreeMap<_, _> = CANCELLED.iter().copied().collect();
    let tests: Vec<&str> = sochdb_plugin_conformance::tests().iter().map(|test| test.name).collect();
    for (kind, cancelled) in listed {
        let slots: Vec<&str> = cancelled.iter().map(|(slot, _)| *slot).collect();
        assert_eq!(slots, that_take_one(kind), "soch_{kind}: say which test cancels a slot that takes a `soch_call`");
        for (slot, test) in cancelled {
            assert!(tests.contains(test), "soch_{kind}.{slot} is cancelled by {test}, which the suite does not have");
        }
    }
}

/// A slot of a kind that is not listed would be missed.
#[test]
fn every_kind_is_looked_at() {
    let mut kinds: Vec<&str> = support::slots::SLOTS.iter().map(|slot| slot.0).collect();
    kinds.dedup();
    let listed: Vec<&str> = CANCELLED.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(listed, kinds);
}
