//! Rules about values that only the other side knows: flags of what is described, forms and elements of a search, what is
//! reserved, yes and no.

use crate::raw::Raw;
use sochdb_plugin_abi::*;
use sochdb_plugin_host::sdk::{
    CompressionOptions, CompressionProperties, DistanceMetric, HealthInfo, IndexChange, IndexProperties, KeyElement,
    ObservabilityProperties, StorageProperties, TraceContext,
};
use std::ffi::c_void;
use std::ptr::{null, null_mut};

#[test]
fn a_flag_that_nobody_knows_is_passed_over_where_it_is_read() {
    let of_instances = SOCH_PROPERTY_STATELESS | SOCH_PROPERTY_FILES | SOCH_PROPERTY_THREADS | SOCH_PROPERTY_NETWORK;
    let unknown = !(0xff | of_instances);
    let storage = StorageProperties::new();
    let raw = storage.as_raw();
    assert_eq!(StorageProperties::from_raw(&soch_storage_properties { flags: raw.flags | unknown, ..raw }), storage);
    let index = IndexProperties::new();
    let raw = index.as_raw();
    assert_eq!(IndexProperties::from_raw(&soch_index_properties { flags: raw.flags | unknown, ..raw }), index);
    let sink = ObservabilityProperties::new();
    let raw = sink.as_raw();
    assert_eq!(
        ObservabilityProperties::from_raw(&soch_observability_properties { flags: raw.flags | unknown, ..raw }),
        sink
    );
    let codec = CompressionProperties::new();
    let raw = codec.as_raw();
    assert_eq!(
        CompressionProperties::from_raw(&soch_compression_properties { flags: raw.flags | unknown, ..raw }),
        codec
    );
    let trace = TraceContext::new([1; 16], [2; 8], 1).expect("a trace");
    let raw = trace.as_raw();
    // SAFETY: the state is lent by `trace`.
    let read = unsafe { TraceContext::from_raw(&soch_trace_context { flags: raw.flags | 0xff00, ..raw }) };
    assert_eq!(read.expect("it is one"), trace);
}

#[test]
fn each_kind_says_what_is_so_of_its_instance() {
    let storage = StorageProperties::new().with_files().durable();
    let index = IndexProperties::new().with_threads().visible_after_flush();
    let sink = ObservabilityProperties::new().with_network().without_spans();
    let codec = CompressionProperties::new().stateless().with_levels(1..=3, 2);
    for (flags, wanted) in [
        (storage.as_raw().flags, SOCH_PROPERTY_FILES | SOCH_STORAGE_DURABLE),
        (index.as_raw().flags, SOCH_PROPERTY_THREADS | SOCH_INDEX_VISIBLE_AFTER_FLUSH),
        (sink.as_raw().flags, SOCH_PROPERTY_NETWORK | SOCH_OBSERVABILITY_NO_SPANS),
        (codec.as_raw().flags, SOCH_PROPERTY_STATELESS | SOCH_COMPRESSION_LEVELS),
    ] {
        assert_eq!(flags, wanted);
    }
    let all = storage.instance.and(index.instance).and(sink.instance).and(codec.instance);
    assert_eq!(all.to_string(), "stateless, has files, has threads, uses the network");
    assert_eq!(StorageProperties::from_raw(&storage.as_raw()), storage);
    assert_eq!(IndexProperties::from_raw(&index.as_raw()), index);
    assert_eq!(ObservabilityProperties::from_raw(&sink.as_raw()), sink);
    assert_eq!(CompressionProperties::from_raw(&codec.as_raw()), codec);
}

#[test]
fn an_element_and_a_metric_that_no_host_knows_are_bytes_and_another_one() {
    for number in [SOCH_ELEMENT_TEXT + 1, 77, u32::MAX] {
        let raw = soch_index_properties { element: number, metric: number, ..IndexProperties::new().as_raw() };
        let properties = IndexProperties::from_raw(&raw);
        assert_eq!((properties.element, properties.metric), (KeyElement::Bytes, DistanceMetric::Other), "{number}");
    }
}

