//! Tests of an index with more vectors than it looks at one by one, which several threads search at once: each finds as much
//! as it does alone.

use crate::frame::must::{ensure, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::index::basics::fill;
use crate::index::vectors::of_vectors;
use crate::inputs::waiting_writer::WAIT;
use sochdb_plugin_host::sdk::{Error, IndexExtension, RowFilter, RowId, Search};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

suite!(Index, "index_crowded": ; full:
    searches_among_many_find_as_much_beside_others,
);

const ROWS: u64 = 3000;
const K: usize = 10;
const THREADS: usize = 4;
/// The ones among them whose searches take their time.
const SLOW: usize = 2;
const QUERIES: u64 = 40;

/// A way to search.
type Ask<'a> = dyn Fn(&[u8]) -> Result<Vec<(RowId, f32)>, Error> + 'a;

/// A search that is not exact, for rows of which a filter waits now and then: other searches run within this one.
fn waiting(index: &Index, query: &[u8]) -> Result<Vec<(RowId, f32)>, Error> {
    let asked = AtomicUsize::new(0);
    let allows = |_: RowId| {
        // Near its begin, where it looks at few, and later, up to what a search of a graph looks at.
        if matches!(asked.fetch_add(1, SeqCst), 8 | 40 | 120 | 300) {
            std::thread::sleep(WAIT);
        }
        true
    };
    index.search(&Search::new(query, K).among(RowFilter::by(&allows))).map(|found| found.neighbors)
}

/// How many are no farther than the last one of those that were found alone.
fn hits(found: &[(RowId, f32)], alone: &[(RowId, f32)]) -> usize {
    let last = alone.last().map_or(f32::NEG_INFINITY, |found| found.1);
    found.iter().filter(|(_, distance)| *distance <= last + 1e-5 * last.abs()).count().min(alone.len())
}

/// The share that threads which ask one way found, of what was found alone.
#[derive(Default)]
struct Share {
    found: AtomicUsize,
    of: AtomicUsize,
}

impl Share {
    fn add(&self, found: &[(RowId, f32)], alone: &[(RowId, f32)], slot: &str) -> Result<(), NotPassed> {
        let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).collect();
        let once = rows.len() == found.len() && found.len() <= K;
        ensure!(once, "{slot} beside other threads gives {found:?}: each row once, {K} at most");
        self.found.fetch_add(hits(found, alone), SeqCst);
        self.of.fetch_add(alone.len(), SeqCst);
        Ok(())
    }

    /// Sees that it is as much as of the same searches alone, which may differ from each other, too.
    fn is_as_much_as(&self, again: &Self, slot: &str) -> Result<(), NotPassed> {
        let [found, of, found_again, of_again] =
            [&self.found, &self.of, &again.found, &again.of].map(|count| count.load(SeqCst));
        ensure!(
            found * of_again * 100 >= found_again * of * 98,
            "of {of} neighbours among {ROWS} vectors that {slot} finds alone, it finds {found} beside other threads, and {found_again} of {of_again} alone once more: what a search \
             notes on its way is its own ([any-thread])"
        );
        Ok(())
    }
}

/// Some searches take their time, and meanwhile others look for the same: what one has seen is what another one looks for.
fn searches_among_many_find_as_much_beside_others(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    let index = &*index;
    let waits = supported("search", waiting(index, &keys.key(0)))?.is_some();
    let slow = |query: &[u8]| if waits { waiting(index, query) } else { index.nearest(query, K) };
    let queries: Vec<Vec<u8>> = (0..QUERIES).map(|number| keys.key(1_000_000 + number)).collect();
    let quick = |query: &[u8]| index.nearest(query, K);
    let once_more = |ask: &Ask<'_>, alone: &[Vec<(RowId, f32)>]| {
        let share = Share::default();
        for (query, alone) in queries.iter().zip(alone) {
            share.add(&ask(query).must("a search alone")?, alone, "a search")?;
        }
        Ok::<_, NotPassed>(share)
    };
    let alone = |ask: &Ask<'_>| queries.iter().map(|query| ask(query).must("a search alone")).collect();
    let (slowly, quickly): (Result<Vec<_>, NotPassed>, Result<Vec<_>, NotPassed>) = (alone(&slow), alone(&quick));
    let (slowly, quickly) = (slowly?, quickly?);
    let shares = [Share::default(), Share::default()];
    let (now, busy) = (AtomicUsize::new(0), AtomicUsize::new(SLOW));
    together(THREADS, |thread| {
        if thread >= SLOW {
            while busy.load(SeqCst) > 0 {
                let at = now.load(SeqCst);
                shares[1].add(&quick(&queries[at]).must("nearest")?, &quickly[at], "nearest")?;
            }
            return Ok(());
        }
        let asked = (0..queries.len()).try_for_each(|at| {
            now.store(at, SeqCst);
            shares[0].add(&slow(&queries[at]).must("search")?, &slowly[at], "search")
        });
        busy.fetch_sub(1, SeqCst);
        asked
    })?;
    shares[0].is_as_much_as(&once_more(&slow, &slowly)?, "search")?;
    shares[1].is_as_much_as(&once_more(&quick, &quickly)?, "nearest")
}
