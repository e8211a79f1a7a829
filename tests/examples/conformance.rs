//! One suite for every plugin, in C and in Rust, whose twins run its quick tests. The same plugins in process:
//! `tests/examples_linked_*`. Those in C whose time is looked at are in `tests/operator/check_times.rs`, which runs all on them.

use sochdb_plugin_conformance::{tests_for, Subject};
use support::conforms::{conforms, conforms_quickly, failures, loaded, JSON_CONFIG};
use support::in_c;
use support::plugins::{in_rust, load_c};

#[test]
fn codec_xor_in_rust() {
    conforms_quickly(&loaded(&in_rust("codec_xor"), "{}"));
}

#[test]
fn storage_memory_in_rust() {
    conforms_quickly(&loaded(&in_rust("storage_memory"), "{}"));
}

#[test]
fn index_sorted_in_c() {
    conforms(&loaded(&in_c!("index_sorted"), "{}"));
}

#[test]
fn index_sorted_in_rust() {
    conforms_quickly(&loaded(&in_rust("index_sorted"), "{}"));
}

#[test]
fn index_striped() {
    conforms(&loaded(&in_rust("index_striped"), "{}"));
}

#[test]
fn index_flat_in_rust() {
    conforms_quickly(&loaded(&in_rust("index_flat"), r#"{"dimensions": 16}"#));
}

#[test]
fn observability_json_in_rust() {
    conforms_quickly(&loaded(&in_rust("observability_json"), JSON_CONFIG));
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
    conforms_quickly(&loaded(&in_rust("index_hnsw"), r#"{"dimensions": 16, "metric": "l2"}"#));
}

#[test]
fn index_hnsw_by_cosine() {
    conforms_quickly(&loaded(&in_rust("index_hnsw"), r#"{"dimensions": 16, "metric": "cosine"}"#));
}

#[test]
fn observability_prometheus() {
    conforms(&loaded(&in_rust("observability_prometheus"), r#"{"listen": "127.0.0.1:{port}"}"#));
}

#[test]
fn a_sink_that_sends_statsd() {
    conforms_quickly(&Subject::loaded(load_c("sends_statsd", &["-pthread"]), r#"{"to": "127.0.0.1:{port}"}"#));
}

#[test]
fn a_sink_that_keeps_spans() {
    conforms_quickly(&Subject::loaded(load_c("keeps_spans", &["-pthread"]), JSON_CONFIG));
}

/// What is optional may be left out, and the suite is content.
#[test]
fn the_least_sinks_and_indexes_conform() {
    for flags in [&[][..], &["-DNOTHING"], &["-DNO_SPANS"]] {
        conforms_quickly(&Subject::loaded(load_c("counts_alone", flags), "{}"));
    }
    for flags in [&[][..], &["-DSEARCH"]] {
        conforms_quickly(&Subject::loaded(load_c("nearest_alone", flags), "{}").dimensions(16));
    }
    // An index is filled in its own way, and looked at all the same.
    for (flag, passes) in [
        ("-DONLY_BUILT", "index::nearest_finds_the_neighbours"),
        ("-DONLY_GROWS", "index_change::what_it_does_not_do_it_never_does"),
    ] {
        let subject = Subject::loaded(load_c("nearest_alone", &[flag]), "{}").dimensions(16);
        conforms_quickly(&subject);
        let test = tests_for(&subject).find(|test| test.name == passes).expect("it is for indexes");
        assert_eq!((test.run)(&subject), Ok(()), "{flag}");
    }
}

/// Texts, and changes that are seen after a flush, want another look at an index. What such an index does wrong is found.
#[test]
fn an_index_with_a_file_conforms_unless_its_flush_lies() {
    conforms(&Subject::loaded(load_c("texts_in_a_file", &[]), "{}"));
    conforms_quickly(&Subject::loaded(load_c("index_in_a_log", &[]), "{}"));
    conforms_quickly(&Subject::loaded(load_c("index_in_a_log", &["-DVECTORS"]), "{}"));
    for (flag, finds) in [
        ("-DFORGETS", "index_flush::what_was_flushed_is_there_again"),
        ("-DEARLY", "index_flush::what_was_not_flushed_is_not_there_again"),
        ("-DHIDES", "index_flush::what_was_flushed_is_seen"),
        ("-DLEAVES", "index_flush::a_dropped_index_is_empty_when_it_comes_again"),
    ] {
        let subject = Subject::loaded(load_c("texts_in_a_file", &[flag]), "{}");
        let test = tests_for(&subject).find(|test| test.name == finds).expect("it is for indexes");
        assert!(test.failure(&subject).is_some(), "{flag} is not found by {finds}");
    }
}

/// The suite can fail: this plugin has all kinds, and forgets what it is given. Which test finds which mistake:
/// `tests/mutants`.
#[test]
fn a_plugin_that_keeps_nothing_does_not_conform() {
    let subject = Subject::loaded(load_c("logs_its_life", &["-DNAME=\"forgets\""]), "a");
    let failed: Vec<&str> = failures(&subject).into_iter().map(|(name, _)| name).collect();
    for module in ["lifecycle", "storage", "storage_sizes", "storage_scan", "storage_table", "index", "index_change"] {
        assert!(failed.iter().any(|test| test.split("::").next() == Some(module)), "{module}: {failed:?}");
    }
    assert!(failed.len() > 40, "{failed:?}");
}
