//! Tests of a sink: the spans and log lines that it tells, read back from its output.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Format, Record, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::sink::output::flushed;
use crate::sink::readable::readable;
use serde_json::Value;
use sochdb_plugin_host::sdk::abi::{soch_str, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{LogLevel, LogRecord, ObservabilityExtension, SpanEnd, SpanEvent, SpanParent, SpanStart};
use std::fs::OpenOptions;
use std::io::Write as _;

suite!(Observability, "observability_told":
    log_lines_come_whole,
    a_level_that_is_not_listed_is_the_nearest,
    log_lines_of_threads_come_whole,
    log_lines_stay_when_the_next_instance_comes,
    half_a_line_of_a_killed_process_takes_no_other_with_it,
    records_of_the_log_come_whole,
    spans_come_with_their_names,
    spans_come_with_their_parents,
    the_first_span_is_a_parent_too,
    events_come_with_their_attributes,
    shutdown_delivers_lines_and_spans,
);

const LEVELS: [(LogLevel, &str); 4] =
    [(LogLevel::Debug, "debug"), (LogLevel::Info, "info"), (LogLevel::Warn, "warn"), (LogLevel::Error, "error")];

pub(crate) fn of_logs(subject: &Subject) -> Result<Instance, NotPassed> {
    let mut instance = readable(subject)?;
    if !instance.observability()?.enabled(LogLevel::Error) {
        skip!("log lines are described as not taken");
    }
    Ok(instance)
}

pub(crate) fn of_spans(subject: &Subject) -> Result<Instance, NotPassed> {
    let mut instance = readable(subject)?;
    if !instance.observability()?.describe().takes_spans {
        skip!("spans are described as not taken");
    }
    Ok(instance)
}

/// The lines of an output that has more than metrics.
pub(crate) fn lines(seen: Seen) -> Result<Seen, NotPassed> {
    if !matches!(seen.format, Format::Json | Format::Otlp) {
        skip!("its format is of metrics");
    }
    Ok(seen)
}

/// The one line with this message.
pub(crate) fn one_line(seen: &Seen, message: &str) -> Result<crate::frame::outputs::Record, NotPassed> {
    let found = seen.saying(message);
    ensure!(
        found.len() == 1,
        "the log line {message:.60?} ({} bytes) is told {} times, not once",
        message.len(),
        found.len()
    );
    Ok(found[0].clone())
}

fn log_lines_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    let sink = instance.observability()?;
    let long = "checked 0123456789 ".repeat(150);
    let messages = ["checked plain", "checked \"quoted\" \\ and\nsecond line\t\u{1}", "checked größe 件数 🦀", &long];
    let mut given = Vec::new();
    for (at, message) in messages.into_iter().enumerate() {
        for (level, word) in LEVELS {
            let message = format!("{message} {word}");
            let fields = [("table", "a \"b\"\n\\c"), ("level_at", &*at.to_string()), ("third", "größe")];
            sink.log(level, &message, &fields);
            if sink.enabled(level) {
                given.push((message, word, at.to_string()));
            }
        }
    }
    let seen = lines(flushed(&mut instance)?)?;
    for (message, word, at) in &given {
        let line = one_line(&seen, message)?;
        let fields = [("table", "a \"b\"\n\\c"), ("level_at", &**at), ("third", "größe")];
        ensure!(line.has_all(&fields), "a log line was given the fields {fields:?}, and told with {:?}", line.pairs);
        let is_said = |word: &str| line.texts.iter().any(|text| text.eq_ignore_ascii_case(word));
        let another = LEVELS.iter().find(|(_, other)| other != word && is_said(other));
        ensure!(
            another.is_none() || is_said(word),
            "a line of the level {word} is told as {:?}",
            another.map(|(_, word)| word)
        );
    }
    let place = |message: &str| seen.records.iter().position(|record| record.says(message));
    let places: Vec<_> = given.iter().map(|(message, ..)| place(message)).collect();
    ensure!(places.is_sorted(), "log lines of one thread are told in another order: {places:?}");
    Ok(())
}

