//! What crosses: errors and their text, panics, labels.

mod support;

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::instance::{destroy, into_raw, shared, shutdown};
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::VecWriter;
use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
use std::ffi::c_void;
use support::{All, Answer};

/// Calls `compress` of an instance with this answer, and returns status, error and output.
fn compress(answer: Answer) -> (soch_status, soch_error, Vec<u8>) {
    let instance = into_raw(All::new(answer), None);
    let mut error = soch_error::empty();
    let mut output = Vec::new();
    let status = with_writer(&mut output, |writer| {
        let call = shims::compression::<All>().compress.expect("compress");
        // SAFETY: an instance of `All`, and arguments that live through the call.
        unsafe { call(instance, soch_bytes::lend(b"in"), writer, &mut error) }
    });
    // SAFETY: no call follows.
    unsafe { destroy::<All>(instance) };
    (status, error, output)
}

/// Lends the raw form of a writer over `output` to a call.
fn with_writer<R>(output: &mut Vec<u8>, call: impl FnOnce(&soch_writer) -> R) -> R {
    let mut writer = VecWriter::new(output, 100);
    let raw = writer.as_raw();
    call(&raw)
}

#[test]
fn success_leaves_the_error_alone() {
    let (status, error, output) = compress(Answer::Echo);
    assert_eq!((status, error.code, &*error_text(&error), &*output), (SOCH_OK, 0, "", &b"in"[..]));
}

#[test]
fn every_kind_of_error_has_its_status_and_comes_back() {
    let kinds = [
        (ErrorKind::NotFound, SOCH_NOT_FOUND),
        (ErrorKind::Invalid, SOCH_INVALID),
        (ErrorKind::Unsupported, SOCH_UNSUPPORTED),
        (ErrorKind::Conflict, SOCH_CONFLICT),
        (ErrorKind::Busy, SOCH_BUSY),
        (ErrorKind::Io, SOCH_IO),
        (ErrorKind::Corruption, SOCH_CORRUPTION),
        (ErrorKind::Limit, SOCH_LIMIT),
        (ErrorKind::Cancelled, SOCH_CANCELLED),
        (ErrorKind::Failed, SOCH_FAILED),
        (ErrorKind::Timeout, SOCH_TIMEOUT),
        (ErrorKind::Denied, SOCH_DENIED),
        (ErrorKind::ReadOnly, SOCH_READ_ONLY),
        (ErrorKind::Fenced, SOCH_FENCED),
    ];
    for (kind, expected) in kinds {
        let (status, error, _) = compress(Answer::Fail(Error::new(kind, "why").with_code(-7)));
        assert_eq!((status, error.code, &*error_text(&error)), (expected, -7, "why"));
        assert_eq!(ErrorKind::from_status(status), kind);
    }
    // A panic that this extension only heard of is no reason to end it.
    let (status, error, _) = compress(Answer::Fail(Error::new(ErrorKind::Panicked, "another one did").with_code(-7)));
    assert_eq!((status, error.code, &*error_text(&error)), (SOCH_FAILED, -7, "another one did"));
    for unknown in [16, -1, i32::MIN, i32::MAX] {
        assert_eq!(ErrorKind::from_status(unknown), ErrorKind::Failed);
    }
}

#[test]
fn long_text_is_cut_at_the_border_of_a_character() {
    for (character, kept) in [("x", 507), ("é", 506), ("€", 507), ("😀", 504)] {
        let text = character.repeat(600 / character.len());
        assert_eq!(text.len(), 600);
        let (status, error, _) = compress(Answer::Fail(Error::failed(text.as_str())));
        assert_eq!(status, SOCH_FAILED);
        assert_eq!(error_text(&error), text[..kept], "{character}");
        assert_eq!(error.message[kept], 0);
    }
    let exact = "y".repeat(507);
    assert_eq!(error_text(&compress(Answer::Fail(Error::failed(exact.as_str()))).1), exact);
}

#[test]
fn text_without_its_nul_or_without_utf8_is_still_text() {
    let mut error = soch_error { code: 1, message: [b'a' as _; SOCH_ERROR_MESSAGE_SIZE] };
    assert_eq!(error_text(&error).len(), SOCH_ERROR_MESSAGE_SIZE);
    error.message[1] = -1_i8 as _;
    error.message[2] = 0;
    assert_eq!(error_text(&error), "a\u{FFFD}");
}

#[test]
fn panic_becomes_a_status_with_its_text() {
    let (status, error, _) = compress(Answer::Panic("all is lost"));
    assert_eq!(status, SOCH_PANICKED);
    assert!(
        error_text(&error).starts_with("panicked") && error_text(&error).ends_with("all is lost"),
        "{}",
        error_text(&error)
    );
}

#[test]
fn payload_that_panics_on_drop_does_not_leave() {
    let (status, error, _) = compress(Answer::Bomb);
    assert_eq!(status, SOCH_PANICKED);
    assert!(error_text(&error).ends_with("without a text"), "{}", error_text(&error));
}

