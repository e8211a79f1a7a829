//! Which rows may be there when a storage comes again: every step that was acknowledged as durable, and of the others
//! each whole or not at all, in the order in which they were made.

use crate::crash::promise::Fate;
use crate::storage::crash::steps::Step;
use std::collections::BTreeMap;

/// A row's table and key, by their numbers.
pub(crate) type Place = (u32, u32);

/// Whether a step is among what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    Open,
    /// Among what is there, for this reason.
    There(&'static str),
    /// Not among it, for this reason.
    Gone(&'static str),
}

/// The last write of a step to a row.
#[derive(Clone, Copy)]
struct Touch {
    step: usize,
    value: Option<u32>,
}

struct Search<'a> {
    steps: &'a [Step],
    known: Vec<Known>,
    touches: BTreeMap<Place, Vec<Touch>>,
    changed: bool,
}

/// Looks whether these rows may be there after `steps` with these fates; or says what is wrong.
pub(crate) fn check(steps: &[Step], fates: &[Fate], rows: &BTreeMap<Place, u32>) -> Result<(), String> {
    let mut search = Search::new(steps, fates);
    if let Some((place, value)) = rows.iter().find(|(place, _)| !search.touches.contains_key(*place)) {
        return Err(format!("there is {}, value {value}, which nobody wrote", row(*place)));
    }
    loop {
        search.changed = false;
        for place in search.touches.keys().copied().collect::<Vec<_>>() {
            match rows.get(&place) {
                Some(value) => search.present(place, *value)?,
                None => search.absent(place)?,
            }
        }
        if !search.changed {
            return Ok(());
        }
    }
}

pub(crate) fn row((table, key): Place) -> String {
    format!("key {key} of table {table}")
}

impl<'a> Search<'a> {
    fn new(steps: &'a [Step], fates: &[Fate]) -> Self {
        let flushed = (0..steps.len()).rev().find(|at| steps[*at] == Step::Flush && fates[*at] == Fate::Done);
        let known = steps.iter().zip(fates).enumerate().map(|(at, (step, fate))| match fate {
            Fate::Never => Known::Gone("it was never made"),
            Fate::Done if step.is_durable() => Known::There("it returned, and is durable"),
            Fate::Done if flushed.is_some_and(|flushed| at < flushed) => {
                Known::There("it returned, and so did a flush after it")
            }
            Fate::Done | Fate::Perhaps => Known::Open,
        });
        let known = known.collect();
        let mut touches: BTreeMap<Place, Vec<Touch>> = BTreeMap::new();
        for (step, one) in steps.iter().enumerate() {
            // Of the writes of a step to one row the last one counts.
            let last: BTreeMap<Place, Option<u32>> =
                one.writes().into_iter().map(|write| ((write.table, write.key), write.value)).collect();
            for (place, value) in last {
                touches.entry(place).or_default().push(Touch { step, value });
            }
        }
        Self { steps, known, touches, changed: false }
    }

    /// A step, as a message says it.
    fn step(&self, at: usize) -> String {
        format!("step {at} ({})", self.steps[at].name())
    }

    fn is_there(&mut self, at: usize, why: &'static str) -> Result<(), String> {
        match &self.known[at] {
            Known::There(_) => Ok(()),
            Known::Gone(reason) => Err(format!("of {} this is there, and {reason}", self.step(at))),
            Known::Open => {
                (self.known[at], self.changed) = (Known::There(why), true);
                Ok(())
            }
        }
    }

    fn is_gone(&mut self, at: usize, why: &'static str) -> Result<(), String> {
        match &self.known[at] {
            Known::Gone(_) => Ok(()),
            Known::There(reason) => Err(format!("of {} this is missing, and {reason}", self.step(at))),
            Known::Open => {
                (self.known[at], self.changed) = (Known::Gone(why), true);
                Ok(())
            }
        }
    }

    /// The row has this value.
    fn present(&mut self, place: Place, value: u32) -> Result<(), String> {
        let touches = self.touches[&place].clone();
        let Some(from) = touches.iter().position(|touch| touch.value == Some(value)) else {
            return Err(format!("{} has value {value}, which nobody gave it", row(place)));
        };
        let said = |why: String| format!("{} has value {value}: {why}", row(place));
        self.is_there(touches[from].step, "another row of it is there").map_err(said)?;
        for touch in &touches[from + 1..] {
            self.is_gone(touch.step, "what it wrote to another row is not there").map_err(said)?;
        }
        Ok(())
    }

    /// There is no such row: after the last write to it that is there comes a step that removes it.
    fn absent(&mut self, place: Place) -> Result<(), String> {
        let touches = self.touches[&place].clone();
        for (at, touch) in touches.iter().enumerate().filter(|(_, touch)| touch.value.is_some()) {
            let removes = |later: &&Touch| later.value.is_none() && !matches!(self.known[later.step], Known::Gone(_));
            let later: Vec<Touch> = touches[at + 1..].iter().filter(removes).copied().collect();
            let said = |why: String| format!("{} is not there: {why}", row(place));
            match (&self.known[touch.step], &later[..]) {
                (_, []) => self.is_gone(touch.step, "what it wrote to another row is not there").map_err(said)?,
                (Known::There(_), [one]) => {
                    self.is_there(one.step, "another row that it removes is gone").map_err(said)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
