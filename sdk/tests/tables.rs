//! The tables' functions with arguments that a broken host might pass, and with empty ones, which are fine.

mod support;

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::instance::{destroy, into_raw, shared};
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::{BatchOptions, VecWriter};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use support::{All, Answer};

const EMPTY: soch_bytes = soch_bytes { ptr: null(), len: 0 };
const BAD: soch_bytes = soch_bytes { ptr: null(), len: 5 };

/// An instance for one test.
struct Instance(*mut c_void);

impl Instance {
    fn new() -> Self {
        Self(into_raw(All::new(Answer::Echo), None))
    }

    /// The calls that arrived since the last time.
    fn calls(&self) -> Vec<String> {
        // SAFETY: it is an instance of `All`, and no call is under way.
        std::mem::take(&mut *unsafe { shared::<All>(self.0) }.calls.lock().expect("not poisoned"))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: it is an instance of `All`, and no call follows.
        unsafe { destroy::<All>(self.0) };
    }
}

/// Checks that `call` is refused as invalid with `text`, and did not reach the plugin.
fn refused(instance: &Instance, text: &str, call: impl FnOnce(*mut soch_error) -> soch_status) {
    refused_as(SOCH_INVALID, instance, text, call);
}

fn refused_as(status: soch_status, instance: &Instance, text: &str, call: impl FnOnce(*mut soch_error) -> soch_status) {
    let mut error = soch_error::empty();
    assert_eq!(call(&mut error), status, "{text}");
    assert_eq!(error_text(&error), text);
    assert_eq!(instance.calls(), [""; 0]);
}

#[test]
fn storage_refuses_null_with_a_length() {
    let instance = Instance::new();
    let storage = shims::storage::<All>();
    let good = soch_bytes::lend(b"k");
    let mut buffer = Vec::new();
    let mut writer = VecWriter::new(&mut buffer, 10);
    let out = writer.as_raw();
    let sink = soch_row_sink { ctx: null_mut(), row: Some(take_row) };
    let text = "bytes at NULL with a length";
    let write = |key, value| soch_write { op: SOCH_WRITE_PUT, table: 1, key, value, ttl_ms: 0 };
    let writes = [write(good, good), write(good, BAD)];
    let (get, put, scan) = (storage.get.unwrap(), storage.put.unwrap(), storage.scan.unwrap());
    let (write_batch, options) = (storage.write_batch.unwrap(), BatchOptions::new().as_raw());
    // SAFETY: an instance of `All`; bad arguments are what is tested, and they are refused before they are read.
    unsafe {
        refused(&instance, text, |error| get(instance.0, 1, BAD, &out, error));
        refused(&instance, text, |error| put(instance.0, 1, BAD, good, 0, error));
        refused(&instance, text, |error| put(instance.0, 1, good, BAD, 0, error));
        refused(&instance, text, |error| storage.remove.unwrap()(instance.0, 1, BAD, 0, error));
        refused(&instance, text, |error| scan(instance.0, null(), 1, BAD, good, 1, &sink, error));
        refused(&instance, text, |error| scan(instance.0, null(), 1, good, BAD, 1, &sink, error));
        refused(&instance, text, |error| write_batch(instance.0, null(), writes.as_ptr(), 2, &options, error));
        refused(&instance, "an array of 2 items at 0x0", |error| {
            write_batch(instance.0, null(), null(), 2, &options, error)
        });
        refused(&instance, "the writer is NULL", |error| get(instance.0, 1, good, null(), error));
        let text = "the row sink is NULL or lacks its function";
        refused(&instance, text, |error| scan(instance.0, null(), 1, good, good, 1, null(), error));
        let lacking = soch_row_sink { row: None, ..sink };
        refused(&instance, text, |error| scan(instance.0, null(), 1, good, good, 1, &lacking, error));
        let unknown = soch_write { op: 9, ..writes[0] };
        let text = "`write 9` is not supported";
        refused_as(SOCH_UNSUPPORTED, &instance, text, |error| {
            write_batch(instance.0, null(), &unknown, 1, &options, error)
        });
    }
}

