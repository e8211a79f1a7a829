//! Tests of a sink: the attributes of spans, events and log lines that it tells, read back from its output.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, needed, skip};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Seen;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::told::{lines, of_logs, of_spans};
use sochdb_plugin_host::sdk::abi::{
    soch_attribute, soch_log_record, soch_observability, soch_span_end, soch_span_event, soch_span_start, soch_status,
    soch_str, SOCH_ATTRIBUTE_BOOL, SOCH_ATTRIBUTE_TEXT, SOCH_LOG_ERROR, SOCH_SPAN_OK, SOCH_UNSUPPORTED,
};
use sochdb_plugin_host::sdk::{AttributeValue, ObservabilityExtension, SpanEnd, SpanStart};
use sochdb_plugin_host::Observability;
use std::ffi::c_void;

suite!(Observability, "observability_attributes":
    those_of_spans_come_whole,
    one_of_the_end_replaces_that_of_the_begin,
    every_number_but_0_is_a_yes_of_a_line,
    every_number_but_0_is_a_yes_of_a_span,
    one_of_a_kind_that_is_not_listed_is_passed_over,
);

const SPAN: &str = "checked span of attributes";

/// The output of spans. Of attributes of a span itself only a sink of the group `span_record` hears, which tells its ids.
fn told(instance: &mut Instance, is_recorded: bool) -> Result<Seen, NotPassed> {
    let seen = lines(flushed(instance)?)?;
    let is_any = seen.records.iter().flat_map(|record| &record.pairs).any(|(name, _)| name.starts_with("checked_"));
    if !is_any && !is_recorded {
        skip!("attributes of a span are not taken: it has no `span_record`");
    }
    Ok(seen)
}

/// All values that an attribute is told with, in their order.
fn values<'a>(seen: &'a Seen, name: &str) -> Vec<&'a str> {
    let pairs = seen.records.iter().flat_map(|record| &record.pairs);
    pairs.filter(|(known, _)| known == name).map(|(_, value)| &**value).collect()
}

fn those_of_spans_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    const BEGUN: [(&str, AttributeValue<'static>, &str); 4] = [
        ("checked_text", AttributeValue::Text("a \"b\"\n\\c ü"), "a \"b\"\n\\c ü"),
        ("checked_rows", AttributeValue::Integer(-42), "-42"),
        ("checked_share", AttributeValue::Number(0.328_125), "0.328125"),
        ("checked_full", AttributeValue::Bool(true), "true"),
    ];
    const ENDED: [(&str, AttributeValue<'static>, &str); 4] = [
        ("checked_why", AttributeValue::Text("no room"), "no room"),
        ("checked_count", AttributeValue::Integer(43), "43"),
        ("checked_ratio", AttributeValue::Number(-2.5), "-2.5"),
        ("checked_done", AttributeValue::Bool(false), "false"),
    ];
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let (begun, ended) = (BEGUN.map(|(name, value, _)| (name, value)), ENDED.map(|(name, value, _)| (name, value)));
    let span = sink.start_span(&SpanStart::new(SPAN).with_attributes(&begun));
    let is_recorded = sink.span_context(span).is_some();
    sink.end_span(span, &SpanEnd::new().with_attributes(&ended));
    let seen = told(&mut instance, is_recorded)?;
    for (name, _, text) in BEGUN.into_iter().chain(ENDED) {
        let is = values(&seen, name);
        ensure!(is == [text], "a span was given the attribute {name} = {text:?}, once, and is told with {is:?}");
    }
    Ok(())
}

/// `soch_span_end.attributes`: one of the same name replaces that of the beginning.
fn one_of_the_end_replaces_that_of_the_begin(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = instance.observability()?;
    let begun = [
        ("checked_before", "stays".into()),
        ("checked_state", "begun".into()),
        ("checked_rows", AttributeValue::Integer(42)),
        ("checked_behind", "stays".into()),
    ];
    let ended = [
        ("checked_rows", AttributeValue::Text("none, as it failed")),
        ("checked_more", "new".into()),
        ("checked_state", "ended".into()),
    ];
    let span = sink.start_span(&SpanStart::new(SPAN).with_attributes(&begun));
    let is_recorded = sink.span_context(span).is_some();
    sink.end_span(span, &SpanEnd::new().with_attributes(&ended));
    let seen = told(&mut instance, is_recorded)?;
    for (name, first, last) in [("checked_state", "begun", "ended"), ("checked_rows", "42", "none, as it failed")] {
        let is = values(&seen, name);
        ensure!(
            is.last() == Some(&last),
            "a span began with {name} = {first:?} and ended with {last:?}, which replaces it, and is told with {is:?}"
        );
        // One that writes a line at once has the first one in the line of the begin.
        let both = seen.records.iter().find(|record| record.has(name, first) && record.has(name, last));
        ensure!(
            both.is_none(),
            "a span that began with {name} = {first:?} and ended with {last:?}, which replaces it, is told with both"
        );
    }
    for (name, text) in [("checked_before", "stays"), ("checked_behind", "stays"), ("checked_more", "new")] {
        let is = values(&seen, name);
        ensure!(is == [text], "beside attributes that are replaced, a span has {name} = {text:?}, told as {is:?}");
    }
    Ok(())
}

fn text<'a>(name: &'a str, text: &'a str) -> soch_attribute {
    let (name, text) = (soch_str::lend(name), soch_str::lend(text));
    soch_attribute { name, text, integer: 0, number: 0.0, kind: SOCH_ATTRIBUTE_TEXT, reserved: 0 }
}

