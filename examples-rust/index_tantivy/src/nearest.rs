//! The rows of the best scores, each once.

use crate::failed;
use crate::fields::ROW;
use sochdb_plugin_sdk::prelude::*;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, Score, Searcher};

/// Rows between two questions whether the call is to go on.
const ASK_EVERY: usize = 1024;

/// The best rows that were seen, and more: what is too many goes when the room is full.
struct Best {
    k: usize,
    rows: Vec<(Score, RowId)>,
    /// A row with no more than that is not among them.
    least: Score,
}

impl Best {
    fn new(k: usize) -> Self {
        Self { k, rows: Vec::new(), least: Score::MIN }
    }

    fn add(&mut self, score: Score, row: RowId) {
        self.rows.push((score, row));
        if self.rows.len() >= self.k.saturating_mul(2) {
            self.cut();
        }
    }

    /// Leaves the `k` best rows, best first, each with its best score.
    fn cut(&mut self) {
        self.rows.sort_unstable_by(|a, b| a.1.cmp(&b.1).then(b.0.total_cmp(&a.0)));
        self.rows.dedup_by_key(|(_, row)| *row);
        self.rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        self.rows.truncate(self.k);
        if let Some((least, _)) = self.rows.last().filter(|_| self.rows.len() == self.k) {
            self.least = *least;
        }
    }
}

/// Gives `neighbors` the `search.k` rows that `query` scores best, among those that the search allows. tantivy passes over
/// what cannot have a better score than they.
pub(crate) fn find(
    searcher: &Searcher,
    query: &dyn Query,
    search: &Search<'_>,
    neighbors: &mut Neighbors<'_>,
) -> Result<()> {
    if search.k == 0 {
        return Ok(());
    }
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher)).map_err(failed)?;
    let (mut best, mut looked, mut ended) = (Best::new(search.k), 0, Ok(()));
    for segment in searcher.segment_readers() {
        Call::current(|call| call.go_on())?;
        let rows = segment.fast_fields().u64(ROW).map_err(failed)?.first_or_default_col(0);
        let alive = segment.alive_bitset();
        let least = best.least;
        let mut see = |document: DocId, score: Score| {
            looked += 1;
            if looked % ASK_EVERY == 0 && ended.is_ok() {
                ended = Call::current(|call| call.go_on());
            }
            if ended.is_err() {
                return Score::INFINITY;
            }
            if alive.is_none_or(|alive| alive.is_alive(document)) && search.keeps(-score) {
                let row = rows.get_val(document);
                if search.rows.contains(row) {
                    best.add(score, row);
                }
            }
            best.least
        };
        weight.for_each_pruning(least, segment, &mut see).map_err(failed)?;
        std::mem::replace(&mut ended, Ok(()))?;
    }
    best.cut();
    best.rows.iter().try_for_each(|(score, row)| neighbors.push(*row, -score))
}
