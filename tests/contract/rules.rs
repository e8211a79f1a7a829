//! The numbered rules of the header's first page: each has its test, and the examples in C keep those that a table alone
//! can break.

use crate::raw::{each_storage, rows, Raw};
use sochdb_plugin_abi::*;
use sochdb_plugin_host::sdk::{BatchOptions, CompressionOptions, IndexExtension, Labels, LogLevel, VecWriter, Write};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices};
use std::ffi::c_void;
use std::fs;
use std::ptr::null;
use std::sync::{Arc, Mutex};
use support::named::{body_of_test, source};
use support::plugins::{in_rust, load, Private};

/// The test of each rule.
const TESTS: &[(usize, &str, &str)] = &[
    (1, "sdk/tests/boundary.rs", "every_kind_of_error_has_its_status_and_comes_back"),
    (1, "sdk/tests/writer.rs", "writer_of_the_other_side_is_not_believed"),
    (2, "tests/contract/rules.rs", "a_level_that_no_host_knows_is_the_nearest_to_it"),
    (2, "tests/contract/rules.rs", "a_level_that_no_sink_knows_is_the_nearest_to_it"),
    (3, "tests/contract/rules.rs", "an_unknown_operation_is_unsupported_and_changes_nothing"),
    (3, "sdk/tests/tables.rs", "storage_refuses_null_with_a_length"),
    (4, "sdk/tests/metrics.rs", "metrics_that_break_the_contract_are_refused"),
    (5, "host/src/loader/tests/notes.rs", "versions"),
    (6, "host/src/loader/tests/notes.rs", "versions"),
    (7, "sdk/tests/tables.rs", "no_byte_is_written_beyond_what_a_struct_says_of_its_size"),
    (7, "tests/contract/rules.rs", "no_storage_writes_beyond_the_size_of_stats"),
    (8, "tests/examples/durability.rs", "what_was_flushed_survives_with_sync_at_flush"),
    (9, "tests/contract/rules.rs", "bytes_at_an_odd_address_are_taken"),
    (10, "tests/contract/refusals.rs", "create_fails"),
    (11, "tests/examples/failing_disk.rs", "an_error_that_cannot_be_undone_stays_one_in_every_slot"),
    (12, "sdk/tests/records.rs", "what_no_sink_knows_of_a_span_is_what_the_rule_says"),
    (13, "tests/contract/rules.rs", "a_flag_that_must_be_understood_is_unsupported_and_others_are_passed_over"),
    (13, "tests/contract/rules.rs", "a_flag_that_a_codec_must_understand_is_unsupported_and_others_are_passed_over"),
    (13, "tests/contract/rules.rs", "a_flag_that_a_cursor_must_understand_is_unsupported_and_others_are_passed_over"),
    (13, "tests/contract/rules.rs", "a_flag_that_a_batch_must_understand_is_unsupported_and_others_are_passed_over"),
    (13, "sdk/tests/cursors.rs", "each_flag_is_known_unsupported_or_passed_over"),
    (13, "sdk/tests/compression_options.rs", "each_flag_is_known_unsupported_or_passed_over"),
    (13, "sdk/tests/search.rs", "flags_that_need_not_be_understood_are_passed_over"),
    (13, "sdk/tests/transactions.rs", "a_flag_that_must_be_understood_and_is_not_known_is_unsupported"),
    (14, "tests/contract/values.rs", "a_flag_that_nobody_knows_is_passed_over_where_it_is_read"),
    (15, "tests/contract/values.rs", "a_filter_and_an_element_that_the_index_does_not_know_are_unsupported"),
    (15, "tests/contract/values.rs", "an_element_and_a_metric_that_no_host_knows_are_bytes_and_another_one"),
    (15, "sdk/tests/search.rs", "what_is_not_known_of_a_search_is_unsupported"),
    (16, "tests/contract/values.rs", "what_is_reserved_is_written_as_0_and_not_looked_at"),
    (17, "tests/contract/values.rs", "any_number_but_0_says_yes"),
];

#[test]
fn each_rule_of_the_first_page_has_a_test() {
    let header = source("include/sochdb_plugin.h");
    let rules = header.split("\n// Rules ").nth(1).and_then(|rest| rest.split("\n//\n").next()).expect("the rules");
    let number = |line: &str| line.strip_prefix("//            ")?.split(' ').next()?.parse::<usize>().ok();
    let numbers: Vec<usize> = rules.lines().filter_map(number).collect();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "rules are numbered one by one");
    let mut tested: Vec<usize> = TESTS.iter().map(|(rule, ..)| *rule).collect();
    tested.dedup();
    assert_eq!(tested, numbers, "rules of the header, rules that have a test");
    for (_, file, name) in TESTS {
        body_of_test(&source(file), file, name);
    }
}

