//! Tests of what a durable storage has kept after its process was killed, the power failed, or its calls of the system did.

use crate::crash::promise::{Fate, Promise};
use crate::crash::{failing_calls, killed, power_loss};
use crate::frame::instance::Handles;
use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::storage::crash::history::{check, Place};
use crate::storage::crash::steps::{steps, Step};
use crate::storage::crash::take::{look, take};
use sochdb_plugin_host::sdk::{Result as Called, StorageExtension};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;

mod history;
mod steps;
mod take;

suite!(Storage, "storage_crash":
    ; full:
    killed_at_any_call_it_keeps_what_it_promised,
    failing_calls_lose_nothing_that_it_promised,
    a_power_loss_at_any_call_leaves_what_it_promised,
);

/// The rows of a durable storage.
pub(crate) struct Rows;

impl Promise for Rows {
    const KIND: &'static str = "storage";
    type Step = Step;
    type Taker = Storage;

    fn is_made(subject: &Subject) -> Result<(), NotPassed> {
        if !subject.instance()?.storage()?.describe().durable {
            skip!("`describe` does not say that what was flushed is there after the process and the machine stopped");
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
        *step == Step::Flush || step.is_durable()
    }

    fn taker(_: &Subject, mut handles: Handles) -> Result<Storage, NotPassed> {
        handles.storage.take().ok_or_else(|| "it is no storage".into())
    }

    fn take(taker: &mut Storage, step: &Step) -> Called<()> {
        take(taker, step)
    }

    fn look(taker: &mut Storage) -> Result<Vec<String>, String> {
        let rows = look(taker)?;
        Ok(rows.iter().map(|((table, key), value)| format!("{table} {key} {value}")).collect())
    }

    fn check(steps: &[Step], fates: &[Fate], seen: &[String]) -> Result<(), String> {
        let row = |line: &String| -> Option<(Place, u32)> {
            let mut numbers = line.split(' ').map_while(|number| number.parse().ok());
            Some(((numbers.next()?, numbers.next()?), numbers.next()?))
        };
        let rows: Option<BTreeMap<Place, u32>> = seen.iter().map(row).collect();
        check(steps, fates, &rows.ok_or("a line is no row")?)
    }
}

fn killed_at_any_call_it_keeps_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    killed::<Rows>(subject)
}

fn failing_calls_lose_nothing_that_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    failing_calls::<Rows>(subject)
}

fn a_power_loss_at_any_call_leaves_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    power_loss::<Rows>(subject)
}
