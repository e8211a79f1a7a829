//! Tests of what transactions, snapshots and plain calls beside each other see: no history that they make shows an anomaly.

use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::history::{beside_each_other, by_turns, Parts};
use std::time::{Duration, Instant};

suite!(Storage, "storage_history":
    turns_of_one_thread_show_no_anomaly,
    threads_show_no_anomaly;
    full: many_turns_show_no_anomaly, many_threads_show_no_anomaly,
);

/// A storage that takes its time shows fewer histories.
const ENOUGH: Duration = Duration::from_secs(5);

/// Makes histories of both kinds, each of other keys and in a storage that holds those before.
fn histories(subject: &Subject, salt: u64, turns: u16, threads: u16) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut parts = Parts::of(storage);
    if !parts.has_any() {
        skip!("there are neither transactions nor snapshots");
    }
    let (mut random, begin) = (subject.random(salt), Instant::now());
    for number in (0..turns + threads).take_while(|_| begin.elapsed() < ENOUGH) {
        if number < turns {
            by_turns(storage, &mut parts, number, &mut random)?;
        } else {
            beside_each_other(storage, parts, number, random.next())?;
        }
    }
    Ok(())
}

fn turns_of_one_thread_show_no_anomaly(subject: &Subject) -> Result<(), NotPassed> {
    histories(subject, 31, 150, 0)
}

fn threads_show_no_anomaly(subject: &Subject) -> Result<(), NotPassed> {
    histories(subject, 32, 0, 12)
}

fn many_turns_show_no_anomaly(subject: &Subject) -> Result<(), NotPassed> {
    histories(subject, 33, 400, 0)
}

fn many_threads_show_no_anomaly(subject: &Subject) -> Result<(), NotPassed> {
    histories(subject, 34, 0, 40)
}
