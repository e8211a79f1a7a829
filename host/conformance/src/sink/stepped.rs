//! Tests of a sink's calls that stop at their instructions, where another thread makes calls of its own.

use crate::frame::must::{ensure, skip};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use sochdb_plugin_host::sdk::ObservabilityExtension;
use std::collections::HashSet;

suite!(Observability, "observability_stepped":
    spans_that_start_between_each_other_have_numbers_of_their_own;
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