#[test]
fn storage_finds_many_keys_unless_one_is_none() {
    let instance = Instance::new();
    let multi_get = shims::storage::<All>().multi_get.unwrap();
    let good = soch_bytes::lend(b"ok");
    let mut found: Vec<(usize, usize)> = Vec::new();
    unsafe extern "C" fn take(ctx: *mut c_void, at: usize, value: soch_bytes) -> soch_status {
        // SAFETY: the test gives a vector, and the plugin lends the value.
        unsafe { (*ctx.cast::<Vec<(usize, usize)>>()).push((at, value.len)) };
        SOCH_OK
    }
    let sink = soch_value_sink { ctx: (&raw mut found).cast(), value: Some(take) };
    let lacking = soch_value_sink { value: None, ..sink };
    let (keys, bad) = ([good, good], [good, BAD]);
    // SAFETY: an instance of `All`; bad arguments are what is tested, and they are refused before they are read.
    unsafe {
        refused(&instance, "bytes at NULL with a length", |error| {
            multi_get(instance.0, null(), 1, bad.as_ptr(), 2, &sink, error)
        });
        refused(&instance, "an array of 2 items at 0x0", |error| {
            multi_get(instance.0, null(), 1, null(), 2, &sink, error)
        });
        let text = "the value sink is NULL or lacks its function";
        for sink in [null(), &raw const lacking] {
            refused(&instance, text, |error| multi_get(instance.0, null(), 1, keys.as_ptr(), 2, sink, error));
        }
        let mut error = soch_error::empty();
        assert_eq!(multi_get(instance.0, null(), 1, keys.as_ptr(), 2, &sink, &mut error), SOCH_OK);
    }
    assert_eq!(found, [(1, 11)]);
    assert_eq!(instance.calls(), ["multi_get 1 [[111, 107], [111, 107]]"]);
}

#[test]
fn storage_refuses_a_text_that_is_none() {
    let instance = Instance::new();
    let storage = shims::storage::<All>();
    let (checkpoint, property) = (storage.checkpoint.unwrap(), storage.property.unwrap());
    let mut buffer = Vec::new();
    let mut writer = VecWriter::new(&mut buffer, 10);
    let out = writer.as_raw();
    let lent = |text: &'static [u8]| soch_str { ptr: text.as_ptr().cast(), len: text.len() };
    let nothing = soch_str { ptr: null(), len: 1 };
    let kinds = [
        (nothing, "bytes at NULL with a length"),
        (lent(b"\xFF"), "text that is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0"),
    ];
    // SAFETY: an instance of `All`; bad arguments are what is tested, and they are refused before they are read.
    unsafe {
        for (bad, text) in kinds {
            refused(&instance, text, |error| checkpoint(instance.0, null(), bad, error));
            refused(&instance, text, |error| property(instance.0, bad, &out, error));
        }
        refused(&instance, "the writer is NULL", |error| property(instance.0, lent(b"name"), null(), error));
        let mut error = soch_error::empty();
        assert_eq!(property(instance.0, lent(b"name"), &out, &mut error), SOCH_OK);
        assert_eq!(property(instance.0, lent(b""), &out, &mut error), SOCH_NOT_FOUND);
        assert_eq!(checkpoint(instance.0, null(), lent(b"/a/b"), &mut error), SOCH_OK);
    }
    assert_eq!(instance.calls(), ["property name", "property ", "checkpoint \"/a/b\""]);
    assert_eq!(buffer, b"name");
}

