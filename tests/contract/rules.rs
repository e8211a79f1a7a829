//! The numbered rules of the header's first page: each has its test, and the examples in C keep those that a table alone
//! can break.

use sochdb_plugin_abi::*;
use sochdb_plugin_host::sdk::{IndexExtension, LogLevel};
use std::ffi::{c_void, CString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::ptr::null;
use support::plugins::{in_rust, load};
use support::{in_c, root};

/// The test of each rule.
const TESTS: &[(usize, &str, &str)] = &[
    (1, "sdk/tests/boundary.rs", "every_kind_of_error_has_its_status_and_comes_back"),
    (2, "tests/contract/rules.rs", "a_level_that_is_not_listed_is_an_error"),
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
];

#[test]
fn each_rule_of_the_first_page_has_a_test() {
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let rules = header.split("\n// Rules ").nth(1).and_then(|rest| rest.split("\n//\n").next()).expect("the rules");
    let number = |line: &str| line.strip_prefix("//            ")?.split(' ').next()?.parse::<usize>().ok();
    let numbers: Vec<usize> = rules.lines().filter_map(number).collect();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "rules are numbered one by one");
    let mut tested: Vec<usize> = TESTS.iter().map(|(rule, ..)| *rule).collect();
    tested.dedup();
    assert_eq!(tested, numbers, "rules of the header, rules that have a test");
    for (rule, file, name) in TESTS {
        let source = fs::read_to_string(root().join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
        let at = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("rule {rule}: {file} has no {name}"));
        assert!(source[..at].trim_end().ends_with("#[test]"), "rule {rule}: {name} of {file} is no test");
    }
}

/// A plugin in C as the dynamic linker gives it, without the host between: what the host never does can be done.
struct Raw(&'static soch_plugin);

impl Raw {
    fn open(name: &str) -> Self {
        let path = CString::new(in_c!(name).as_os_str().as_bytes()).expect("a path");
        // SAFETY: the plugin was compiled from this source tree, and is never closed. The entry is a constant of it.
        let entry = unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            assert!(!library.is_null(), "{name} loads");
            libc::dlsym(library, c"soch_plugin_v1".as_ptr()).cast::<soch_plugin>().as_ref()
        };
        Self(entry.expect("the entry"))
    }

    fn create(&self, config: &str) -> *mut c_void {
        let mut instance = std::ptr::null_mut();
        let mut error = soch_error::empty();
        let create = self.0.create.expect("it has a `create`");
        // SAFETY: the plugin's function; these examples do not look at the host.
        let status = unsafe { create(null(), soch_str::lend(config), &mut instance, &mut error) };
        assert_eq!(status, SOCH_OK);
        instance
    }

    fn end(&self, instance: *mut c_void) {
        let mut error = soch_error::empty();
        // SAFETY: the plugin's functions on an instance that nobody else has, in this order.
        unsafe {
            if let Some(shutdown) = self.0.shutdown {
                assert_eq!(shutdown(instance, &mut error), SOCH_OK);
            }
            if let Some(destroy) = self.0.destroy {
                destroy(instance);
            }
        }
    }
}

/// Each storage in C with an instance of it.
fn each_storage(mut test: impl FnMut(&str, &soch_storage, *mut c_void)) {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("data");
    fs::create_dir(&place).expect("a directory of its own");
    let lmdb = serde_json::json!({ "path": place.to_str().expect("UTF-8") }).to_string();
    for (name, config) in [("storage_memory", "{}"), ("storage_lmdb", &lmdb)] {
        let plugin = Raw::open(name);
        let instance = plugin.create(config);
        // SAFETY: the entry says that it is a constant table.
        let table = unsafe { plugin.0.storage.as_ref() }.expect("a storage");
        test(name, table, instance);
        plugin.end(instance);
    }
}

unsafe extern "C" fn count_row(ctx: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    // SAFETY: the test passes a number that lives through the scan.
    unsafe { *ctx.cast::<usize>() += 1 };
    SOCH_OK
}

fn rows(storage: &soch_storage, instance: *mut c_void) -> usize {
    let mut count = 0_usize;
    let sink = soch_row_sink { ctx: (&raw mut count).cast(), row: Some(count_row) };
    let (all, mut error) = (soch_bytes::lend(b""), soch_error::empty());
    // SAFETY: the plugin's function on its instance; all is lent for the call.
    let status = unsafe { storage.scan.expect("required")(instance, 1, all, all, u64::MAX, &sink, &mut error) };
    assert_eq!(status, SOCH_OK);
    count
}

#[test]
fn an_unknown_operation_is_unsupported_and_changes_nothing() {
    each_storage(|name, storage, instance| {
        let write_batch = storage.write_batch.expect("it has batches");
        let write = |op, key| soch_write { op, table: 1, key: soch_bytes::lend(key), value: soch_bytes::lend(b"v") };
        for op in [SOCH_WRITE_DELETE + 1, 7, 0x8000_0000, u32::MAX] {
            for at in 0..3 {
                let mut writes = [b"a", b"b", b"c"].map(|key| write(SOCH_WRITE_PUT, key));
                writes[at].op = op;
                let mut error = soch_error::empty();
                // SAFETY: the plugin's function on its instance; all is lent for the call.
                let status = unsafe { write_batch(instance, writes.as_ptr(), writes.len(), 0, &mut error) };
                assert_eq!(status, SOCH_UNSUPPORTED, "{name}: operation {op} at {at}");
                assert_eq!(rows(storage, instance), 0, "{name}: operation {op} at {at} changed something");
            }
        }
    });
}

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

#[test]
fn the_sizes_that_every_storage_takes_are_taken_and_longer_ones_are_no_damage() {
    each_storage(|name, storage, instance| {
        let put = |key: &[u8], value: &[u8]| {
            let (key, value, mut error) = (soch_bytes::lend(key), soch_bytes::lend(value), soch_error::empty());
            // SAFETY: the plugin's function on its instance; all is lent for the call.
            unsafe { storage.put.expect("required")(instance, 1, key, value, 0, &mut error) }
        };
        let (key, value) = (SOCH_LEAST_MAX_KEY as usize, SOCH_LEAST_MAX_VALUE as usize);
        for key in [1, 2, key - 1, key] {
            for value in [0, 1, value - 1, value] {
                assert_eq!(put(&vec![7; key], &vec![7; value]), SOCH_OK, "{name}: {key} bytes, {value} bytes");
            }
        }
        assert_eq!(rows(storage, instance), 4, "{name}");
        for key in key + 1..key + 1000 {
            let (before, status) = (rows(storage, instance), put(&vec![7; key], b"value"));
            let after = rows(storage, instance);
            match status {
                SOCH_OK => assert_eq!(after, before + 1, "{name}: a key of {key} bytes is kept"),
                SOCH_LIMIT => assert_eq!(after, before, "{name}: a key of {key} bytes is refused whole"),
                other => panic!("{name}: a key of {key} bytes is status {other}"),
            }
        }
    });
}

#[test]
fn a_level_that_is_not_listed_is_an_error() {
    for level in [SOCH_LOG_ERROR + 1, -1, i32::MIN, i32::MAX] {
        assert_eq!(LogLevel::from_raw(level), LogLevel::Error);
    }
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
