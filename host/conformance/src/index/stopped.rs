//! Tests of an index whose long calls are stopped, each at every of its questions: it stays as it was.

use crate::frame::must::{ensure, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::keys::Keys;
use crate::inputs::questions::{gives_all_or_stops, stopped_anywhere};
use sochdb_plugin_host::sdk::{IndexExtension, RowId, Search};
use sochdb_plugin_host::Index;
use std::time::{Duration, Instant};

suite!(Index, "index_stopped":
    a_build_that_is_stopped_changes_nothing,
    a_load_that_is_stopped_changes_nothing,
    a_look_that_is_stopped_gives_no_part,
);

/// Rows of the index as it is, and of one that would take its place.
const ROWS: u64 = 20;
const NEW: u64 = 1000;
/// So many are asked about several times by who asks after some thousand entries.
const MANY: usize = 10_000;
/// So many are built in at most that time, or no more of them are.
const FEW: usize = 300;
const SOON: Duration = Duration::from_millis(10);

fn entries(keys: Keys, from: RowId, count: usize) -> Vec<(RowId, Vec<u8>)> {
    (from..).take(count).map(|row| (row, keys.key(row))).collect()
}

fn lent(entries: &[(RowId, Vec<u8>)]) -> Vec<(RowId, &[u8])> {
    entries.iter().map(|(row, key)| (*row, &key[..])).collect()
}

/// As many entries as the index builds soon.
fn as_many(index: &mut Index, keys: Keys) -> Result<Vec<(RowId, Vec<u8>)>, NotPassed> {
    let begin = Instant::now();
    build(index, &entries(keys, NEW, FEW))?;
    Ok(entries(keys, NEW, if begin.elapsed() < SOON { MANY } else { FEW }))
}

/// Sees that the index has its first rows, or those in their place.
fn has(index: &Index, keys: Keys, are_new: bool, after: &str) -> Result<(), NotPassed> {
    see(index)?;
    for row in (0..ROWS).chain(NEW..NEW + ROWS) {
        let found = rows_of(index, &keys.key(row))?;
        let expected: &[RowId] = if (row >= NEW) == are_new { &[row] } else { &[] };
        let done = if are_new { "was not" } else { "was" };
        ensure!(found == expected, "after a {after} that {done} stopped, the key of row {row} has the rows {found:?}");
    }
    Ok(())
}

fn a_build_that_is_stopped_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    let look = |what: &'static str| {
        let first = &first;
        move |index: &mut Index, is_done: bool| {
            has(index, keys, is_done, what)?;
            build(index, first)
        }
    };
    build(index, &first)?;
    stopped_anywhere("build", index, |index| index.build(1, 2, &lent(&new)), look("build"))?;
    let by_parts = |index: &mut Index| {
        let mut builder = index.begin_build(1, 2)?;
        builder.add(&lent(&new))?;
        builder.finish()
    };
    stopped_anywhere("build by parts", index, by_parts, look("build by parts"))
}

fn a_load_that_is_stopped_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    build(index, &new)?;
    let saved = crate::frame::must::needed("save", index.save(1))?;
    gives_all_or_stops("save", index, &saved.len(), |index| index.save(1).map(|saved| saved.len()))?;
    let after = supported("save", index.save(1))?.unwrap_or_default();
    ensure!(
        after.len() == saved.len(),
        "after a save that was stopped, one has {} bytes, not {}",
        after.len(),
        saved.len()
    );
    build(index, &first)?;
    let load = |index: &mut Index| index.load_from(&saved).map(drop);
    stopped_anywhere("load", index, load, |index, is_done| {
        has(index, keys, is_done, "load")?;
        build(index, &first).must("build after a load")
    })
}

fn a_look_that_is_stopped_gives_no_part(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let new = as_many(index, keys)?;
    build(index, &new)?;
    if let Some(rows) = supported("range", index.range(b"", b"", usize::MAX))? {
        gives_all_or_stops("range", index, &rows, |index| index.range(b"", b"", usize::MAX))?;
    }
    let query = &new[0].1[..];
    let exactly = Search::new(query, 100).exactly();
    if let Some(found) = supported("search", index.search(&exactly))? {
        gives_all_or_stops("search", index, &found.neighbors, |index| Ok(index.search(&exactly)?.neighbors))?;
    }
    let queries = [query; 50];
    if let Some(lists) = supported("nearest_batch", index.nearest_batch(&queries, 1))? {
        let counts = |lists: Vec<Vec<(RowId, f32)>>| lists.iter().map(Vec::len).collect::<Vec<_>>();
        let whole = counts(lists);
        gives_all_or_stops("nearest_batch", index, &whole, |index| index.nearest_batch(&queries, 1).map(counts))?;
    }
    Ok(())
}
