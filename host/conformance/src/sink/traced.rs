//! Tests of a sink that tells traces as OTLP does: the kind of a span, its status and links, its parent elsewhere, and the span of a line.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Record, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::attributes::raw;
use crate::sink::output::flushed;
use crate::sink::told::{of_logs, of_spans, one_line};
use sochdb_plugin_host::sdk::abi::{soch_span_end, soch_span_start, soch_str, SOCH_OK};
use sochdb_plugin_host::sdk::{
    LogLevel, LogRecord, ObservabilityExtension, SpanEnd, SpanKind, SpanLink, SpanParent, SpanStart, SpanStatus,
    TraceContext,
};
use sochdb_plugin_host::Observability;

suite!(Observability, "observability_traced":
    spans_come_with_their_kinds_and_statuses,
    a_kind_or_a_status_that_is_not_listed_is_none,
    links_come_with_what_is_said_of_them,
    a_parent_elsewhere_is_told,
    lines_come_with_their_severity_and_their_span,
);

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn remote() -> Result<TraceContext, NotPassed> {
    format!("00-{TRACE}-{SPAN}-01").parse().must("a trace context")
}

/// All that is told, of a sink that was given records and has fields for what is in them.
fn traced(instance: &mut Instance) -> Result<Seen, NotPassed> {
    let seen = flushed(instance)?;
    if seen.format != Format::Otlp {
        skip!("its format is the sink's own, or has no traces: where it has these facts is not known");
    }
    let sink = instance.observability()?;
    raw(sink, "span_record_start", &|table, _| table.span_record_start.map(|_| SOCH_OK))?;
    raw(sink, "log_record", &|table, _| table.log_record.map(|_| SOCH_OK))?;
    Ok(seen)
}

/// The one span of this name.
fn the_span(seen: &Seen, name: &str) -> Result<Record, NotPassed> {
    let found = seen.saying(name);
    ensure!(found.len() == 1, "the span {name:?} is told {} times, not once", found.len());
    Ok(found[0].clone())
}

/// Sees that a record has one of these facts under this name.
fn is_told(record: &Record, name: &str, wanted: &[&str], what: &str) -> Result<(), NotPassed> {
    let told = record.facts(name);
    ensure!(
        told.len() == 1 && wanted.contains(&told[0]),
        "{what}, is told with the {name} {told:?}, not {:?}",
        wanted[0]
    );
    Ok(())
}

/// The numbers of OTLP. Who gets a span without a kind may take it for an internal one.
const KINDS: [(SpanKind, &[&str]); 5] = [
    (SpanKind::Internal, &["1", "0"]),
    (SpanKind::Server, &["2"]),
    (SpanKind::Client, &["3"]),
    (SpanKind::Producer, &["4"]),
    (SpanKind::Consumer, &["5"]),
];

fn spans_come_with_their_kinds_and_statuses(subject: &Subject) -> Result<(), NotPassed> {
    let statuses = [(SpanStatus::Unset, "0"), (SpanStatus::Ok, "1"), (SpanStatus::Error("checked: no room"), "2")];
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let name = |kind: SpanKind, status: SpanStatus<'_>| format!("checked {kind:?} that is {status:?}");
    for (kind, _) in KINDS {
        for (status, _) in statuses {
            let span = sink.start_span(&SpanStart::new(&name(kind, status)).with_kind(kind));
            sink.end_span(span, &SpanEnd::new().with_status(status));
        }
    }
    let seen = traced(&mut instance)?;
    for (kind, number) in KINDS {
        for (status, code) in statuses {
            let span = the_span(&seen, &name(kind, status))?;
            is_told(&span, "kind", number, &format!("a span of the kind {kind:?} (soch_span_start.kind)"))?;
            is_told(&span, "status", &[code], &format!("a span that ended with {status:?} (soch_span_end.status)"))?;
        }
    }
    Ok(())
}

