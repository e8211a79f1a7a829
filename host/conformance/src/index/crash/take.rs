//! The steps of an index, taken, and what is there after them.

use crate::frame::must::supported;
use crate::frame::not_passed::NotPassed;
use crate::index::basics::rows_of;
use crate::index::crash::steps::{key, key_of, row_of, Change, Step, ENTRIES, KEYS};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{Error, IndexChange, IndexExtension, Result as Called, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

/// The row that shows whether an index that came again still works. No entry has its key.
const AGAIN: RowId = 1 << 50;
/// More neighbours than there are.
const MOST: usize = 100;

/// An index that takes steps.
pub(crate) struct Taker {
    index: Index,
    keys: Keys,
    /// The bytes that were saved last.
    saved: Option<Vec<u8>>,
}

/// An index as it is there.
pub(crate) struct There {
    pub(crate) watermark: u64,
    /// Whether an earlier look is seen.
    pub(crate) again: bool,
    pub(crate) entries: BTreeSet<u64>,
}

impl Taker {
    pub(crate) fn new(index: Index, keys: Keys) -> Self {
        Self { index, keys, saved: None }
    }

    fn key(&self, entry: u64) -> Vec<u8> {
        key(self.keys, key_of(entry))
    }

    fn entries(&self, entries: &[u64]) -> Vec<(RowId, Vec<u8>)> {
        entries.iter().map(|entry| (row_of(*entry), self.key(*entry))).collect()
    }

    pub(crate) fn take(&mut self, step: &Step) -> Called<()> {
        match step {
            Step::Change(Change { entry, comes: true }) => self.index.insert(&self.key(*entry), row_of(*entry)),
            Step::Change(Change { entry, .. }) => self.index.delete(&self.key(*entry), row_of(*entry)),
            Step::Batch(changes) => {
                let keys: Vec<Vec<u8>> = changes.iter().map(|change| self.key(change.entry)).collect();
                let change = |(change, key): (&Change, _)| {
                    let row = row_of(change.entry);
                    if change.comes {
                        IndexChange::Insert { key, row }
                    } else {
                        IndexChange::Delete { key, row }
                    }
                };
                self.index
                    .change_batch(&changes.iter().zip(keys.iter().map(Vec::as_slice)).map(change).collect::<Vec<_>>())
            }
            Step::Build { entries, by_parts } => self.build(&self.entries(entries), *by_parts),
            Step::Save => {
                self.saved = Some(self.index.save(0)?);
                Ok(())
            }
            Step::Load => match &self.saved {
                Some(saved) => self.index.load_from(saved).map(drop),
                None => Ok(()),
            },
            Step::Flush(watermark) => match self.index.flush(*watermark) {
                // Whoever is told that the index holds it repeats nothing of it.
                Err(_) if self.index.flushed()? == *watermark => Ok(()),
                flushed => flushed,
            },
            Step::Drop => self.index.drop_index(),
        }
    }

    fn build(&mut self, entries: &[(RowId, Vec<u8>)], by_parts: bool) -> Called<()> {
        let lent: Vec<(RowId, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
        if !by_parts {
            return self.index.build(1, 2, &lent);
        }
        let mut builder = self.index.begin_build(1, 2)?;
        lent.chunks(10).try_for_each(|part| builder.add(part))?;
        builder.finish()
    }

    /// Flushes what is there with the watermark that it has, if any.
    pub(crate) fn flush(&mut self) -> Called<()> {
        match self.index.flushed()? {
            0 => Ok(()),
            watermark => self.index.flush(watermark),
        }
    }

    /// The entries and the watermark that are there, in an index that goes on working.
    pub(crate) fn look(&mut self) -> Result<There, NotPassed> {
        let failed = |error: Error| NotPassed::from(format!("what came again does not go on: {error}"));
        let watermark = self.index.flushed().map_err(failed)?;
        let mut entries = BTreeSet::new();
        let mut in_order = Vec::new();
        for number in 0..KEYS {
            for row in rows_of(&self.index, &key(self.keys, number))? {
                let entry = (0..ENTRIES).find(|entry| row_of(*entry) == row && key_of(*entry) == number);
                let nobody = || NotPassed::from(format!("key {number} finds row {row}, which nobody gave it"));
                entries.insert(entry.ok_or_else(nobody)?);
                in_order.push(row);
            }
        }
        // Of an earlier look; no other key is above it.
        let new = key(self.keys, KEYS);
        let before = rows_of(&self.index, &new)?;
        let again = before == [AGAIN];
        in_order.extend(before);
        self.lists(&in_order)?;
        let next = watermark.saturating_add(1);
        self.index.insert(&new, AGAIN).and_then(|()| self.index.flush(next)).map_err(failed)?;
        match (self.index.flushed().map_err(failed)?, &rows_of(&self.index, &new)?[..]) {
            (held, [AGAIN]) if held == next => Ok(There { watermark, again, entries }),
            (held, found) => {
                let what = format!("it holds {held}, and a row that was inserted is found as {found:?}");
                Err(format!("what came again is flushed with watermark {next}: {what}").into())
            }
        }
    }

    /// Sees that what lists entries lists these rows, which the keys find in their order.
    fn lists(&self, rows: &[RowId]) -> Result<(), NotPassed> {
        let wrong = |slot: &str, listed: &[RowId]| {
            Err(format!("the keys find the rows {rows:?}, and {slot} lists {listed:?}").into())
        };
        let sorted: BTreeSet<RowId> = rows.iter().copied().collect();
        match self.keys {
            Keys::Bytes => match supported("range", self.index.range(b"", b"", usize::MAX))? {
                Some(listed) if listed != rows => wrong("range", &listed),
                _ => Ok(()),
            },
            Keys::Texts | Keys::Vectors(..) => {
                let all_have = if matches!(self.keys, Keys::Texts) { b"row".to_vec() } else { key(self.keys, 0) };
                let Some(neighbors) = supported("nearest", self.index.nearest(&all_have, MOST))? else { return Ok(()) };
                let listed: Vec<RowId> = neighbors.into_iter().map(|(row, _)| row).collect();
                // An index of vectors may miss some.
                let is_whole = listed.len() == sorted.len() || self.keys.are_vectors();
                if is_whole && listed.iter().all(|row| sorted.contains(row)) {
                    return Ok(());
                }
                wrong("nearest", &listed)
            }
        }
    }
}