/// Rule 2: what a later version may say is not to be missed.
fn a_level_that_is_not_listed_is_the_nearest(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    let sink = instance.observability()?;
    // A sink may drop what is below an error, and describes it.
    let lowest = sink.enabled(LogLevel::Debug).then_some((-1, 0));
    let levels = [(4, 3), (77, 3)].into_iter().chain(lowest);
    for (level, _) in levels.clone() {
        let message = format!("checked level {level}");
        let log = sink.alone("log", |table, instance, _| match table.log {
            // SAFETY: the plugin's function on its own instance; all is lent for the call.
            Some(log) => unsafe { log(instance, level, soch_str::lend(&message), std::ptr::null(), 0) },
            None => SOCH_UNSUPPORTED,
        });
        log.must("log")?;
    }
    let seen = lines(flushed(&mut instance)?)?;
    for (level, nearest) in levels {
        let line = one_line(&seen, &format!("checked level {level}"))?;
        let is_said = |word: &str| line.texts.iter().any(|text| text.eq_ignore_ascii_case(word));
        let (_, nearest) = LEVELS[nearest];
        let another = LEVELS.iter().find(|(_, word)| *word != nearest && is_said(word));
        ensure!(
            another.is_none(),
            "a line of the level {level}, which means {nearest}, is told as {:?}",
            another.map(|(_, word)| word)
        );
    }
    Ok(())
}

fn log_lines_of_threads_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: usize = 4;
    const EACH: usize = 150;
    let mut instance = of_logs(subject)?;
    let sink = &*instance.observability()?;
    // Of different lengths, so that what is put together in one place shows.
    let message =
        |thread: usize, round: usize| format!("checked {thread} {round} {}", "x".repeat(thread * 997 + round));
    together(THREADS, |thread| {
        for round in 0..EACH {
            let fields = [("thread", &*thread.to_string()), ("round", &*round.to_string())];
            sink.log(LogLevel::Error, &message(thread, round), &fields);
        }
        Ok(())
    })?;
    let seen = lines(flushed(&mut instance)?)?;
    for thread in 0..THREADS {
        for round in 0..EACH {
            let line = one_line(&seen, &message(thread, round))?;
            let fields = [("thread", &*thread.to_string()), ("round", &*round.to_string())];
            ensure!(
                line.has_all(&fields),
                "by {THREADS} threads, a log line with {fields:?} is told with {:?}",
                line.pairs
            );
        }
    }
    Ok(())
}

/// A file has all that was delivered to it, also by an instance that is gone.
fn log_lines_stay_when_the_next_instance_comes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    instance.observability()?.log(LogLevel::Error, "checked first", &[]);
    if lines(flushed(&mut instance)?)?.format != Format::Json {
        skip!("what it tells is not in a file");
    }
    instance = subject.again(instance)?;
    instance.observability()?.log(LogLevel::Error, "checked later", &[]);
    let seen = flushed(&mut instance)?;
    ["checked first", "checked later"].iter().try_for_each(|message| one_line(&seen, message).map(drop))
}

/// Whoever is killed while it writes leaves the begin of a line, and the next one goes on behind it.
fn half_a_line_of_a_killed_process_takes_no_other_with_it(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    instance.observability()?.log(LogLevel::Error, "checked first", &[]);
    let format = flushed(&mut instance)?.format;
    let directory = instance.directory();
    let file = directory.path().join("output");
    if format != Format::Json || !file.is_file() {
        skip!("what it tells is not in a file at {{file}}");
    }
    drop(instance);
    let mut half = OpenOptions::new().append(true).open(&file).must("cannot open the output")?;
    half.write_all(b"{\"half\":\"a li").must("cannot write to the output")?;
    let mut instance = subject.instance_in(directory)?;
    let sink = instance.observability()?;
    sink.log(LogLevel::Error, "checked later", &[]);
    sink.flush().must("flush")?;
    let text = std::fs::read_to_string(&file).must("cannot read the output")?;
    for message in ["checked first", "checked later"] {
        let is_told = |line: &str| line.contains(message) && serde_json::from_str::<Value>(line).is_ok();
        ensure!(
            text.lines().any(is_told),
            "the file ended in half a line, as a killed process leaves it, and then no whole line has {message:?}: {text:.500?}"
        );
    }
    Ok(())
}