fn flag(name: &str, integer: i64) -> soch_attribute {
    soch_attribute { integer, kind: SOCH_ATTRIBUTE_BOOL, ..text(name, "") }
}

/// A function of the plugin on its own instance, as no handle calls it.
pub(crate) type Raw<'a> = &'a dyn Fn(&soch_observability, *mut c_void) -> Option<soch_status>;

/// Makes a call that a sink need not have.
pub(crate) fn raw(sink: &Observability, slot: &'static str, call: Raw<'_>) -> Result<(), NotPassed> {
    needed(slot, sink.alone(slot, |table, instance, _| call(table, instance).unwrap_or(SOCH_UNSUPPORTED)))
}

fn log(sink: &Observability, message: &str, attributes: &[soch_attribute]) -> Result<(), NotPassed> {
    let record = soch_log_record {
        size: size_of::<soch_log_record>(),
        time: 0,
        level: SOCH_LOG_ERROR,
        reserved: 0,
        message: soch_str::lend(message),
        target: soch_str::lend(""),
        span: 0,
        remote_span: std::ptr::null(),
        attributes: attributes.as_ptr(),
        attribute_count: attributes.len(),
    };
    // SAFETY: the plugin's function on its own instance; all is lent for the call.
    raw(sink, "log_record", &|table, instance| table.log_record.map(|log| unsafe { log(instance, &raw const record) }))
}

/// A span that begins, has an event and ends with these attributes.
fn span(
    sink: &Observability,
    begun: &[soch_attribute],
    happened: &[soch_attribute],
    ended: &[soch_attribute],
) -> Result<bool, NotPassed> {
    let start = soch_span_start {
        size: size_of::<soch_span_start>(),
        name: soch_str::lend(SPAN),
        kind: 0,
        reserved: 0,
        parent: 0,
        remote_parent: std::ptr::null(),
        time: 0,
        attributes: begun.as_ptr(),
        attribute_count: begun.len(),
        links: std::ptr::null(),
        link_count: 0,
    };
    let event = soch_span_event {
        size: size_of::<soch_span_event>(),
        name: soch_str::lend("checked event of attributes"),
        time: 0,
        attributes: happened.as_ptr(),
        attribute_count: happened.len(),
    };
    let end = soch_span_end {
        size: size_of::<soch_span_end>(),
        time: 0,
        status: SOCH_SPAN_OK,
        reserved: 0,
        text: soch_str::lend(""),
        attributes: ended.as_ptr(),
        attribute_count: ended.len(),
    };
    let number = std::cell::Cell::new(0);
    raw(sink, "span_record_start", &|table, instance| {
        let begin = table.span_record_start?;
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        Some(unsafe { begin(instance, &raw const start, number.as_ptr()) })
    })?;
    let is_recorded = sink.span_context(number.get()).is_some();
    raw(sink, "span_record_event", &|table, instance| {
        let note = table.span_record_event?;
        // SAFETY: likewise.
        Some(unsafe { note(instance, number.get(), &raw const event) })
    })?;
    raw(sink, "span_record_end", &|table, instance| {
        let finish = table.span_record_end?;
        // SAFETY: likewise.
        Some(unsafe { finish(instance, number.get(), &raw const end) })
    })?;
    Ok(is_recorded)
}

