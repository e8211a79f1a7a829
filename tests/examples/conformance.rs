//! One suite for every plugin, in C and in Rust. The same plugins in process: `tests/examples_linked_*`.

use sochdb_plugin_conformance::Subject;
use support::conforms::{conforms, failures, loaded, JSON_CONFIG};
use support::in_c;
use support::plugins::{in_rust, load_c};

#[test]
fn codec_xor_in_c() {
    conforms(&loaded(&in_c!("codec_xor"), "{}"));
}

#[test]
fn codec_xor_in_rust() {
    conforms(&loaded(&in_rust("codec_xor"), "{}"));
}

#[test]
fn storage_memory_in_c() {
    conforms(&loaded(&in_c!("storage_memory"), "{}"));
}

#[test]
fn storage_memory_in_rust() {
    conforms(&loaded(&in_rust("storage_memory"), "{}"));
}

#[test]
fn index_sorted_in_c() {
    conforms(&loaded(&in_c!("index_sorted"), "{}"));
}

#[test]
fn index_sorted_in_rust() {
    conforms(&loaded(&in_rust("index_sorted"), "{}"));
}

#[test]
fn index_flat_in_c() {
    conforms(&loaded(&in_c!("index_flat"), r#"{"dimensions": 16}"#));
}

#[test]
fn index_flat_in_rust() {
    conforms(&loaded(&in_rust("index_flat"), r#"{"dimensions": 16}"#));
}

#[test]
fn observability_json_in_c() {
    conforms(&loaded(&in_c!("observability_json"), JSON_CONFIG));
}

#[test]
fn observability_json_in_rust() {
    conforms(&loaded(&in_rust("observability_json"), JSON_CONFIG));
}

#[test]
fn storage_lmdb() {
    conforms(&loaded(&in_c!("storage_lmdb"), r#"{"path": "{dir}/data", "sync": "flush"}"#));
}

#[test]
fn storage_versions_in_cpp() {
    conforms(&loaded(&in_c!("storage_versions"), "{}"));
}

#[test]
fn index_vectors_in_cpp() {
    conforms(&loaded(&in_c!("index_vectors"), r#"{"dimensions": 16}"#).dimensions(16));
}

#[test]
fn compression_zstd() {
    conforms(&loaded(&in_c!("compression_zstd"), "{}").checksum(true));
}

#[test]
fn index_hnsw_by_l2() {
    conforms(&loaded(&in_rust("index_hnsw"), r#"{"dimensions": 16, "metric": "l2"}"#));
}

#[test]
fn index_hnsw_by_cosine() {
    conforms(&loaded(&in_rust("index_hnsw"), r#"{"dimensions": 16, "metric": "cosine"}"#));
}

#[test]
fn observability_prometheus() {
    conforms(&loaded(&in_rust("observability_prometheus"), r#"{"listen": "127.0.0.1:0"}"#));
}

/// What is optional may be left out, and the suite is content.
#[test]
fn the_least_sinks_and_indexes_conform() {
    for flags in [&[][..], &["-DNOTHING"]] {
        conforms(&Subject::loaded(load_c("counts_alone", flags), "{}"));
    }
    for flags in [&[][..], &["-DSEARCH"]] {
        conforms(&Subject::loaded(load_c("nearest_alone", flags), "{}").dimensions(16));
    }
}

/// Texts, and changes that are seen after a flush, want another look at an index. What such an index does wrong is found.
#[test]
fn an_index_with_a_file_conforms_unless_its_flush_lies() {
    conforms(&Subject::loaded(load_c("texts_in_a_file", &[]), "{}"));
    for (flag, finds) in [
        ("-DFORGETS", "index_flush::what_was_flushed_is_there_again"),
        ("-DEARLY", "index_flush::what_was_not_flushed_is_not_there_again"),
        ("-DHIDES", "index_flush::what_was_flushed_is_seen"),
        ("-DLEAVES", "index_flush::a_dropped_index_is_empty_when_it_comes_again"),
    ] {
        let failed = failures(&Subject::loaded(load_c("texts_in_a_file", &[flag]), "{}"));
        assert!(failed.iter().any(|(name, _)| *name == finds), "{flag}: {failed:?}");
    }
}

/// The suite can fail: this plugin has all kinds, and forgets what it is given.
#[test]
fn a_plugin_that_keeps_nothing_does_not_conform() {
    let subject = Subject::loaded(load_c("logs_its_life", &["-DNAME=\"forgets\""]), "a");
    let failed: Vec<&str> = failures(&subject).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        failed,
        [
            "lifecycle::two_instances_are_independent",
            "storage::a_missing_key_is_not_found",
            "storage::put_replaces_the_value",
            "storage::delete_removes_and_may_be_repeated",
            "storage::an_empty_value_is_a_value",
            "storage::tables_are_separate",
            "storage::a_value_beyond_the_limit_is_refused",
            "storage::what_it_describes_it_takes",
            "storage::flush_and_compact_keep_everything",
            "storage::what_runs_out_of_time_changes_nothing_that_is_read",
            "storage::a_batch_is_whole_or_unsupported",
            "storage::many_threads_may_write",
            "storage::it_agrees_with_a_model",
            "storage_scan::keys_order_as_unsigned_bytes",
            "storage_scan::start_is_included_and_end_is_not",
            "storage_scan::limits_are_kept",
            "storage_scan::a_sink_may_end_the_scan",
            "storage_table::a_handle_agrees_with_plain_calls",
            "storage_table::a_handle_alone_is_no_row",
            "storage_table::a_value_beyond_the_limit_is_refused",
            "storage_table::handles_come_and_go",
            "storage_table::many_threads_may_use_a_handle",
            "storage_tables::a_dropped_one_takes_rows_again",
            "storage_cursor::a_value_stays_lent_beside_cursors",
            "storage_checkpoint::one_opens_and_needs_nothing_of_what_it_is_of",
            "storage_checkpoint::one_is_apart_from_what_it_is_of",
            "storage_checkpoint::one_is_of_one_moment_beside_writes",
            "storage_checkpoint::one_that_fails_leaves_nothing",
            "index::build_replaces_everything",
            "index::one_key_may_have_many_rows",
            "index::insert_and_delete_may_be_repeated",
            "index::a_range_is_ordered_and_limited",
            "index::it_agrees_with_a_model",
            "index::a_key_of_another_form_is_refused",
            "index::size_grows",
            "index_change::many_changes_are_as_each_alone",
            "index_flush::what_was_flushed_is_seen",
            "index_flush::a_dropped_index_is_empty_when_it_comes_again",
            "index_builder::parts_end_as_one_build_does",
            "index_builder::nobody_sees_what_is_not_finished",
            "index_builder::what_changed_meanwhile_is_replaced",
            "index_builder::an_abandoned_one_changes_nothing",
            "index_builder::searches_run_beside_one",
            "index_builder::what_takes_long_is_cancelled",
        ]
    );
}
