//! Tests of a sink: spans and log lines with all that the database knows of them.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::basics::lives;
use sochdb_plugin_host::sdk::{
    AttributeValue, ErrorKind, LogLevel, LogRecord, ObservabilityExtension, SpanEnd, SpanEvent, SpanKind, SpanLink,
    SpanParent, SpanStart, SpanStatus, TraceContext,
};
use sochdb_plugin_host::CallOptions;
use std::time::{Duration, Instant, UNIX_EPOCH};

suite!(Observability, "observability_records":
    any_record_of_a_span_is_taken,
    a_trace_goes_on,
    any_record_of_the_log_is_taken,
    a_flush_ends,
);

const REMOTE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const KINDS: [SpanKind; 5] =
    [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];

/// Values of every kind, at their ends.
fn values() -> Vec<AttributeValue<'static>> {
    let mut values: Vec<AttributeValue<'_>> = vec!["".into(), "größe \"\\\n\0".into(), true.into(), false.into()];
    values.extend([0, 1, i64::MIN, i64::MAX].map(AttributeValue::Integer));
    values.extend([0.0, -1.5, f64::MAX, f64::INFINITY, f64::NAN].map(AttributeValue::Number));
    values
}

fn any_record_of_a_span_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let remote: TraceContext = REMOTE.parse().must("a trace context")?;
    let names: Vec<String> = (0..40).map(|at| format!("attribute {at}")).collect();
    let attributes: Vec<(&str, AttributeValue<'_>)> =
        names.iter().map(|name| &**name).zip(values().into_iter().cycle()).collect();
    let links = [
        SpanLink { context: remote.clone().with_state("vendor=1"), attributes: &attributes },
        SpanLink { context: remote.clone(), attributes: &[] },
    ];
    let times =
        [None, Some(UNIX_EPOCH + Duration::from_nanos(1)), Some(UNIX_EPOCH + Duration::from_secs(4_000_000_000))];
    for (at, count) in [0, 1, 16, 17, 40].into_iter().enumerate() {
        for kind in KINDS {
            for time in times {
                let mut start = SpanStart::new("record").with_kind(kind).with_attributes(&attributes[..count]);
                start = start.with_links(&links[..at % 3]);
                start.time = time;
                if at % 2 == 1 {
                    start = start.with_parent(SpanParent::Remote(&remote));
                }
                let span = sink.start_span(&start);
                let mut event = SpanEvent::new("event").with_attributes(&attributes[..count]);
                event.time = time;
                sink.add_span_event(span, &event);
                let status = [SpanStatus::Unset, SpanStatus::Ok, SpanStatus::Error("the disk is full")][at % 3];
                let mut end = SpanEnd::new().with_status(status).with_attributes(&attributes[..count]);
                end.time = time;
                sink.end_span(span, &end);
            }
        }
        lives(sink, &format!("after spans with {count} attributes"))?;
    }
    // Either way to start, either way to end; and numbers that no open span has.
    sink.span_end(sink.start_span(&SpanStart::new("record")));
    sink.end_span(sink.span_start("simple", None), &SpanEnd::new());
    let orphan = SpanStart::new("orphan").with_parent(SpanParent::Span(u64::MAX));
    sink.end_span(sink.start_span(&orphan), &SpanEnd::failed(""));
    sink.add_span_event(u64::MAX, &SpanEvent::new("unknown"));
    sink.end_span(u64::MAX, &SpanEnd::new());
    ensure!(sink.span_context(u64::MAX).is_none(), "a span that was never started has ids");
    lives(sink, "after spans that were started and ended in different ways")
}

/// Where a sink has ids of traces, children have those of their parents, also across processes.
fn a_trace_goes_on(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let remote = REMOTE.parse::<TraceContext>().must("a trace context")?.with_state("vendor=opaque");
    let root = sink.start_span(&SpanStart::new("root"));
    let child = sink.start_span(&SpanStart::new("child").with_parent(SpanParent::Span(root)));
    let simple = sink.span_start("simple child", Some(child));
    let continued = sink.start_span(&SpanStart::new("continued").with_parent(SpanParent::Remote(&remote)));
    let all = [root, child, simple, continued].map(|span| sink.span_context(span));
    if let [Some(root), Some(child), Some(simple), Some(continued)] = &all {
        ensure!(
            [child, simple].iter().all(|context| context.trace_id() == root.trace_id()),
            "a child is of another trace than its parent: {root}, {child}, {simple}"
        );
        ensure!(continued.trace_id() == remote.trace_id(), "{continued} does not continue {remote}");
        let ids = [root, child, simple, continued, &remote].map(TraceContext::span_id);
        let different = ids.iter().collect::<std::collections::HashSet<_>>().len();
        ensure!(different == ids.len(), "two spans have one id: {root}, {child}, {simple}, {continued}");
        ensure!(continued.state() == remote.state(), "the trace state became {:?}", continued.state());
    } else {
        ensure!(all.iter().all(Option::is_none), "some spans have ids and some have none: {all:?}");
    }
    [simple, child, root, continued].into_iter().for_each(|span| sink.end_span(span, &SpanEnd::new()));
    lives(sink, "after traces that go on")
}

fn any_record_of_the_log_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let remote: TraceContext = REMOTE.parse().must("a trace context")?;
    let attributes: Vec<(&str, AttributeValue<'_>)> = values().into_iter().map(|value| ("value", value)).collect();
    let span = sink.start_span(&SpanStart::new("logs"));
    for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
        for parent in
            [SpanParent::None, SpanParent::Span(span), SpanParent::Span(u64::MAX), SpanParent::Remote(&remote)]
        {
            for text in ["", "größe", "a\0b\n"] {
                let record = LogRecord::new(level, text).with_target(text).with_span(parent);
                sink.log_record(&record);
                sink.log_record(&record.with_attributes(&attributes).with_time(UNIX_EPOCH + Duration::from_secs(1)));
            }
        }
    }
    sink.end_span(span, &SpanEnd::new());
    lives(sink, "after records of the log")
}

/// Without limits, beside other calls, and within its time.
fn a_flush_ends(subject: &Subject) -> Result<(), NotPassed> {
    const TIME: Duration = Duration::from_secs(2);
    let mut instance = subject.instance()?;
    let sink = &*instance.observability()?;
    let work = || {
        for round in 0..20 {
            sink.counter_inc("flushed_total", 1, &[]);
            sink.log(LogLevel::Info, &format!("line {round}"), &[]);
            sink.span_end(sink.span_start("flushed", None));
        }
    };
    work();
    sink.flush().must("flush")?;
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        let flushed = sink.flush().must("flush beside other calls");
        working.join().expect("no test panics");
        flushed
    })?;
    let begin = Instant::now();
    match CallOptions::new().with_timeout(TIME).run(|| sink.flush()) {
        Err(error) if error.kind() == ErrorKind::Timeout => {}
        result => result.must("flush with a deadline")?,
    }
    ensure!(begin.elapsed() < 2 * TIME, "a flush that has {TIME:?} took {:?}", begin.elapsed());
    lives(sink, "after it was flushed")
}
