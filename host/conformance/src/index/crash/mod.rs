//! Tests of what an index with files of its own has kept after its process was killed, the power failed, or its calls of the
//! system did: what its last flush left, with the watermark of that.

use crate::crash::promise::{Fate, Promise};
use crate::crash::{failing_calls, failing_reads, killed, power_loss};
use crate::frame::instance::Handles;
use crate::frame::must::{skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::crash::states::check;
use crate::index::crash::steps::{steps, Step};
use crate::index::crash::take::{Taker, There};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{IndexExtension, Result as Called};
use std::path::Path;

mod states;
mod steps;
mod take;

suite!(Index, "index_crash":
    ; full:
    killed_at_any_call_it_is_as_a_flush_left_it,
    failing_calls_lose_nothing_that_was_flushed,
    what_cannot_be_read_is_not_missing,
    a_power_loss_at_any_call_leaves_what_was_flushed,
);

/// The entries of an index with files of its own.
pub(crate) struct Entries;

impl Promise for Entries {
    const KIND: &'static str = "index";
    type Step = Step;
    type Taker = Taker;

    fn is_made(subject: &Subject) -> Result<(), NotPassed> {
        Keys::of_all_changes(subject)?;
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        index.flush(1).must("flush")?;
        if index.flushed().must("flushed")? == 0 {
            skip!("it holds no watermark after a flush, as an index without files of its own");
        }
        Ok(())
    }

    fn steps(seed: u64, count: usize) -> Vec<Step> {
        steps(seed, count)
    }

    fn name(step: &Step) -> String {
        step.name()
    }

    fn is_kept(step: &Step) -> bool {
        matches!(step, Step::Flush(_))
    }

    fn taker(subject: &Subject, _: &Path, mut handles: Handles) -> Result<Taker, NotPassed> {
        let index = handles.index.take().ok_or("it is no index")?;
        let keys = Keys::described(subject, &index).map_or_else(|| Keys::of(subject), Ok)?;
        Ok(Taker::new(index, keys))
    }

    fn take(taker: &mut Taker, step: &Step) -> Called<()> {
        taker.take(step)
    }

    fn flush(taker: &mut Taker) -> Called<()> {
        taker.flush()
    }

    fn look(taker: &mut Taker) -> Result<Vec<String>, String> {
        let there = taker.look().map_err(|why| why.to_string())?;
        let first = [format!("watermark {}", there.watermark), format!("again {}", u64::from(there.again))];
        Ok(first.into_iter().chain(there.entries.iter().map(|entry| format!("entry {entry}"))).collect())
    }

    fn said(line: &str) -> String {
        line.to_owned()
    }

    fn is_unchanged(seen: &[String], again: &[String]) -> Result<(), String> {
        let (there, now) = (said(seen)?, said(again)?);
        // The look has flushed the next one, with an entry.
        let flushed = there.watermark.saturating_add(1);
        if now.watermark != flushed || !now.again {
            let has = if now.again { "has" } else { "has not" };
            let held = now.watermark;
            return Err(format!(
                "it was flushed with watermark {flushed}, and holds {held} and {has} what was inserted before that"
            ));
        }
        match there.entries.symmetric_difference(&now.entries).next() {
            Some(entry) if there.entries.contains(entry) => Err(format!("the entry {entry} is gone")),
            Some(entry) => Err(format!("the entry {entry} has come")),
            None => Ok(()),
        }
    }

    fn check(steps: &[Step], fates: &[Fate], seen: &[String]) -> Result<(), String> {
        let There { watermark, entries, .. } = said(seen)?;
        check(steps, fates, watermark, &entries)
    }
}

/// The index that a look said.
fn said(seen: &[String]) -> Result<There, String> {
    let number = |line: &String| line.rsplit(' ').next()?.parse::<u64>().ok();
    let mut numbers = seen.iter().map(|line| number(line).ok_or("a line has no number"));
    let mut next = || numbers.next().ok_or("there is no watermark");
    let (watermark, again) = (next()??, next()?? == 1);
    Ok(There { watermark, again, entries: numbers.collect::<Result<_, _>>()? })
}

fn killed_at_any_call_it_is_as_a_flush_left_it(subject: &Subject) -> Result<(), NotPassed> {
    killed::<Entries>(subject)
}

fn failing_calls_lose_nothing_that_was_flushed(subject: &Subject) -> Result<(), NotPassed> {
    failing_calls::<Entries>(subject)
}

fn what_cannot_be_read_is_not_missing(subject: &Subject) -> Result<(), NotPassed> {
    failing_reads::<Entries>(subject)
}

fn a_power_loss_at_any_call_leaves_what_was_flushed(subject: &Subject) -> Result<(), NotPassed> {
    power_loss::<Entries>(subject)
}