/// What the other side has of a struct that begins with its size may be shorter or longer than what the SDK knows.
#[test]
fn no_byte_is_written_beyond_what_a_struct_says_of_its_size() {
    const WORDS: usize = 12;
    const UNTOUCHED: usize = usize::MAX / 255;
    let known = std::mem::size_of::<soch_storage_stats>();
    let instance = Instance::new();
    let stats = shims::storage::<All>().stats.unwrap();
    for size in 0..=WORDS * 8 {
        let mut room = [UNTOUCHED; WORDS];
        room[0] = size;
        let mut error = soch_error::empty();
        // SAFETY: an instance of `All`; the room is larger than any size that it says.
        let status = unsafe { stats(instance.0, room.as_mut_ptr().cast(), &mut error) };
        assert_eq!(status, if size < 8 { SOCH_INVALID } else { SOCH_OK }, "size {size}");
        assert_eq!(room[0], size, "the size stays");
        // SAFETY: any bytes are bytes.
        let bytes = unsafe { std::slice::from_raw_parts(room.as_ptr().cast::<u8>(), WORDS * 8) };
        let written = bytes.iter().rposition(|byte| *byte != 1).map_or(0, |last| last + 1).max(8);
        let expected = if size < 8 { 8 } else { size.min(known) };
        assert!(written <= expected, "size {size}: {written} bytes are written");
        assert!(size < known || bytes[8..known].iter().any(|byte| *byte != 1), "size {size}: nothing is written");
    }
    instance.calls();
    refused(&instance, "the place of the result is NULL", |error| {
        // SAFETY: an instance of `All`; NULL is what is tested.
        let status = unsafe { stats(instance.0, null_mut(), error) };
        instance.calls();
        status
    });
}

#[test]
fn storage_takes_what_is_empty() {
    let instance = Instance::new();
    let storage = shims::storage::<All>();
    let mut error = soch_error::empty();
    let sink = soch_row_sink { ctx: null_mut(), row: Some(take_row) };
    // SAFETY: an instance of `All`, and arguments that live through each call.
    unsafe {
        assert_eq!(storage.put.unwrap()(instance.0, 1, EMPTY, EMPTY, 8, &mut error), SOCH_OK);
        assert_eq!(storage.scan.unwrap()(instance.0, null(), 1, EMPTY, EMPTY, u64::MAX, &sink, &mut error), SOCH_OK);
        assert_eq!(
            storage.write_batch.unwrap()(instance.0, null(), null(), 0, &BatchOptions::new().as_raw(), &mut error),
            SOCH_OK
        );
        assert_eq!(storage.flush.unwrap()(instance.0, null(), null_mut()), SOCH_OK, "NULL for the error");
    }
    let scan = format!("scan 1 [] [] {}", usize::MAX);
    let calls = instance.calls();
    assert_eq!(
        calls.iter().filter(|call| !call.starts_with("write_batch")).collect::<Vec<_>>(),
        ["put 1 [] [] 8", &scan, "flush"]
    );
}

#[test]
fn sink_that_wants_no_more_ends_the_scan_with_its_status() {
    let instance = Instance::new();
    let mut error = soch_error::empty();
    let sink = soch_row_sink { ctx: null_mut(), row: Some(end_scan) };
    let scan = shims::storage::<All>().scan.unwrap();
    // SAFETY: an instance of `All`, and arguments that live through the call.
    let status = unsafe { scan(instance.0, null(), 1, EMPTY, EMPTY, 1, &sink, &mut error) };
    assert_eq!(status, SOCH_CANCELLED);
}

