//! The rows of a durable storage, and the steps that change them.

use crate::crash::promise::{Fate, Promise};
use crate::frame::instance::Handles;
use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::storage::crash::history::{check, row, Place};
use crate::storage::crash::steps::{steps, Step, KEYS};
use crate::storage::crash::take::{look, read, take, AGAIN};
use sochdb_plugin_host::sdk::{Result as Called, StorageExtension};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::path::Path;

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

    fn taker(_: &Subject, _: &Path, mut handles: Handles) -> Result<Storage, NotPassed> {
        handles.storage.take().ok_or_else(|| "it is no storage".into())
    }

    fn take(taker: &mut Storage, step: &Step) -> Called<()> {
        take(taker, step)
    }

    fn flush(taker: &mut Storage) -> Called<()> {
        taker.flush()
    }

    fn look(taker: &mut Storage) -> Result<Vec<String>, String> {
        let rows = look(taker)?;
        Ok(rows.iter().map(|((table, key), value)| format!("{table} {key} {value}")).collect())
    }

    fn said(line: &str) -> String {
        match rows_of(&[line.to_owned()]).ok().and_then(|rows| rows.into_iter().next()) {
            Some((place, value)) => format!("{}, value {value},", row(place)),
            None => line.to_owned(),
        }
    }

    fn read(taker: &mut Storage) -> Vec<String> {
        read(taker)
    }

    fn is_unchanged(seen: &[String], again: &[String]) -> Result<(), String> {
        let (mut seen, again) = (rows_of(seen)?, rows_of(again)?);
        // The look has put a row.
        let number = seen.len() as u32;
        seen.insert((AGAIN, number % KEYS), number);
        let (mut places, said) = (seen.keys().chain(again.keys()), |value: Option<&u32>| match value {
            Some(value) => format!("value {value}"),
            None => "no value".to_owned(),
        });
        match places.find(|place| seen.get(place) != again.get(place)) {
            Some(place) => {
                let (had, has) = (said(seen.get(place)), said(again.get(place)));
                Err(format!("{} was flushed with {had}, and has {has}", row(*place)))
            }
            None => Ok(()),
        }
    }

    fn check(steps: &[Step], fates: &[Fate], seen: &[String]) -> Result<(), String> {
        check(steps, fates, &rows_of(seen)?)
    }
}

/// The rows that `look` said.
pub(crate) fn rows_of(seen: &[String]) -> Result<BTreeMap<Place, u32>, String> {
    let row = |line: &String| -> Option<(Place, u32)> {
        let mut numbers = line.split(' ').map_while(|number| number.parse().ok());
        Some(((numbers.next()?, numbers.next()?), numbers.next()?))
    };
    seen.iter().map(row).collect::<Option<_>>().ok_or_else(|| "a line is no row".to_owned())
}
