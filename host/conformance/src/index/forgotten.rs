//! Tests of what an index keeps while it changes: a change that comes while a flush or a save is under way is in the next one,
//! also if nothing comes in between.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::index::basics::{fill, rows_of, see};
use crate::index::growth::of_changes;
use crate::inputs::keys::Keys;
use crate::inputs::waiting_call::ask_waiting;
use sochdb_plugin_host::sdk::{Error, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

suite!(Index, "index_forgotten": ; full:
    a_change_beside_a_flush_is_in_the_next,
    a_change_beside_a_save_is_in_the_next,
);

/// The rows that are there before.
const ROWS: u64 = 600;
/// The calls beside which something changes, each time at another moment of theirs.
const ROUNDS: u64 = 24;
/// How long they go on at most, after the first few.
const LONG: Duration = Duration::from_millis(700);
/// The longest time until a change: a call that takes longer is met at its begin.
const LATEST: Duration = Duration::from_millis(20);

/// The entries that are to be there, and how long the call that keeps them takes alone.
struct Kept {
    keys: Keys,
    there: BTreeSet<RowId>,
    alone: Duration,
    begin: Instant,
}

impl Kept {
    /// Fills the index, and has `keep` keep it.
    fn new(
        index: &mut Index,
        keys: Keys,
        keep: impl FnOnce(&Index) -> Result<(), NotPassed>,
    ) -> Result<Self, NotPassed> {
        fill(index, keys, ROWS)?;
        let begin = Instant::now();
        keep(index)?;
        Ok(Self { keys, there: (0..ROWS).collect(), alone: begin.elapsed().min(LATEST), begin })
    }

    /// Whether another round is worth its time.
    fn goes_on(&self, round: u64) -> bool {
        round < 4 || self.begin.elapsed() < LONG
    }

    /// Runs `keep` beside a row that comes and one that goes, at a moment that each round has for itself.
    fn changes(
        &mut self,
        index: &Index,
        round: u64,
        keep: impl Fn() -> Result<(), Error> + Sync,
    ) -> Result<(), NotPassed> {
        let (new, gone) = (ROWS + round, round);
        let keys = [new, gone].map(|row| self.keys.key(row));
        // Something is there to be kept.
        let more = 10 * ROWS + round;
        index.insert_concurrently(&self.keys.key(more), more).must("insert")?;
        together(2, |thread| {
            if thread == 0 {
                return keep().must("a flush or a save beside a change");
            }
            let until = Instant::now() + self.alone * (round * 7 % ROUNDS) as u32 / ROUNDS as u32;
            while Instant::now() < until {
                std::thread::yield_now();
            }
            let inserted = index.insert_concurrently(&keys[0], new);
            let changed = inserted.and_then(|()| index.delete_concurrently(&keys[1], gone));
            changed.must("a change beside a flush or a save")
        })?;
        self.there.extend([new, more]);
        self.there.remove(&gone);
        Ok(())
    }

    /// Sees that all of the last rows are there, and none of those that went.
    fn is_in(&self, index: &Index, round: u64, what: &str) -> Result<(), NotPassed> {
        for row in self.there.iter().rev().take(2 * ROUNDS as usize).copied().chain(0..=round) {
            let found = rows_of(index, &self.keys.key(row))?;
            let wanted = self.there.get(&row);
            ensure!(
                found.iter().eq(wanted),
                "after changes beside a {what}, and a {what} with nothing else, the key of row {row} finds {found:?}, not {wanted:?}"
            );
        }
        Ok(())
    }
}

fn a_change_beside_a_flush_is_in_the_next(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_changes(subject)?;
    let mut instance = subject.instance()?;
    let mut kept = Kept::new(instance.index()?, keys, |index| ask_waiting(|| index.flush(1)).must("flush"))?;
    if instance.index()?.flushed().must("flushed")? == 0 {
        skip!("it holds no watermark after a flush, as an index without files of its own");
    }
    for round in 0..ROUNDS {
        if !kept.goes_on(round) {
            break;
        }
        let (index, watermark) = (&*instance.index()?, 2 + 2 * round);
        kept.changes(index, round, || ask_waiting(|| index.flush(watermark)))?;
        index.flush(watermark + 1).must("a flush after changes beside another one")?;
        instance = subject.again(instance)?;
        kept.is_in(instance.index()?, round, "flush")?;
    }
    Ok(())
}

fn a_change_beside_a_save_is_in_the_next(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_changes(subject)?;
    let (mut instance, mut other) = (subject.instance()?, subject.instance()?);
    let (index, other) = (instance.index()?, other.index()?);
    let mut kept = Kept::new(index, keys, |index| needed("save", ask_waiting(|| index.save(1))).map(drop))?;
    let index = &*index;
    for round in 0..ROUNDS {
        if !kept.goes_on(round) {
            break;
        }
        kept.changes(index, round, || ask_waiting(|| index.save(2)).map(drop))?;
        see(index)?;
        let saved = index.save(3).must("a save after changes beside another one")?;
        other.load_from(&saved).must("load")?;
        see(other)?;
        kept.is_in(other, round, "save")?;
    }
    Ok(())
}