#[test]
fn index_refuses_null_with_a_length() {
    let instance = Instance::new();
    let index = shims::index::<All>();
    let good = soch_bytes::lend(b"k");
    let (mut rows, mut distances, mut count) = ([0_u64; 4], [0_f32; 4], 99_usize);
    let entries = [soch_index_entry { row: 1, key: good }, soch_index_entry { row: 2, key: BAD }];
    let text = "bytes at NULL with a length";
    let array = "an array of 4 items at 0x0";
    let (build, lookup) = (index.build.unwrap(), index.lookup.unwrap());
    let (range, nearest) = (index.range.unwrap(), index.nearest.unwrap());
    let (ids, near) = (rows.as_mut_ptr(), distances.as_mut_ptr());
    // SAFETY: an instance of `All`; bad arguments are what is tested, and they are refused before they are read.
    unsafe {
        refused(&instance, "an array of 2 items at 0x0", |error| build(instance.0, null(), 1, 1, null(), 2, error));
        refused(&instance, text, |error| build(instance.0, null(), 1, 1, entries.as_ptr(), 2, error));
        refused(&instance, text, |error| index.insert.unwrap()(instance.0, BAD, 1, error));
        refused(&instance, text, |error| index.remove.unwrap()(instance.0, BAD, 1, error));
        refused(&instance, text, |error| lookup(instance.0, BAD, ids, 4, &mut count, error));
        refused(&instance, array, |error| lookup(instance.0, good, null_mut(), 4, &mut count, error));
        refused(&instance, text, |error| range(instance.0, null(), BAD, good, 1, ids, 4, &mut count, error));
        refused(&instance, text, |error| range(instance.0, null(), good, BAD, 1, ids, 4, &mut count, error));
        refused(&instance, array, |error| range(instance.0, null(), good, good, 1, null_mut(), 4, &mut count, error));
        refused(&instance, text, |error| nearest(instance.0, BAD, 4, ids, near, &mut count, error));
        refused(&instance, array, |error| nearest(instance.0, good, 4, null_mut(), near, &mut count, error));
        refused(&instance, array, |error| nearest(instance.0, good, 4, ids, null_mut(), &mut count, error));
        let (change, op) = (index.change_batch.unwrap(), SOCH_INDEX_INSERT);
        let changes = [good, BAD].map(|key| soch_index_change { op, reserved: 0, row: 1, key });
        refused(&instance, text, |error| change(instance.0, null(), changes.as_ptr(), 2, error));
        refused(&instance, "an array of 2 items at 0x0", |error| change(instance.0, null(), null(), 2, error));
        let unknown = soch_index_change { op: 9, ..changes[0] };
        let unsupported = "`change 9` is not supported";
        refused_as(SOCH_UNSUPPORTED, &instance, unsupported, |error| change(instance.0, null(), &unknown, 1, error));
        let (begin, mut builder) = (index.begin_build.unwrap(), null_mut());
        assert_eq!(begin(instance.0, null(), 1, 1, &mut builder, null_mut()), SOCH_OK);
        let add = index.build_add.unwrap();
        refused(&instance, text, |error| add(builder, null(), entries.as_ptr(), 2, error));
        refused(&instance, "an array of 2 items at 0x0", |error| add(builder, null(), null(), 2, error));
        index.abandon_build.unwrap()(builder);
        let (batch, counts) = (index.nearest_batch.unwrap(), &mut count as *mut usize);
        let queries = [good, BAD];
        let two = queries.as_ptr();
        refused(&instance, text, |error| batch(instance.0, null(), two, 2, 2, ids, near, [0; 2].as_mut_ptr(), error));
        let pair = "an array of 2 items at 0x0";
        refused(&instance, pair, |error| batch(instance.0, null(), null(), 2, 2, ids, near, counts, error));
        refused(&instance, pair, |error| {
            batch(instance.0, null(), [good; 2].as_ptr(), 2, 2, ids, near, null_mut(), error)
        });
        refused(&instance, array, |error| {
            batch(instance.0, null(), two, 1, 4, null_mut(), near, [0].as_mut_ptr(), error)
        });
        refused(&instance, array, |error| {
            batch(instance.0, null(), two, 1, 4, ids, null_mut(), [0].as_mut_ptr(), error)
        });
    }
    assert_eq!(count, 99, "a result is written on success only");
}

#[test]
fn index_counts_what_does_not_fit_and_writes_within_the_array() {
    let instance = Instance::new();
    let index = shims::index::<All>();
    let (mut rows, mut distances, mut count) = ([77_u64; 4], [7_f32; 4], 0_usize);
    let mut error = soch_error::empty();
    let lookup = index.lookup.unwrap();
    // SAFETY: an instance of `All`, and arrays of at least the length that is given.
    unsafe {
        assert_eq!(lookup(instance.0, EMPTY, null_mut(), 0, &mut count, &mut error), SOCH_OK);
        assert_eq!(count, 3);
        assert_eq!(lookup(instance.0, EMPTY, rows.as_mut_ptr(), 2, &mut count, &mut error), SOCH_OK);
        assert_eq!((count, rows), (3, [1, 2, 77, 77]));
        let nearest = index.nearest.unwrap();
        let status = nearest(instance.0, EMPTY, 2, rows.as_mut_ptr(), distances.as_mut_ptr(), &mut count, &mut error);
        assert_eq!(status, SOCH_LIMIT);
        assert_eq!((rows, distances), ([0, 1, 77, 77], [0.5, 0.5, 7.0, 7.0]));
    }
}