/// An index in C that looks at each vector, of one dimension, with the rows 1 and 2.
fn with_vectors(test: impl FnOnce(&soch_index, *mut c_void)) {
    let plugin = Raw::open("index_flat");
    let instance = plugin.create(r#"{"dimensions": 1}"#);
    // SAFETY: the table is a constant of the plugin.
    let index = unsafe { plugin.0.index.as_ref() }.expect("an index");
    for row in [1, 2] {
        let mut error = soch_error::empty();
        // SAFETY: the plugin's function on its instance; all is lent for the call.
        let status = unsafe { index.insert.expect("required")(instance, soch_bytes::lend(&[0; 4]), row, &mut error) };
        assert_eq!(status, SOCH_OK);
    }
    test(index, instance);
    plugin.end(instance);
}

/// How a search for any vector ends, and which rows it finds.
fn search(index: &soch_index, instance: *mut c_void, search: soch_search) -> (soch_status, Vec<u64>) {
    let (mut rows, mut distances, mut error) = ([0; 4], [0.0; 4], soch_error::empty());
    let mut result = soch_search_result { size: size_of::<soch_search_result>(), flags: 0, count: 0 };
    // SAFETY: the plugin's function on its instance, with room for `k` rows; all is lent for the call.
    let status = unsafe {
        let search_slot = index.search.expect("it has one");
        search_slot(instance, null(), &search, rows.as_mut_ptr(), distances.as_mut_ptr(), &mut result, &mut error)
    };
    let mut found = rows[..if status == SOCH_OK { result.count } else { 0 }].to_vec();
    found.sort_unstable();
    (status, found)
}

fn for_all() -> soch_search {
    soch_search {
        size: size_of::<soch_search>(),
        flags: 0,
        query: soch_bytes::lend(&[0; 4]),
        k: 4,
        element: SOCH_ELEMENT_BYTES,
        filter: SOCH_FILTER_NONE,
        filter_words: null(),
        filter_count: 0,
        filter_ctx: null_mut(),
        allows: None,
        parameters: null(),
        parameter_count: 0,
        max_distance: 0.0,
    }
}

#[test]
fn a_filter_and_an_element_that_the_index_does_not_know_are_unsupported() {
    with_vectors(|index, instance| {
        assert_eq!(search(index, instance, for_all()), (SOCH_OK, vec![1, 2]));
        for number in [SOCH_ELEMENT_TEXT + 1, 77, u32::MAX] {
            let of_filter = soch_search { filter: number, ..for_all() };
            assert_eq!(search(index, instance, of_filter).0, SOCH_UNSUPPORTED, "filter {number}");
            let of_element = soch_search { element: number, ..for_all() };
            assert_eq!(search(index, instance, of_element).0, SOCH_UNSUPPORTED, "element {number}");
        }
    });
}

/// No, then yes in a number that nobody expects.
unsafe extern "C" fn allows(_: *mut c_void, row: u64) -> i32 {
    if row == 1 {
        0
    } else {
        i32::MIN
    }
}

#[test]
fn any_number_but_0_says_yes() {
    with_vectors(|index, instance| {
        let among = soch_search { filter: SOCH_FILTER_CALLBACK, allows: Some(allows), ..for_all() };
        assert_eq!(search(index, instance, among), (SOCH_OK, vec![2]));
    });
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("health.json");
    let plugin = Raw::open("observability_json");
    let instance = plugin.create(&serde_json::json!({ "path": place.to_str().expect("UTF-8") }).to_string());
    // SAFETY: the table is a constant of the plugin.
    let sink = unsafe { plugin.0.observability.as_ref() }.expect("a sink");
    for operational in [0, 1, 2, u32::MAX] {
        let health = soch_health { operational, ..HealthInfo::new(true).as_raw() };
        // SAFETY: the plugin's function on its instance; the state is lent for the call.
        assert_eq!(unsafe { sink.report_health.expect("it takes it")(instance, &health) }, SOCH_OK);
    }
    plugin.end(instance);
    let text = std::fs::read_to_string(place).expect("what it wrote");
    let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["operational"].clone();
    assert_eq!(text.lines().map(line).collect::<Vec<_>>(), [false, true, true, true]);
}

#[test]
fn what_is_reserved_is_written_as_0_and_not_looked_at() {
    let change = IndexChange::Insert { key: &[0; 4], row: 3 }.as_raw();
    let written: [u64; 5] = [
        change.reserved.into(),
        CompressionOptions::new().as_raw().reserved.into(),
        CompressionProperties::new().as_raw().reserved.into(),
        ObservabilityProperties::new().as_raw().reserved.into(),
        HealthInfo::new(true).as_raw().reserved.into(),
    ];
    assert_eq!(written, [0; 5]);
    with_vectors(|index, instance| {
        let change = soch_index_change { reserved: u32::MAX, ..change };
        let mut error = soch_error::empty();
        // SAFETY: the plugin's function on its instance; all is lent for the call.
        let status = unsafe { index.change_batch.expect("it has it")(instance, null(), &change, 1, &mut error) };
        assert_eq!(status, SOCH_OK);
        assert_eq!(search(index, instance, for_all()), (SOCH_OK, vec![1, 2, 3]));
    });
}