#[test]
fn every_slot_has_the_barrier() {
    let instance = into_raw(All::new(Answer::Panic("no")), None);
    let mut error = soch_error::empty();
    let (bytes, text) = (soch_bytes::lend(b"k"), soch_str::lend("n"));
    let (mut count, mut size, mut span, mut row, mut distance) = (0_usize, 0_u64, 0_u64, 0_u64, 0_f32);
    let none = std::ptr::null();
    let sink = soch_row_sink { ctx: std::ptr::null_mut(), row: Some(no_row) };
    let write = Write::Delete { table: 1, key: b"k" }.as_raw();
    let (storage, index) = (shims::storage::<All>(), shims::index::<All>());
    let (sight, codec) = (shims::observability::<All>(), shims::compression::<All>());
    let mut output = Vec::new();
    // SAFETY: an instance of `All`, one call at a time, and arguments that live through each.
    let statuses = with_writer(&mut output, |out| unsafe {
        [
            storage.get.unwrap()(instance, 1, bytes, out, &mut error),
            storage.put.unwrap()(instance, 1, bytes, bytes, 0, &mut error),
            storage.remove.unwrap()(instance, 1, bytes, 0, &mut error),
            storage.scan.unwrap()(instance, std::ptr::null(), 1, bytes, bytes, 1, &sink, &mut error),
            storage.flush.unwrap()(instance, std::ptr::null(), &mut error),
            storage.write_batch.unwrap()(
                instance,
                std::ptr::null(),
                &write,
                1,
                &BatchOptions::new().as_raw(),
                &mut error,
            ),
            index.build.unwrap()(instance, std::ptr::null(), 1, 1, std::ptr::null(), 0, &mut error),
            index.insert.unwrap()(instance, bytes, 1, &mut error),
            index.remove.unwrap()(instance, bytes, 1, &mut error),
            index.lookup.unwrap()(instance, bytes, &mut row, 1, &mut count, &mut error),
            index.range.unwrap()(instance, std::ptr::null(), bytes, bytes, 1, &mut row, 1, &mut count, &mut error),
            index.nearest.unwrap()(instance, bytes, 1, &mut row, &mut distance, &mut count, &mut error),
            index.nearest_batch.unwrap()(
                instance,
                std::ptr::null(),
                &bytes,
                1,
                1,
                &mut row,
                &mut distance,
                &mut count,
                &mut error,
            ),
            index.size_bytes.unwrap()(instance, &mut size, &mut error),
            sight.counter_inc.unwrap()(instance, text, 1, none, 0),
            sight.gauge_set.unwrap()(instance, text, 1.0, none, 0),
            sight.histogram_observe.unwrap()(instance, text, 1.0, none, 0),
            sight.span_start.unwrap()(instance, text, 0, &mut span),
            sight.span_end.unwrap()(instance, 1),
            sight.span_event.unwrap()(instance, 1, text, none, 0),
            sight.log.unwrap()(instance, SOCH_LOG_INFO, text, none, 0),
            codec.compress.unwrap()(instance, bytes, out, &mut error),
            codec.decompress.unwrap()(instance, bytes, out, &mut error),
            codec.set_level.unwrap()(instance, 1, &mut error),
            shutdown::<All>(instance, &mut error),
        ]
    });
    for (at, status) in statuses.into_iter().enumerate() {
        assert_eq!(status, SOCH_PANICKED, "slot {at}");
    }
    // SAFETY: no call follows.
    unsafe { destroy::<All>(instance) };
}

unsafe extern "C" fn no_row(_: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    SOCH_OK
}

struct DropsBadly;

impl Extension for DropsBadly {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

impl Drop for DropsBadly {
    fn drop(&mut self) {
        std::panic::panic_any(support::Bomb);
    }
}

#[test]
fn panic_in_drop_ends_in_destroy() {
    let instance = into_raw(DropsBadly, None);
    // SAFETY: no call follows.
    unsafe { destroy::<DropsBadly>(instance) };
}

/// Sends `labels` through `counter_inc` and returns what arrived.
fn counter(labels: *const soch_label, count: usize) -> (soch_status, Vec<String>) {
    let instance = into_raw(All::new(Answer::Echo), None);
    let call = shims::observability::<All>().counter_inc.expect("counter_inc");
    // SAFETY: an instance of `All`; the test lends the labels, or tests what happens without them.
    unsafe {
        let status = call(instance, soch_str::lend("n"), 2, labels, count);
        let calls = shared::<All>(instance).calls.lock().expect("not poisoned").clone();
        destroy::<All>(instance);
        (status, calls)
    }
}

#[test]
fn labels_of_any_number_arrive_in_order() {
    for count in [0, 1, 15, 16, 17, 40] {
        let texts: Vec<(String, String)> = (0..count).map(|at| (format!("name{at}"), format!("é{at}"))).collect();
        let labels: Vec<(&str, &str)> = texts.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (status, calls) = sochdb_plugin_sdk::machinery::boundary::with_raw_labels(&labels, counter);
        assert_eq!(status, SOCH_OK);
        assert_eq!(calls, [format!("counter n 2 {labels:?}")]);
    }
}

#[test]
fn bad_labels_are_refused_and_do_not_arrive() {
    assert_eq!(counter(std::ptr::null(), 0).0, SOCH_OK);
    assert_eq!(counter(std::ptr::null(), 5), (SOCH_INVALID, vec![]));
    let good = soch_label { name: soch_str::lend("n"), value: soch_str::lend("v") };
    let not_utf8 = soch_str { ptr: b"\xff\xfe".as_ptr().cast(), len: 2 };
    let null = soch_str { ptr: std::ptr::null(), len: 3 };
    for count in [2, 20] {
        for bad in [not_utf8, null] {
            let mut labels = vec![good; count];
            labels[count - 1].value = bad;
            assert_eq!(counter(labels.as_ptr(), count), (SOCH_INVALID, vec![]));
        }
    }
}