/// A span as its owner may write it, with these numbers.
fn span_of(sink: &Observability, name: &str, kind: u32, status: u32) -> Result<(), NotPassed> {
    let nothing = (std::ptr::null(), 0);
    let start = soch_span_start {
        size: size_of::<soch_span_start>(),
        name: soch_str::lend(name),
        kind,
        reserved: 0,
        parent: 0,
        remote_parent: std::ptr::null(),
        time: 0,
        attributes: nothing.0,
        attribute_count: nothing.1,
        links: std::ptr::null(),
        link_count: 0,
    };
    let end = soch_span_end {
        size: size_of::<soch_span_end>(),
        time: 0,
        status,
        reserved: 0,
        text: soch_str::lend(""),
        attributes: nothing.0,
        attribute_count: nothing.1,
    };
    let number = std::cell::Cell::new(0);
    raw(sink, "span_record_start", &|table, instance| {
        let begin = table.span_record_start?;
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        Some(unsafe { begin(instance, &raw const start, number.as_ptr()) })
    })?;
    raw(sink, "span_record_end", &|table, instance| {
        let finish = table.span_record_end?;
        // SAFETY: likewise.
        Some(unsafe { finish(instance, number.get(), &raw const end) })
    })
}

/// Rule 12. Also a sink with a form of its own tells the spans.
fn a_kind_or_a_status_that_is_not_listed_is_none(subject: &Subject) -> Result<(), NotPassed> {
    const STRANGE: [u32; 4] = [5, 77, 1 << 31, u32::MAX];
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    span_of(sink, "checked before", 1, 1)?;
    for number in STRANGE {
        span_of(sink, &format!("checked kind {number}"), number, 1)?;
        span_of(sink, &format!("checked status {number}"), 1, number)?;
    }
    span_of(sink, "checked behind", 1, 1)?;
    let seen = flushed(&mut instance)?;
    if seen.format == Format::StatsD {
        skip!("StatsD has no spans");
    }
    let names =
        STRANGE.iter().flat_map(|number| [format!("checked kind {number}"), format!("checked status {number}")]);
    for name in names.chain(["checked before".to_owned(), "checked behind".to_owned()]) {
        let is_told = seen.records.iter().any(|record| record.says(&name) || record.is_of(&name));
        ensure!(
            is_told,
            "a span whose kind or status is not listed is beside it, or is it: {name:?} is not told (rule 12)"
        );
    }
    if seen.format != Format::Otlp {
        return Ok(());
    }
    for number in STRANGE {
        let span = the_span(&seen, &format!("checked kind {number}"))?;
        is_told(
            &span,
            "kind",
            KINDS[0].1,
            &format!("a span of the kind {number}, which means an internal one (rule 12)"),
        )?;
        let span = the_span(&seen, &format!("checked status {number}"))?;
        is_told(&span, "status", &["0"], &format!("a span with the status {number}, which means unset (rule 12)"))?;
    }
    Ok(())
}

fn links_come_with_what_is_said_of_them(subject: &Subject) -> Result<(), NotPassed> {
    let (remote, mut instance) = (remote()?, of_spans(subject)?);
    let sink = instance.observability()?;
    let other: TraceContext = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".parse().must("a context")?;
    let links = [
        SpanLink { context: remote.with_state("vendor=1"), attributes: &[("batch", 3_i64.into())] },
        SpanLink { context: other, attributes: &[] },
    ];
    for count in 0..=links.len() {
        let name = format!("checked links: {count}");
        sink.end_span(sink.start_span(&SpanStart::new(&name).with_links(&links[..count])), &SpanEnd::new());
    }
    let seen = traced(&mut instance)?;
    let all = [
        format!("{TRACE} {SPAN} vendor=1 [(\"batch\", \"3\")]"),
        "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331  []".to_owned(),
    ];
    for count in 0..=links.len() {
        let span = the_span(&seen, &format!("checked links: {count}"))?;
        let told = span.facts("link");
        ensure!(
            told == all[..count],
            "a span with links, in words {:?}, is told with {told:?} (soch_span_start.links)",
            &all[..count]
        );
    }
    Ok(())
}

