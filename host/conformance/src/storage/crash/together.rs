//! The rows of a durable storage that two threads change at once, each those of its own keys: what one waits for at the disk may hold
//! what the other has just been told is durable.

use crate::crash::promise::{Fate, Promise};
use crate::frame::instance::Handles;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::threads::together;
use crate::storage::crash::history::check;
use crate::storage::crash::rows::{rows_of, Rows};
use crate::storage::crash::steps::{steps, RowWrite, Step, KEYS};
use crate::storage::crash::take::take;
use sochdb_plugin_host::sdk::{Error, Result as Called};
use sochdb_plugin_host::Storage;
use std::path::Path;
use std::time::Duration;

/// Of so many threads each has its part of the keys.
const THREADS: u32 = 2;
const KEYS_OF_ONE: u32 = KEYS / THREADS;

/// The rows of a durable storage, by threads.
pub(crate) struct Together;

/// A step of each thread, at once.
pub(crate) type Steps = [Step; THREADS as usize];

/// The steps of one thread: those that every storage has.
fn of_thread(thread: u32, seed: u64, count: usize) -> Vec<Step> {
    let own = |write: RowWrite| RowWrite { key: thread * KEYS_OF_ONE + write.key % KEYS_OF_ONE, ..write };
    let of_it = |step| match step {
        Step::Write(write) => Some(Step::Write(own(write))),
        Step::Batch { writes, durable } => Some(Step::Batch { writes: writes.into_iter().map(own).collect(), durable }),
        Step::Flush => Some(Step::Flush),
        _ => None,
    };
    let seed = seed ^ u64::from(thread) << 32;
    // At least half of the deck is such a step.
    steps(seed, 4 * count).into_iter().filter_map(of_it).take(count).collect()
}

/// One after the other: a flush is promised nothing of what was under way.
fn in_a_row(all: &[Steps], fates: &[Fate]) -> (Vec<Step>, Vec<Fate>) {
    let ordered = |steps: &Steps| {
        let (flushes, others): (Vec<Step>, Vec<Step>) = steps.iter().cloned().partition(|step| *step == Step::Flush);
        [flushes, others].concat()
    };
    all.iter().zip(fates).flat_map(|(steps, fate)| ordered(steps).into_iter().map(move |step| (step, *fate))).unzip()
}

impl Promise for Together {
    const KIND: &'static str = "threads";
    const SYNC: Duration = Duration::from_millis(3);
    type Step = Steps;
    type Taker = Storage;

    fn is_made(subject: &Subject) -> Result<(), NotPassed> {
        Rows::is_made(subject)
    }

    fn steps(seed: u64, count: usize) -> Vec<Steps> {
        of_thread(0, seed, count).into_iter().zip(of_thread(1, seed, count)).map(|(one, other)| [one, other]).collect()
    }

    fn name(steps: &Steps) -> String {
        let [one, other] = steps.each_ref().map(Step::name);
        format!("{one}, and {other} at once")
    }

    fn is_kept(steps: &Steps) -> bool {
        steps.iter().any(Rows::is_kept)
    }

    fn taker(subject: &Subject, directory: &Path, handles: Handles) -> Result<Storage, NotPassed> {
        Rows::taker(subject, directory, handles)
    }

    fn take(storage: &mut Storage, steps: &Steps) -> Called<()> {
        let storage = &*storage;
        let all = together(steps.len(), |thread| Ok(take(storage, &steps[thread]).map_err(|error| error.to_string())?));
        // No other kind: where one thread's step is unsupported, the other's may be there.
        all.map_err(|why| Error::failed(why.to_string()))
    }

    fn flush(storage: &mut Storage) -> Called<()> {
        Rows::flush(storage)
    }

    fn look(storage: &mut Storage) -> Result<Vec<String>, String> {
        Rows::look(storage)
    }

    fn said(line: &str) -> String {
        Rows::said(line)
    }

    fn is_unchanged(seen: &[String], again: &[String]) -> Result<(), String> {
        Rows::is_unchanged(seen, again)
    }

    fn check(steps: &[Steps], fates: &[Fate], seen: &[String]) -> Result<(), String> {
        let (steps, fates) = in_a_row(steps, fates);
        check(&steps, &fates, &rows_of(seen)?).map_err(|why| format!("of steps of two threads, two by two: {why}"))
    }
}
