//! Tests of a sink's calls that stop at their instructions, where another thread makes calls of its own.

use crate::frame::must::{ensure, skip};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use sochdb_plugin_host::sdk::{ObservabilityExtension, SpanEnd, SpanStart};
use std::collections::{HashSet, VecDeque};

suite!(Observability, "observability_stepped":
    spans_that_start_between_each_other_have_numbers_of_their_own,
    a_context_is_that_of_its_span_while_others_come_and_go;
    full: counters_between_each_other_add_up,
);

/// How often a call is made. The first time its instructions are counted.
const ROUNDS: usize = 4;

fn spans_that_start_between_each_other_have_numbers_of_their_own(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = &*instance.observability()?;
    if !sink.describe().takes_spans {
        skip!("spans are described as not taken");
    }
    let (mut others, mut own) = (Vec::new(), Vec::new());
    let start = || {
        others.push(sink.span_start("between", None));
        Ok(())
    };
    beside(subject, start, |steps| {
        own.extend((0..ROUNDS).map(|_| steps.call(|| sink.span_start("stopped", None))));
        Ok(())
    })?;
    let all: Vec<u64> = own.into_iter().chain(others).collect();
    let different = all.iter().collect::<HashSet<_>>().len();
    ensure!(!all.contains(&0), "of {} spans some were not started", all.len());
    ensure!(
        different == all.len(),
        "{} open spans, which started between the instructions of each other's start, have {different} numbers",
        all.len()
    );
    all.iter().for_each(|span| sink.span_end(*span));
    Ok(())
}

fn a_context_is_that_of_its_span_while_others_come_and_go(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = &*instance.observability()?;
    let span = sink.start_span(&SpanStart::new("stopped"));
    let Some(expected) = sink.span_context(span) else { skip!("its spans have no ids") };
    let (mut others, mut turns) = (VecDeque::new(), 0_u32);
    // More and more of them, with some that end.
    let come_and_go = || {
        turns += 1;
        match others.pop_front() {
            Some(other) if turns % 3 == 0 => sink.end_span(other, &SpanEnd::new()),
            other => {
                others.extend(other);
                others.push_back(sink.start_span(&SpanStart::new("between")));
            }
        }
        Ok(())
    };
    let mut contexts = Vec::new();
    beside(subject, come_and_go, |steps| {
        contexts.extend((0..2 * ROUNDS).map(|_| steps.call(|| sink.span_context(span))));
        Ok(())
    })?;
    others.into_iter().chain([span]).for_each(|span| sink.end_span(span, &SpanEnd::new()));
    let wrong = contexts.iter().find(|context| context.as_ref() != Some(&expected));
    ensure!(
        wrong.is_none(),
        "the context of an open span was {expected:?}, and is {:?} where others start and end between the instructions of the \
         call",
        wrong.and_then(Option::as_ref)
    );
    Ok(())
}

fn counters_between_each_other_add_up(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let (mut others, mut own) = (Vec::new(), Vec::new());
    let sink = instance.observability()?;
    // What is sent by UDP waits in the room of one socket.
    let add = || {
        if others.len() < 200 {
            let value = 100_000 + others.len() as u64;
            others.push(value);
            sink.counter_inc("checked_stepped", value, &[("kind", "stepped")]);
        }
        Ok(())
    };
    beside(subject, add, |steps| {
        for round in 0..ROUNDS as u64 {
            own.push(50_000 + round);
            steps.call(|| sink.counter_inc("checked_stepped", 50_000 + round, &[("kind", "stepped")]));
        }
        Ok(())
    })?;
    let all: Vec<u64> = own.into_iter().chain(others).collect();
    let why = flushed(&mut instance)?.miscounted("checked_stepped", &[("kind", "stepped")], &all);
    ensure!(why.is_none(), "of two threads, each between the instructions of the other: {}", why.unwrap_or_default());
    Ok(())
}
