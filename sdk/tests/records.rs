//! Records of spans and log lines as an extension sees them, from hosts that are newer or broken.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::instance::{destroy, into_raw};
use sochdb_plugin_sdk::machinery::{records, shims};
use sochdb_plugin_sdk::{
    extension_info, AttributeValue, Extension, ExtensionInfo, LogLevel, LogRecord, ObservabilityExtension, SpanEnd,
    SpanEvent, SpanKind, SpanParent, SpanStart, SpanStatus,
};
use std::ffi::c_void;
use std::ptr::null;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<String>>>);

impl Keeper {
    fn keep(&self, record: &dyn std::fmt::Debug) {
        self.0.lock().expect("no test panics with it").push(format!("{record:?}"));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panics with it"))
    }
}

impl Extension for Keeper {
    fn info(&self) -> ExtensionInfo {
        extension_info!("keeper")
    }
}

impl ObservabilityExtension for Keeper {
    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.keep(start);
        5
    }
    fn add_span_event(&self, _: u64, event: &SpanEvent<'_>) {
        self.keep(event);
    }
    fn end_span(&self, _: u64, end: &SpanEnd<'_>) {
        self.keep(end);
    }
    fn log_record(&self, record: &LogRecord<'_>) {
        self.keep(record);
    }
}

/// An instance, and what it keeps.
struct Kept {
    instance: *mut c_void,
    keeper: Keeper,
    table: &'static soch_observability,
}

impl Kept {
    fn new() -> Self {
        let keeper = Keeper::default();
        Self { instance: into_raw(keeper.clone(), None), keeper, table: shims::observability::<Keeper>() }
    }

    fn start(&self, start: *const soch_span_start) -> soch_status {
        let mut span = 0;
        // SAFETY: the instance is a `Keeper`; what is lent is what the test is about.
        unsafe { self.table.span_record_start.expect("a slot")(self.instance, start, &mut span) }
    }

    fn event(&self, event: *const soch_span_event) -> soch_status {
        // SAFETY: as above.
        unsafe { self.table.span_record_event.expect("a slot")(self.instance, 5, event) }
    }

    fn end(&self, end: *const soch_span_end) -> soch_status {
        // SAFETY: as above.
        unsafe { self.table.span_record_end.expect("a slot")(self.instance, 5, end) }
    }

    fn log(&self, record: *const soch_log_record) -> soch_status {
        // SAFETY: as above.
        unsafe { self.table.log_record.expect("a slot")(self.instance, record) }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // SAFETY: it is an instance of `Keeper`, and no call follows.
        unsafe { destroy::<Keeper>(self.instance) };
    }
}

fn start(change: impl FnOnce(&mut soch_span_start)) -> soch_span_start {
    // SAFETY: the struct is copied; what it leads to is static.
    let mut start = records::with_raw_start(&SpanStart::new("s"), |start| unsafe { *start });
    (start.attributes, start.links) = (null(), null());
    change(&mut start);
    start
}

fn end(change: impl FnOnce(&mut soch_span_end)) -> soch_span_end {
    // SAFETY: as above.
    let mut end = records::with_raw_end(&SpanEnd::failed("why"), |end| unsafe { *end });
    end.attributes = null();
    change(&mut end);
    end
}

const UNKNOWN: [u32; 4] = [5, 99, 0x8000_0000, u32::MAX];

#[test]
fn what_no_sink_knows_of_a_span_is_what_the_rule_says() {
    let kept = Kept::new();
    for unknown in UNKNOWN {
        assert_eq!(kept.start(&start(|start| start.kind = unknown)), SOCH_OK);
        assert_eq!(kept.end(&end(|end| end.status = unknown)), SOCH_OK);
        let expected = [format!("{:?}", SpanStart::new("s")), format!("{:?}", SpanEnd::new())];
        assert_eq!(kept.keeper.take(), expected, "{unknown}");
        let text = |kind| soch_attribute {
            name: soch_str::lend("a"),
            text: soch_str::lend("text"),
            integer: 1,
            number: 2.0,
            kind,
            reserved: 0,
        };
        let attributes = [text(SOCH_ATTRIBUTE_NUMBER), text(unknown), text(SOCH_ATTRIBUTE_BOOL)];
        let with = start(|start| (start.attributes, start.attribute_count) = (attributes.as_ptr(), attributes.len()));
        assert_eq!(kept.start(&with), SOCH_OK);
        let known = [("a", AttributeValue::Number(2.0)), ("a", AttributeValue::Bool(true))];
        assert_eq!(kept.keeper.take(), [format!("{:?}", SpanStart::new("s").with_attributes(&known))], "{unknown}");
    }
}