#[test]
fn an_unknown_operation_is_unsupported_and_changes_nothing() {
    each_storage(|name, storage, instance| {
        let write_batch = storage.write_batch.expect("it has batches");
        let write =
            |op, key| soch_write { op, table: 1, key: soch_bytes::lend(key), value: soch_bytes::lend(b"v"), ttl_ms: 0 };
        let options = BatchOptions::new().as_raw();
        for op in [SOCH_WRITE_EXPECT_ABSENT + 1, 7, 0x8000_0000, u32::MAX] {
            for at in 0..3 {
                let mut writes = [b"a", b"b", b"c"].map(|key| write(SOCH_WRITE_PUT, key));
                writes[at].op = op;
                let mut error = soch_error::empty();
                // SAFETY: the plugin's function on its instance; all is lent for the call.
                let status =
                    unsafe { write_batch(instance, null(), writes.as_ptr(), writes.len(), &options, &mut error) };
                assert_eq!(status, SOCH_UNSUPPORTED, "{name}: operation {op} at {at}");
                assert_eq!(rows(storage, instance), 0, "{name}: operation {op} at {at} changed something");
            }
        }
    });
    for name in ["index_flat", "index_vectors"] {
        let plugin = Raw::open(name);
        let instance = plugin.create(r#"{"dimensions": 1}"#);
        // SAFETY: the table is a constant of the plugin.
        let index = unsafe { plugin.0.index.as_ref() }.expect("an index");
        let (change_batch, size_bytes) =
            (index.change_batch.expect("it has batches"), index.size_bytes.expect("a size"));
        let size = || {
            let (mut bytes, mut error) = (0, soch_error::empty());
            // SAFETY: the plugin's function on its instance, with places for the results.
            assert_eq!(unsafe { size_bytes(instance, &mut bytes, &mut error) }, SOCH_OK);
            bytes
        };
        let empty = size();
        for op in [SOCH_INDEX_REMOVE + 1, 7, 0x8000_0000, u32::MAX] {
            for at in 0..3 {
                let key = soch_bytes::lend(&[0; 4]);
                let mut changes =
                    [1, 2, 3].map(|row| soch_index_change { op: SOCH_INDEX_INSERT, reserved: 0, row, key });
                changes[at].op = op;
                let mut error = soch_error::empty();
                // SAFETY: the plugin's function on its instance; all is lent for the call.
                let status = unsafe { change_batch(instance, std::ptr::null(), changes.as_ptr(), 3, &mut error) };
                assert_eq!(status, SOCH_UNSUPPORTED, "{name}: operation {op} at {at}");
                assert_eq!(size(), empty, "{name}: operation {op} at {at} changed something");
            }
        }
        plugin.end(instance);
    }
}

#[test]
fn a_flag_that_a_batch_must_understand_is_unsupported_and_others_are_passed_over() {
    each_storage(|name, storage, instance| {
        let write_batch = storage.write_batch.expect("it has batches");
        for bit in 0..64 {
            for known in [0, SOCH_BATCH_DURABLE] {
                let options = soch_batch_options { flags: 1 << bit | known, ..BatchOptions::new().as_raw() };
                let before = rows(storage, instance);
                let key = [bit, known as u8];
                let write = Write::Put { table: 1, key: &key, value: b"v" }.as_raw();
                let mut error = soch_error::empty();
                // SAFETY: the plugin's function on its instance; all is lent for the call.
                let status = unsafe { write_batch(instance, null(), &write, 1, &options, &mut error) };
                let taken = 1 << bit == SOCH_BATCH_DURABLE || bit >= 32;
                let (expected, more) = if taken { (SOCH_OK, 1) } else { (SOCH_UNSUPPORTED, 0) };
                assert_eq!(status, expected, "{name}: flags {:#x}", options.flags);
                assert_eq!(rows(storage, instance), before + more, "{name}: flags {:#x}", options.flags);
            }
        }
    });
}

#[test]
fn a_flag_that_must_be_understood_is_unsupported_and_others_are_passed_over() {
    let mut storages = 0;
    let mut begin_with = |name: &str, storage: &soch_storage, instance, flags: u64, expected| {
        let Some((begin, abort)) = storage.begin_txn.zip(storage.abort_txn) else { return };
        storages += 1;
        let options = soch_transaction_options { flags, ..sochdb_plugin_host::sdk::TransactionOptions::new().as_raw() };
        let (mut txn, mut error) = (std::ptr::null_mut(), soch_error::empty());
        // SAFETY: the plugin's functions on its instance and its transaction; all is lent for the call.
        unsafe {
            let status = begin(instance, &options, &mut txn, &mut error);
            assert_eq!(status, expected, "{name}: flags {flags:#x}");
            if status == SOCH_OK {
                abort(txn);
            }
        }
    };
    each_storage(|name, storage, instance| {
        for bit in 0..64 {
            let known = 1 << bit == SOCH_TRANSACTION_DURABLE;
            let expected = if known || bit >= 32 { SOCH_OK } else { SOCH_UNSUPPORTED };
            begin_with(name, storage, instance, 1 << bit, expected);
            begin_with(name, storage, instance, 1 << bit | SOCH_TRANSACTION_DURABLE, expected);
        }
    });
    assert!(storages >= 128, "a storage in C has transactions");
}

#[test]
fn a_flag_that_a_cursor_must_understand_is_unsupported_and_others_are_passed_over() {
    each_storage(|name, storage, instance| {
        let options = sochdb_plugin_host::sdk::CursorOptions::new().as_raw();
        let (mut reader, mut error) = (std::ptr::null_mut(), soch_error::empty());
        let (open, close) = (storage.open_cursor.expect("it has them"), storage.close_cursor.expect("it has them"));
        // SAFETY: the plugin's functions on its instance, its reader and its cursors; all is lent for the call.
        unsafe {
            let opened = storage.open_reader.expect("it has them")(instance, &mut reader, &mut error);
            assert_eq!(opened, SOCH_OK);
            for bit in 0..64 {
                for flags in [1 << bit, 1 << bit | SOCH_CURSOR_REVERSE] {
                    let (options, mut cursor) = (soch_cursor_options { flags, ..options }, std::ptr::null_mut());
                    let status = open(reader, 1, &options, &mut cursor, &mut error);
                    let expected = if (1..32).contains(&bit) { SOCH_UNSUPPORTED } else { SOCH_OK };
                    assert_eq!(status, expected, "{name}: flags {flags:#x}");
                    if status == SOCH_OK {
                        close(cursor);
                    }
                }
            }
            storage.close_reader.expect("it has them")(reader);
        }
    });
}

#[test]
fn a_flag_that_a_codec_must_understand_is_unsupported_and_others_are_passed_over() {
    let plugin = Raw::open("compression_zstd");
    let instance = plugin.create("{}");
    // SAFETY: the table of the entry, which is a constant of the plugin.
    let codec = unsafe { plugin.0.compression.as_ref() }.expect("a codec");
    let call = |slot: Option<CallWithOptions>, input: &[u8], flags| {
        let options = soch_compression_options { flags, ..CompressionOptions::new().as_raw() };
        let (mut output, mut error) = (Vec::new(), soch_error::empty());
        let mut writer = VecWriter::new(&mut output, 1000);
        let raw = writer.as_raw();
        // SAFETY: the plugin's function on its instance; all is lent for the call.
        let status =
            unsafe { slot.expect("it has options")(instance, soch_bytes::lend(input), &options, &raw, &mut error) };
        (status, output)
    };
    let (_, packed) = call(codec.compress_with, b"text", 0);
    for bit in 0..64 {
        let refused = (1..32).contains(&bit);
        let expected = if refused { SOCH_UNSUPPORTED } else { SOCH_OK };
        assert_eq!(call(codec.compress_with, b"text", 1 << bit).0, expected, "compress_with, flag {bit}");
        let text: &[u8] = if refused { b"" } else { b"text" };
        assert_eq!(call(codec.decompress_with, &packed, 1 << bit), (expected, text.to_vec()), "decompress, flag {bit}");
    }
    plugin.end(instance);
}

/// `compress_with` or `decompress_with`.
type CallWithOptions = unsafe extern "C" fn(
    *mut c_void,
    soch_bytes,
    *const soch_compression_options,
    *const soch_writer,
    *mut soch_error,
) -> soch_status;

#[test]
fn no_storage_writes_beyond_the_size_of_stats() {
    const ROOM: usize = 64;
    each_storage(|name, storage, instance| {
        let mut room = [usize::MAX; ROOM];
        room[0] = std::mem::size_of::<soch_storage_stats>();
        let (words, mut error) = (room[0] / std::mem::size_of::<usize>(), soch_error::empty());
        let size = room[0];
        // SAFETY: the plugin's function on its instance, with a place that is larger than it says.
        let status = unsafe { storage.stats.expect("it has them")(instance, room.as_mut_ptr().cast(), &mut error) };
        assert_eq!((status, room[0]), (SOCH_OK, size), "{name}");
        assert!(room[words..].iter().all(|word| *word == usize::MAX), "{name} writes beyond the end");
    });
}

/// Numbers that are no level, and the one that each means.
const NO_LEVELS: [(i32, LogLevel); 4] = [
    (SOCH_LOG_ERROR + 1, LogLevel::Error),
    (SOCH_LOG_DEBUG - 1, LogLevel::Debug),
    (i32::MIN, LogLevel::Debug),
    (i32::MAX, LogLevel::Error),
];

/// Keeps the levels of what plugins log.
#[derive(Default)]
struct Levels(Mutex<Vec<LogLevel>>);

impl HostServices for Levels {
    fn log(&self, _: &Caller<'_>, level: LogLevel, _: &str, _: Labels<'_>) {
        self.0.lock().expect("no test panics with it").push(level);
    }
}

#[test]
fn a_level_that_no_host_knows_is_the_nearest_to_it() {
    for (level, nearest) in NO_LEVELS {
        let plugin = Private::compile("deceives", &[&format!("-DLEVEL=({level})")]);
        let levels = Arc::new(Levels::default());
        let library = plugin.load_by(&DynamicPluginLoader::new_trusted().services(levels.clone())).expect("it loads");
        library.instance("{}").expect_err("it logs, and makes no instance");
        assert_eq!(*levels.0.lock().expect("no test panics with it"), [nearest], "level {level}");
    }
}

#[test]
fn a_level_that_no_sink_knows_is_the_nearest_to_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("log.json");
    let plugin = Raw::open("observability_json");
    let instance = plugin.create(&serde_json::json!({ "path": place.to_str().expect("UTF-8") }).to_string());
    // SAFETY: the entry says that it is a constant table.
    let sink = unsafe { plugin.0.observability.as_ref() }.expect("a sink");
    for (level, _) in NO_LEVELS {
        // SAFETY: the plugin's function on its instance; the text is lent for the call.
        let status = unsafe { sink.log.expect("it has one")(instance, level, soch_str::lend("text"), null(), 0) };
        assert_eq!(status, SOCH_OK);
    }
    plugin.end(instance);
    let text = fs::read_to_string(place).expect("what it wrote");
    let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON")["level"].clone();
    assert_eq!(text.lines().map(line).collect::<Vec<_>>(), ["error", "debug", "debug", "error"]);
    assert!(NO_LEVELS.iter().all(|(level, nearest)| LogLevel::from_raw(*level) == *nearest), "the SDK's sinks");
}