fn a_parent_elsewhere_is_told(subject: &Subject) -> Result<(), NotPassed> {
    let (remote, mut instance) = (remote()?.with_state("vendor=opaque"), of_spans(subject)?);
    let sink = instance.observability()?;
    let span = sink.start_span(&SpanStart::new("checked continued").with_parent(SpanParent::Remote(&remote)));
    let child = sink.start_span(&SpanStart::new("checked child").with_parent(SpanParent::Span(span)));
    [child, span].into_iter().for_each(|span| sink.end_span(span, &SpanEnd::new()));
    let seen = traced(&mut instance)?;
    let (child, span) = (the_span(&seen, "checked child")?, the_span(&seen, "checked continued")?);
    ensure!(
        span.texts[1..4] == [TRACE, &span.texts[2], SPAN],
        "a span whose parent is {remote} is told with the trace {} and the parent {:?} (soch_span_start.remote_parent)",
        span.texts[1],
        span.texts[3]
    );
    ensure!(
        child.texts[1] == TRACE && child.texts[3] == span.texts[2],
        "the child of a span that continues {remote} is told with the trace {} and the parent {:?}",
        child.texts[1],
        child.texts[3]
    );
    is_told(&span, "trace_state", &["vendor=opaque"], "a span whose parent elsewhere has a state")
}

/// The ranges of OTLP, of four numbers each.
fn lines_come_with_their_severity_and_their_span(subject: &Subject) -> Result<(), NotPassed> {
    const LEVELS: [(LogLevel, [&str; 4]); 4] = [
        (LogLevel::Debug, ["5", "6", "7", "8"]),
        (LogLevel::Info, ["9", "10", "11", "12"]),
        (LogLevel::Warn, ["13", "14", "15", "16"]),
        (LogLevel::Error, ["17", "18", "19", "20"]),
    ];
    let (remote, mut instance) = (remote()?, of_logs(subject)?);
    let sink = instance.observability()?;
    let takes_spans = sink.describe().takes_spans;
    let span = sink.start_span(&SpanStart::new("checked span"));
    let mut given = Vec::new();
    for (level, numbers) in LEVELS.into_iter().filter(|(level, _)| sink.enabled(*level)) {
        for (what, parent) in [
            ("no span", SpanParent::None),
            ("a span", SpanParent::Span(span)),
            ("one elsewhere", SpanParent::Remote(&remote)),
        ] {
            let message = format!("checked {level:?} of {what}");
            sink.log_record(&LogRecord::new(level, &message).with_span(parent));
            given.push((message, numbers, parent));
        }
        sink.log(level, &format!("checked plain {level:?}"), &[]);
        given.push((format!("checked plain {level:?}"), numbers, SpanParent::None));
    }
    sink.end_span(span, &SpanEnd::new());
    let seen = traced(&mut instance)?;
    for (message, numbers, parent) in given {
        let line = one_line(&seen, &message)?;
        is_told(&line, "severity_number", &numbers, &format!("the line {message:?} (soch_log_record.level)"))?;
        let (trace, own) = match parent {
            SpanParent::Remote(_) => (TRACE.to_owned(), SPAN.to_owned()),
            SpanParent::Span(_) if takes_spans => {
                let span = the_span(&seen, "checked span")?;
                (span.texts[1].clone(), span.texts[2].clone())
            }
            SpanParent::Span(_) => continue,
            SpanParent::None => {
                let is_none = ["trace_id", "span_id"].map(|id| line.facts(id).concat().trim_matches('0').is_empty());
                ensure!(is_none == [true; 2], "the line {message:?} is told with the ids {:?}", line.facts);
                continue;
            }
        };
        is_told(&line, "trace_id", &[&trace], &format!("the line {message:?} (soch_log_record.span)"))?;
        is_told(&line, "span_id", &[&own], &format!("the line {message:?} (soch_log_record.span)"))?;
    }
    Ok(())
}