#[test]
fn a_record_that_breaks_the_contract_is_refused() {
    let kept = Kept::new();
    let refused = |status: soch_status| {
        assert_eq!(status, SOCH_INVALID);
        assert_eq!(kept.keeper.take(), [""; 0]);
    };
    refused(kept.start(null()));
    refused(kept.event(null()));
    refused(kept.end(null()));
    refused(kept.log(null()));
    let bad = soch_str { ptr: null(), len: 3 };
    let no_text = soch_str { ptr: b"\xff".as_ptr().cast(), len: 1 };
    for text in [bad, no_text] {
        refused(kept.start(&start(|start| start.name = text)));
        refused(kept.end(&end(|end| end.text = text)));
        let attribute = soch_attribute { name: text, text, integer: 0, number: 0.0, kind: 0, reserved: 0 };
        refused(kept.start(&start(|start| (start.attributes, start.attribute_count) = (&attribute, 1))));
    }
    refused(kept.start(&start(|start| start.attribute_count = 1)));
    refused(kept.start(&start(|start| start.link_count = usize::MAX)));
    refused(kept.end(&end(|end| end.attribute_count = usize::MAX)));
}

#[test]
fn a_remote_parent_or_a_link_without_ids_is_none() {
    let kept = Kept::new();
    let nothing =
        soch_trace_context { trace_id: [0; 16], span_id: [1; 8], flags: 1, reserved: 0, state: soch_str::lend("") };
    let link = soch_span_link { context: nothing, attributes: null(), attribute_count: 0 };
    let raw = start(|start| {
        start.remote_parent = &nothing;
        (start.links, start.link_count) = (&link, 1);
    });
    assert_eq!(kept.start(&raw), SOCH_OK);
    assert_eq!(kept.keeper.take(), [format!("{:?}", SpanStart::new("s"))]);
    // A parent of the sink's own comes first.
    let right = soch_trace_context { trace_id: [1; 16], ..nothing };
    let raw = start(|start| (start.remote_parent, start.parent) = (&right, 3));
    assert_eq!(kept.start(&raw), SOCH_OK);
    assert_eq!(kept.keeper.take(), [format!("{:?}", SpanStart::new("s").with_parent(SpanParent::Span(3)))]);
}

/// Through the form that crosses and back, at the ends of what times there are.
#[test]
fn a_record_comes_back_as_it_was() {
    let kept = Kept::new();
    for nanoseconds in [1, 999_999_999, u64::MAX] {
        let time = UNIX_EPOCH + Duration::from_nanos(nanoseconds);
        for kind in [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer] {
            let start = SpanStart::new("größe").with_kind(kind).with_time(time);
            records::with_raw_start(&start, |raw| assert_eq!(kept.start(raw), SOCH_OK));
            assert_eq!(kept.keeper.take(), [format!("{start:?}")]);
        }
        for status in [SpanStatus::Unset, SpanStatus::Ok, SpanStatus::Error(""), SpanStatus::Error("why")] {
            let end = SpanEnd::new().with_time(time).with_status(status);
            records::with_raw_end(&end, |raw| assert_eq!(kept.end(raw), SOCH_OK));
            assert_eq!(kept.keeper.take(), [format!("{end:?}")]);
        }
        let event = SpanEvent::new("e").with_time(time).with_attributes(&[("a", AttributeValue::Bool(false))]);
        records::with_raw_event(&event, |raw| assert_eq!(kept.event(raw), SOCH_OK));
        let record =
            LogRecord::new(LogLevel::Error, "m").with_time(time).with_target("t").with_span(SpanParent::Span(1));
        records::with_raw_log(&record, |raw| assert_eq!(kept.log(raw), SOCH_OK));
        assert_eq!(kept.keeper.take(), [format!("{event:?}"), format!("{record:?}")]);
    }
    // What is before 1970 or after 2554 has no number, and is now.
    for time in [UNIX_EPOCH - Duration::from_secs(1), UNIX_EPOCH + Duration::from_secs(u64::MAX / 1_000_000_000 + 1)] {
        records::with_raw_end(&SpanEnd::new().with_time(time), |raw| assert_eq!(kept.end(raw), SOCH_OK));
        assert_eq!(kept.keeper.take(), [format!("{:?}", SpanEnd::new())]);
    }
}
