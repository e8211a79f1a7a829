//! Which entries may be there when an index comes again: those of the last flush that returned, or of one after it of which
//! nobody was told how it ended, with the watermark of that flush.

use crate::crash::promise::Fate;
use crate::index::crash::steps::{key_of, row_of, Change, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The entries that are there; false: perhaps, as a change of it failed.
type Entries = BTreeMap<u64, bool>;

/// A state that the files may have.
struct State<'a> {
    watermark: u64,
    entries: Entries,
    /// The step that made it. None of a new index.
    made_by: Option<(usize, &'a Step)>,
}

impl State<'_> {
    fn name(&self) -> String {
        self.made_by.map_or_else(|| "a new index".to_owned(), |(at, step)| format!("step {at} ({})", step.name()))
    }
}

fn change(entries: &mut Entries, Change { entry, comes }: Change, fate: Fate) {
    match (fate, comes) {
        (Fate::Done, true) => _ = entries.insert(entry, true),
        (Fate::Done, false) => _ = entries.remove(&entry),
        (_, true) => _ = entries.entry(entry).or_insert(false),
        (_, false) => _ = entries.entry(entry).and_modify(|there| *there = false),
    }
}

/// The states that the files may have after `steps` with these fates. The first one is that of the last flush that returned.
fn states<'a>(steps: &'a [Step], fates: &[Fate]) -> Vec<State<'a>> {
    let (mut now, mut saved) = (Entries::new(), None);
    let mut states = vec![State { watermark: 0, entries: Entries::new(), made_by: None }];
    for (at, (step, fate)) in steps.iter().zip(fates).enumerate().filter(|(_, (_, fate))| **fate != Fate::Never) {
        let is_done = *fate == Fate::Done;
        match step {
            Step::Change(one) => change(&mut now, *one, *fate),
            Step::Batch(all) => all.iter().for_each(|one| change(&mut now, *one, *fate)),
            Step::Build { entries, .. } if is_done => now = entries.iter().map(|entry| (*entry, true)).collect(),
            Step::Save if is_done => saved = Some(now.clone()),
            Step::Load if is_done => now = saved.clone().unwrap_or(now),
            // One that failed left all as it was.
            Step::Build { .. } | Step::Save | Step::Load => {}
            Step::Flush(watermark) => {
                if is_done {
                    states.clear();
                }
                states.push(State { watermark: *watermark, entries: now.clone(), made_by: Some((at, step)) });
            }
            Step::Drop => states.push(State { watermark: 0, entries: Entries::new(), made_by: Some((at, step)) }),
        }
    }
    states
}

/// Looks whether an index may hold these entries with this watermark after `steps` with these fates; or says what is wrong.
pub(crate) fn check(steps: &[Step], fates: &[Fate], watermark: u64, found: &BTreeSet<u64>) -> Result<(), String> {
    let states = states(steps, fates);
    let mut wrong = None;
    for state in states.iter().filter(|state| state.watermark == watermark) {
        match differs(state, found) {
            None => return Ok(()),
            Some(why) => wrong = Some(why),
        }
    }
    Err(wrong.unwrap_or_else(|| {
        let told = format!("{} with watermark {}", states[0].name(), states[0].watermark);
        format!("it holds watermark {watermark}, which no flush had that may be the last; that was {told}")
    }))
}

fn differs(state: &State<'_>, found: &BTreeSet<u64>) -> Option<String> {
    let said = |entry: u64, what: &str| {
        let (row, key, watermark) = (row_of(entry), key_of(entry), state.watermark);
        Some(format!("it holds watermark {watermark}, of {}, and row {row} of key {key} {what}", state.name()))
    };
    if let Some((missing, _)) = state.entries.iter().find(|(entry, there)| **there && !found.contains(entry)) {
        return said(*missing, "is not there");
    }
    let other = found.iter().find(|entry| !state.entries.contains_key(entry));
    other.and_then(|entry| said(*entry, "is, which was not there then"))
}

#[cfg(test)]
mod tests;