fn records_of_the_log_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    let sink = instance.observability()?;
    let attributes =
        [("path", "/a b".into()), ("rows", (-42_i64).into()), ("is_full", true.into()), ("share", 0.328_125.into())];
    sink.log_record(&LogRecord::new(LogLevel::Error, "checked record").with_attributes(&attributes));
    let seen = lines(flushed(&mut instance)?)?;
    let line = one_line(&seen, "checked record")?;
    for (name, text) in [("path", "/a b"), ("rows", "-42"), ("is_full", "true"), ("share", "0.328125")] {
        ensure!(
            line.has(name, text),
            "a record of the log has the attribute {name} = {text}, and is told with {:?}",
            line.pairs
        );
    }
    Ok(())
}

fn spans_come_with_their_names(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    for name in ["checked simple", "checked \"quoted\"\n"] {
        sink.span_end(sink.span_start(name, None));
    }
    sink.end_span(sink.start_span(&SpanStart::new("checked record")), &SpanEnd::new());
    let seen = flushed(&mut instance)?;
    if seen.format == Format::StatsD {
        skip!("StatsD has no spans");
    }
    for name in ["checked simple", "checked \"quoted\"\n", "checked record"] {
        let is_told = seen.records.iter().any(|record| record.says(name) || record.is_of(name));
        ensure!(is_told, "a span with the name {name:?} is not told; a sink that drops spans says so in `describe`");
    }
    Ok(())
}

fn spans_come_with_their_parents(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    // Numbers that are no others of a line.
    for _ in 0..50 {
        sink.span_end(sink.span_start("checked before", None));
    }
    let parent = sink.span_start("checked parent", None);
    let child = sink.span_start("checked child", Some(parent));
    let other = sink.span_start("checked other", Some(parent));
    let recorded = sink.start_span(&SpanStart::new("checked recorded").with_parent(SpanParent::Span(parent)));
    let ids = sink.span_context(parent).map(|context| hex(&context.span_id()));
    let has_records = sink.span_context(recorded).is_some();
    [child, other].into_iter().for_each(|span| sink.span_end(span));
    sink.end_span(recorded, &SpanEnd::failed("checked: the disk is full"));
    sink.span_end(parent);
    let seen = lines(flushed(&mut instance)?)?;
    if seen.format == Format::Otlp {
        return by_ids(&seen);
    }
    for name in ["checked child", "checked other", "checked recorded"] {
        let records = seen.saying(name);
        let is_told =
            records.iter().any(|record| record.tells(parent as f64) || ids.as_ref().is_some_and(|id| record.says(id)));
        ensure!(is_told, "a span under the span {parent} is not told with that number or its id{}", told(&records));
    }
    let names = ["checked child", "checked other", "checked recorded", "checked parent", "checked before"];
    // A line with the name of a span may have the number of another one, its parent.
    let nameless = |record: &&Record| !names.iter().any(|name| record.says(name));
    let has_ends = seen.records.iter().filter(nameless).count() >= names.len();
    for (name, span) in [("checked child", child), ("checked other", other), ("checked parent", parent)] {
        let named = seen.saying(name);
        ensure!(!named.is_empty(), "a span with the name {name:?} is not told");
        if has_ends && named.len() == 1 && named[0].tells(span as f64) {
            // One line when it starts: where others have no name, the end has one of them.
            let ends = seen.records.iter().filter(nameless).filter(|record| record.tells(span as f64)).count();
            ensure!(ends >= 1, "the end of the span {span}, {name:?}, is not told");
        }
    }
    if has_records {
        let is_told = seen.records.iter().any(|record| record.says("checked: the disk is full"));
        ensure!(is_told, "the text of a span's error is not told");
    }
    Ok(())
}