/// The integers of attributes that say yes or no, 0 for no.
const INTEGERS: [i64; 8] = [0, 1, 2, 256, 1 << 31, 1 << 32, -1, i64::MIN];

fn flags(names: &[String]) -> Vec<soch_attribute> {
    names.iter().zip(INTEGERS).map(|(name, integer)| flag(name, integer)).collect()
}

fn names(of: &str) -> Vec<String> {
    (0..INTEGERS.len()).map(|at| format!("checked_{of}_{at}")).collect()
}

/// Rule 17: each yes is told as that of 1 is.
fn are_yes(seen: &Seen, of: &str, names: &[String]) -> Result<(), NotPassed> {
    let is: Vec<_> = names.iter().map(|name| values(seen, name)).collect();
    if is[0].is_empty() {
        skip!("attributes of {of} are not told");
    }
    ensure!(is[0] != is[1], "an attribute of {of} that says yes is told as one that says no: {:?}", is[0]);
    for (integer, is_told) in INTEGERS.into_iter().zip(&is).skip(1) {
        ensure!(
            is_told == &is[1],
            "an attribute of {of} with the integer {integer}, which is a yes (rule 17), is told as {is_told:?}, one with 1 as {:?}",
            is[1]
        );
    }
    Ok(())
}

fn every_number_but_0_is_a_yes_of_a_line(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_logs(subject)?;
    let names = names("line");
    log(instance.observability()?, "checked flags", &flags(&names))?;
    are_yes(&lines(flushed(&mut instance)?)?, "a line of the log", &names)
}

fn every_number_but_0_is_a_yes_of_a_span(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let places = ["start", "event", "end"].map(names);
    let [begun, happened, ended] = places.each_ref().map(|names| flags(names));
    let is_recorded = span(instance.observability()?, &begun, &happened, &ended)?;
    let seen = told(&mut instance, is_recorded)?;
    let of = ["the begin of a span", "an event of a span", "the end of a span"];
    of.iter().zip(&places).try_for_each(|(of, names)| are_yes(&seen, of, names))
}

/// Rule 12. The attributes beside it are told.
fn one_of_a_kind_that_is_not_listed_is_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let strange = |name| soch_attribute { integer: 7, number: 7.5, kind: 77, ..text(name, "strange") };
    let beside = |name: [&'static str; 3]| [text(name[0], "here"), strange(name[1]), text(name[2], "here")];
    const NAMES: [[&str; 3]; 3] = [
        ["checked_first", "checked_strange", "checked_last"],
        ["checked_early", "checked_other", "checked_late"],
        ["checked_upper", "checked_third", "checked_lower"],
    ];
    let mut instance = of_spans(subject)?;
    let is_recorded = {
        let [begun, happened, ended] = NAMES.map(beside);
        span(instance.observability()?, &begun, &happened, &ended)?
    };
    let seen = told(&mut instance, is_recorded)?;
    for name in NAMES.as_flattened() {
        let is = values(&seen, name);
        let wanted: &[&str] = if NAMES.iter().any(|names| names[1] == *name) { &[] } else { &["here"] };
        ensure!(
            is == wanted || (!is_recorded && is.is_empty()),
            "of attributes, of which one has a kind that is not listed and is passed over (rule 12), {name} is told as {is:?}"
        );
    }
    Ok(())
}
