//! Tests of a sink: events of one span that several threads note at once, and beside its end.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Seen;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::sink::basics::lives;
use crate::sink::output::flushed;
use crate::sink::told::{lines, of_spans};
use sochdb_plugin_host::sdk::ObservabilityExtension;
use sochdb_plugin_host::Observability;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

suite!(Observability, "observability_events":
    those_of_threads_come_whole,
    those_beside_the_end_of_their_span_do_no_harm,
    those_between_each_other_come_whole;
    full: those_between_an_end_do_no_harm,
);

/// The spans of a test, and the most events of each: what libraries for spans keep of one.
const SPANS: usize = 6;
const MOST: usize = 100;

/// The name of an event. They are of different lengths, so that what is put together in one place shows.
fn name(span: usize, thread: usize, at: usize) -> String {
    format!("checked event {span} {thread} {at} {}", "x".repeat((thread * 89 + at * 37) % 400))
}

/// The attribute that no other event has.
fn which(span: usize, thread: usize, at: usize) -> String {
    format!("{at} of {thread} in {span}")
}

fn note(sink: &Observability, number: u64, (span, thread, at): (usize, usize, usize)) {
    sink.span_event(number, &name(span, thread, at), &[("which", &which(span, thread, at))]);
}

/// Each of these events is told with its attributes, once; those of a span that ends meanwhile at most once.
fn are_told(
    seen: &Seen,
    events: impl IntoIterator<Item = (usize, usize, usize)>,
    are_all: bool,
    how: &str,
) -> Result<(), NotPassed> {
    for (span, thread, at) in events {
        let name = name(span, thread, at);
        let records = seen.saying(&name);
        let times: usize = records.iter().map(|record| record.texts.iter().filter(|text| **text == name).count()).sum();
        let is_whole = times == 1 && records[0].has("which", &which(span, thread, at));
        ensure!(
            is_whole || (times == 0 && !are_all),
            "of events that {how}, {name:.40?} is told {times} times, and not once with its attribute"
        );
    }
    Ok(())
}

fn those_of_threads_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: usize = 4;
    let mut instance = of_spans(subject)?;
    let sink = &*instance.observability()?;
    let spans: Vec<u64> = (0..SPANS).map(|_| sink.span_start("checked span of threads", None)).collect();
    together(THREADS, |thread| {
        for at in 0..MOST / THREADS {
            spans.iter().enumerate().for_each(|(span, number)| note(sink, *number, (span, thread, at)));
        }
        Ok(())
    })?;
    spans.iter().for_each(|span| sink.span_end(*span));
    let seen = lines(flushed(&mut instance)?)?;
    let of_thread = |span| (0..THREADS).flat_map(move |thread| (0..MOST / THREADS).map(move |at| (span, thread, at)));
    let all = (0..SPANS).flat_map(of_thread);
    are_told(&seen, all, true, &format!("{THREADS} threads note in one span"))
}

/// Events are noted or not, as their span has ended or not.
fn those_beside_the_end_of_their_span_do_no_harm(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: usize = 3;
    let mut instance = of_spans(subject)?;
    let sink = &*instance.observability()?;
    let rounds = 10 * SPANS;
    let spans: Vec<u64> = (0..rounds).map(|_| sink.span_start("checked span that ends", None)).collect();
    together(THREADS + 1, |thread| {
        for (span, number) in spans.iter().enumerate() {
            if thread == THREADS {
                sink.span_end(*number);
            } else {
                (0..8).for_each(|at| note(sink, *number, (span, thread, at)));
            }
        }
        Ok(())
    })?;
    lives(sink, "after events beside the end of their spans")?;
    let seen = lines(flushed(&mut instance)?)?;
    let of_thread = |span| (0..THREADS).flat_map(move |thread| (0..8).map(move |at| (span, thread, at)));
    let all = (0..rounds).flat_map(of_thread);
    are_told(&seen, all, false, "are noted beside the end of their span")
}

/// So often a call is stopped at its instructions. The first time they are counted.
const ROUNDS: usize = 8;

fn those_between_each_other_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_spans(subject)?;
    let sink = &*instance.observability()?;
    let spans: Vec<u64> = (0..ROUNDS).map(|_| sink.span_start("checked span of steps", None)).collect();
    let (now, mut others) = (AtomicUsize::new(0), [0; ROUNDS]);
    let other = || {
        let span = now.load(Ordering::SeqCst);
        if others[span] < MOST {
            note(sink, spans[span], (span, 1, others[span]));
            others[span] += 1;
        }
        Ok(())
    };
    beside(subject, other, |steps| {
        steps.at_most(MOST);
        for (span, number) in spans.iter().enumerate() {
            now.store(span, Ordering::SeqCst);
            steps.call(|| note(sink, *number, (span, 0, 0)));
        }
        Ok(())
    })?;
    spans.iter().for_each(|span| sink.span_end(*span));
    let seen = lines(flushed(&mut instance)?)?;
    let of_span = |span: usize| (0..others[span]).map(move |at| (span, 1, at)).chain([(span, 0, 0)]);
    are_told(&seen, (0..ROUNDS).flat_map(of_span), true, "are noted between the instructions of each other")
}

/// An end within which there are events, and events within which there is the end.
fn those_between_an_end_do_no_harm(subject: &Subject) -> Result<(), NotPassed> {
    const NAME: &str = "checked span that ends in steps";
    const EVENTS: usize = 60;
    let mut instance = of_spans(subject)?;
    let sink = &*instance.observability()?;
    let (now, mut others) = (AtomicU64::new(0), 0);
    let event = || {
        note(sink, now.load(Ordering::SeqCst), (0, 1, others));
        others += 1;
        Ok(())
    };
    beside(subject, event, |steps| {
        steps.at_most(MOST);
        for _ in 0..ROUNDS {
            now.store(sink.span_start(NAME, None), Ordering::SeqCst);
            steps.call(|| sink.span_end(now.load(Ordering::SeqCst)));
        }
        Ok(())
    })?;
    let end = || {
        sink.span_end(now.swap(0, Ordering::SeqCst));
        Ok(())
    };
    beside(subject, end, |steps| {
        // A span ends once.
        steps.at_most(1);
        for at in 0..EVENTS {
            let number = sink.span_start(NAME, None);
            note(sink, number, (1, 0, at));
            now.store(number, Ordering::SeqCst);
            steps.call(|| note(sink, number, (1, 1, at)));
            sink.span_end(now.swap(0, Ordering::SeqCst));
        }
        Ok(())
    })?;
    lives(sink, "after events between the instructions of an end")?;
    let seen = lines(flushed(&mut instance)?)?;
    let how = "are noted between the instructions of an end, or it is between theirs";
    are_told(&seen, (0..others).map(|at| (0, 1, at)).chain((0..EVENTS).map(|at| (1, 1, at))), false, how)?;
    are_told(
        &seen,
        (0..EVENTS).map(|at| (1, 0, at)),
        true,
        "are noted before another one, beside which their span ends",
    )
}