fn the_first_span_is_a_parent_too(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let parent = sink.span_start("checked first", None);
    let child = sink.span_start("checked child", Some(parent));
    let ids = sink.span_context(parent).map(|context| hex(&context.span_id()));
    [child, parent].into_iter().for_each(|span| sink.span_end(span));
    let records = lines(flushed(&mut instance)?)?;
    let records = records.saying("checked child");
    let is_told =
        records.iter().any(|record| record.tells(parent as f64) || ids.as_ref().is_some_and(|id| record.says(id)));
    ensure!(is_told, "a span under the first one, {parent}, is not told with that number or its id{}", told(&records));
    Ok(())
}

/// In OTLP a span has the number of its trace, its own and its parent's behind its name.
fn by_ids(seen: &Seen) -> Result<(), NotPassed> {
    let span = |name: &str| match &seen.saying(name)[..] {
        [span] => Ok(span.texts[1..5].to_vec()),
        spans => Err(format!("the span {name:?} is told {} times, not once", spans.len())),
    };
    let parent = span("checked parent")?;
    ensure!(parent[2].is_empty(), "a span without a parent has the parent {}", parent[2]);
    for name in ["checked child", "checked other", "checked recorded"] {
        let child = span(name)?;
        ensure!(child[0] == parent[0], "{name:?} is of the trace {}, and its parent of {}", child[0], parent[0]);
        ensure!(child[2] == parent[1], "{name:?} has the parent {:?}, and its parent is {}", child[2], parent[1]);
        ensure!(child[1] != parent[1], "{name:?} and its parent are both the span {}", child[1]);
    }
    let failed = span("checked recorded")?;
    ensure!(failed[3] == "checked: the disk is full", "the text of a span's error is told as {:?}", failed[3]);
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn events_come_with_their_attributes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let span = sink.span_start("checked span", None);
    sink.span_event(span, "checked event", &[("rows", "42"), ("text", "a \"b\"\n")]);
    sink.add_span_event(
        span,
        &SpanEvent::new("checked recorded").with_attributes(&[("rows", 43_i64.into()), ("text", "ü".into())]),
    );
    sink.span_end(span);
    let seen = lines(flushed(&mut instance)?)?;
    for (name, rows, text) in [("checked event", "42", "a \"b\"\n"), ("checked recorded", "43", "ü")] {
        let records = seen.saying(name);
        let is_told = records.iter().any(|record| record.has_all(&[("rows", rows), ("text", text)]));
        ensure!(
            is_told,
            "the event {name:?} of a span, with rows = {rows} and text = {text:?}, is told otherwise{}",
            told(&records)
        );
    }
    Ok(())
}

/// Lines and spans that came after the last `flush` are delivered by `shutdown`.
fn shutdown_delivers_lines_and_spans(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = readable(subject)?;
    let sink = instance.observability()?;
    let has = (sink.enabled(LogLevel::Error), sink.describe().takes_spans);
    if has == (false, false) {
        skip!("spans and log lines are described as not taken");
    }
    let tell = |sink: &sochdb_plugin_host::Observability, when: &str| {
        sink.log(LogLevel::Error, &format!("checked line {when}"), &[]);
        let span = sink.span_start(&format!("checked span {when}"), None);
        sink.span_event(span, &format!("checked event {when}"), &[]);
        sink.span_end(span);
    };
    tell(sink, "before");
    lines(flushed(&mut instance)?)?;
    tell(instance.observability()?, "at the end");
    instance.shutdown()?;
    let seen = lines(instance.output().ok_or("no output")?.something()?)?;
    for (is_taken, what) in [(has.0, "line"), (has.1, "span"), (has.1, "event")] {
        let name = format!("checked {what} at the end");
        ensure!(!is_taken || !seen.saying(&name).is_empty(), "after `shutdown`, which delivers, {name:?} is not told");
    }
    Ok(())
}