#[test]
fn index_keeps_each_list_of_a_batch_in_its_places() {
    let instance = Instance::new();
    let (mut rows, mut distances, mut counts) = ([77_u64; 10], [7_f32; 10], [99_usize; 3]);
    let batch = shims::index::<All>().nearest_batch.unwrap();
    let queries = [b"a", b"b", b"c"].map(|key| soch_bytes::lend(key));
    let (ids, near, count) = (rows.as_mut_ptr(), distances.as_mut_ptr(), counts.as_mut_ptr());
    // SAFETY: an instance of `All`, and arrays of at least the length that is given.
    let (full, none, short, huge) = unsafe {
        (
            batch(instance.0, null(), queries.as_ptr(), 2, 4, ids, near, count, null_mut()),
            batch(instance.0, null(), null(), 0, 4, null_mut(), null_mut(), null_mut(), null_mut()),
            batch(
                instance.0,
                null(),
                queries.as_ptr(),
                3,
                2,
                [0; 6].as_mut_ptr(),
                [0.0; 6].as_mut_ptr(),
                [0; 3].as_mut_ptr(),
                null_mut(),
            ),
            batch(instance.0, null(), queries.as_ptr(), 3, usize::MAX, ids, near, [0; 3].as_mut_ptr(), null_mut()),
        )
    };
    assert_eq!((full, none, short, huge), (SOCH_OK, SOCH_OK, SOCH_LIMIT, SOCH_LIMIT));
    assert_eq!(rows, [0, 1, 2, 77, 0, 1, 2, 77, 77, 77]);
    assert_eq!(distances, [0.5, 0.5, 0.5, 7.0, 0.5, 0.5, 0.5, 7.0, 7.0, 7.0]);
    assert_eq!(counts, [3, 3, 99]);
}

#[test]
fn codec_refuses_null_with_a_length() {
    let instance = Instance::new();
    let codec = shims::compression::<All>();
    let mut buffer = Vec::new();
    let mut writer = VecWriter::new(&mut buffer, 10);
    let out = writer.as_raw();
    let text = "bytes at NULL with a length";
    // SAFETY: an instance of `All`; bad arguments are what is tested, and they are refused before they are read.
    unsafe {
        refused(&instance, text, |error| codec.compress.unwrap()(instance.0, BAD, &out, error));
        refused(&instance, text, |error| codec.decompress.unwrap()(instance.0, BAD, &out, error));
        refused(&instance, "the writer is NULL", |error| codec.compress.unwrap()(instance.0, EMPTY, null(), error));
        assert_eq!(codec.compress.unwrap()(instance.0, EMPTY, &out, null_mut()), SOCH_OK);
    }
    assert_eq!(instance.calls(), ["compress []"]);
}

#[test]
fn observability_refuses_what_is_not_text() {
    let instance = Instance::new();
    let sight = shims::observability::<All>();
    let bad = [
        soch_str { ptr: null(), len: 5 },
        soch_str { ptr: b"\xC3(".as_ptr().cast(), len: 2 },
        soch_str { ptr: b"\xE2\x82".as_ptr().cast(), len: 2 },
    ];
    for text in bad {
        let mut span = 99;
        // SAFETY: an instance of `All`; bad arguments are what is tested.
        let statuses = unsafe {
            [
                sight.counter_inc.unwrap()(instance.0, text, 1, null(), 0),
                sight.gauge_set.unwrap()(instance.0, text, 1.0, null(), 0),
                sight.histogram_observe.unwrap()(instance.0, text, 1.0, null(), 0),
                sight.span_start.unwrap()(instance.0, text, 0, &mut span),
                sight.span_event.unwrap()(instance.0, 1, text, null(), 0),
                sight.log.unwrap()(instance.0, 1, text, null(), 0),
                sight.report_health.unwrap()(instance.0, null()),
            ]
        };
        assert_eq!(statuses, [SOCH_INVALID; 7]);
        assert_eq!(span, 99);
    }
    assert_eq!(instance.calls(), [""; 0]);
}

unsafe extern "C" fn take_row(_: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    SOCH_OK
}

unsafe extern "C" fn end_scan(_: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    SOCH_CANCELLED
}