/// `bytes` behind each of eight addresses in turn.
fn at_each_address(bytes: &[u8], mut test: impl FnMut(soch_bytes)) {
    let mut room = vec![0_u64; bytes.len() / 8 + 3];
    for shift in 0..8 {
        // SAFETY: the room is longer than shift and bytes together.
        unsafe {
            let at = room.as_mut_ptr().cast::<u8>().add(shift);
            at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            test(soch_bytes { ptr: at, len: bytes.len() });
        }
    }
}

#[test]
fn bytes_at_an_odd_address_are_taken() {
    let plugin = Raw::open("index_sorted");
    let instance = plugin.create("{}");
    // SAFETY: the entry says that it is a constant table.
    let index = unsafe { plugin.0.index.as_ref() }.expect("an index");
    let mut row = 0;
    at_each_address(&1.5_f64.to_ne_bytes(), |key| {
        row += 1;
        let (mut rows, mut count, mut error) = ([0_u64; 16], 0_usize, soch_error::empty());
        // SAFETY: the plugin's functions on its instance; all is lent for the call.
        unsafe {
            assert_eq!(index.insert.expect("required")(instance, key, row, &mut error), SOCH_OK);
            let lookup = index.lookup.expect("it has an order");
            assert_eq!(lookup(instance, key, rows.as_mut_ptr(), 16, &mut count, &mut error), SOCH_OK);
        }
        assert_eq!(rows[..count], (1..=row).collect::<Vec<_>>());
    });
    plugin.end(instance);

    // A reference to a number at an odd address is a panic in a Rust plugin of this profile.
    let config = r#"{"dimensions": 4, "metric": "l2"}"#;
    let mut graph = load(&in_rust("index_hnsw")).instance(config).expect("an instance").index().expect("an index");
    let mut vector = 0_u8;
    at_each_address(&[0; 16], |_| {
        vector += 1;
        let numbers: Vec<u8> = [1.0, 2.0, 3.0, f32::from(vector)].iter().flat_map(|n: &f32| n.to_ne_bytes()).collect();
        at_each_address(&numbers, |bytes| {
            // SAFETY: the bytes live through the call.
            let bytes = unsafe { std::slice::from_raw_parts(bytes.ptr, bytes.len) };
            graph.insert(bytes, vector.into()).expect("it is taken");
            assert_eq!(graph.nearest(bytes, 1).expect("it is found")[0].0, u64::from(vector));
        });
    });
}
