//! Tests of an index: what it finds. Lookup and range may be unsupported for one that only knows distances, nearest for one
//! without distances.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::index::metric::is_at_itself;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, IndexChange, IndexExtension, KeyElement, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

suite!(Index, "index":
    build_replaces_everything,
    one_key_may_have_many_rows,
    insert_and_delete_may_be_repeated,
    a_range_is_ordered_and_limited,
    it_agrees_with_a_model,
    nearest_is_ascending_and_at_most_k,
    nearest_finds_the_neighbours,
    a_batch_finds_what_each_query_finds,
    a_key_of_another_form_is_refused,
    size_grows,
    concurrent_changes_are_all_there,
);

pub(crate) fn build(index: &mut Index, entries: &[(RowId, Vec<u8>)]) -> Result<(), NotPassed> {
    let lent: Vec<(RowId, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
    needed("build", index.build(1, 2, &lent))?;
    see(index)
}

/// Builds an index of so many rows, each with the key of its number.
pub(crate) fn fill(index: &mut Index, keys: Keys, rows: u64) -> Result<(), NotPassed> {
    let entries: Vec<(RowId, Vec<u8>)> = (0..rows).map(|row| (row, keys.key(row))).collect();
    build(index, &entries)
}

/// Makes what changed visible in an index where it is so only after a flush. In any other it is visible already.
pub(crate) fn see(index: &Index) -> Result<(), NotPassed> {
    if !index.describe().visible_after_flush {
        return Ok(());
    }
    let held = index.flushed().must("flushed")?;
    index.flush(held.saturating_add(1)).must("flush")
}

/// The rows of a key, sorted. Those of an index that only knows distances are at no distance, or have the word that only
/// one text has.
pub(crate) fn rows_of(index: &Index, key: &[u8]) -> Result<Vec<RowId>, NotPassed> {
    if let Some(rows) = supported("lookup", index.lookup(key))? {
        ensure!(rows.is_sorted(), "lookup gives the rows {rows:?}, which do not ascend");
        return Ok(rows);
    }
    let has_words = index.describe().element == KeyElement::Text;
    let word = key.rsplit(|byte| *byte == b' ').next().unwrap_or(key);
    let (query, most) = if has_words { (word, 2000) } else { (key, 100) };
    let mut neighbors = index.nearest(query, most).must("nearest of an index without lookup")?;
    neighbors.retain(|(_, distance)| has_words || is_at_itself(index, key, *distance));
    let mut rows: Vec<RowId> = neighbors.into_iter().map(|(row, _)| row).collect();
    rows.sort_unstable();
    Ok(rows)
}

fn build_replaces_everything(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    ensure!(rows_of(index, &keys.key(1))?.is_empty(), "a new index finds a row");
    needed("insert", index.insert(&keys.key(9), 9))?;
    see(index)?;
    ensure!(rows_of(index, &keys.key(9))? == [9], "a row that was inserted is not found");
    needed("insert", index.insert(&keys.key(8), 8))?;
    build(index, &[(1, keys.key(1)), (2, keys.key(2))])?;
    for inserted in [8, 9] {
        ensure!(rows_of(index, &keys.key(inserted))?.is_empty(), "build left row {inserted}, inserted before");
    }
    build(index, &[(3, keys.key(3))])?;
    ensure!(rows_of(index, &keys.key(1))?.is_empty(), "build left a row of the build before");
    ensure!(rows_of(index, &keys.key(3))? == [3], "build did not add its row");
    build(index, &[])?;
    ensure!(rows_of(index, &keys.key(3))?.is_empty(), "an empty build left a row");
    Ok(())
}

fn one_key_may_have_many_rows(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    for row in [5, 3, 9] {
        needed("insert", index.insert(&keys.key(1), row))?;
    }
    needed("insert", index.insert(&keys.key(2), 4))?;
    see(index)?;
    let rows = rows_of(index, &keys.key(1))?;
    ensure!(rows == [3, 5, 9], "rows 5, 3 and 9 of one key are found as {rows:?}");
    if keys.are_vectors() {
        return Ok(());
    }
    needed("insert", index.insert(&keys.key(2), 5))?;
    see(index)?;
    let rows = rows_of(index, &keys.key(2))?;
    ensure!(rows == [4, 5], "rows 4 and 5 of the second key, where 5 has another one too, are found as {rows:?}");
    for many in [64, 65, 1000] {
        build(index, &(0..many).rev().map(|row| (row, keys.key(7))).collect::<Vec<_>>())?;
        let rows = rows_of(index, &keys.key(7))?;
        ensure!(rows.iter().copied().eq(0..many), "of {many} rows of one key {} are found", rows.len());
    }
    Ok(())
}

fn insert_and_delete_may_be_repeated(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("delete in an empty index", index.delete(&keys.key(1), 1))?;
    for _ in 0..2 {
        needed("insert", index.insert(&keys.key(1), 1))?;
        needed("insert", index.insert(&keys.key(1), 2))?;
        see(index)?;
        let rows = rows_of(index, &keys.key(1))?;
        ensure!(rows == [1, 2], "rows 1 and 2 that were inserted again are found as {rows:?}");
    }
    for _ in 0..2 {
        needed("delete", index.delete(&keys.key(1), 1))?;
        see(index)?;
        let rows = rows_of(index, &keys.key(1))?;
        ensure!(rows == [2], "after row 1 was deleted {rows:?} are found");
    }
    Ok(())
}

fn a_range_is_ordered_and_limited(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    // Texts are in the order of their bytes, and not of their numbers.
    if keys.are_vectors() || matches!(keys, Keys::Texts) {
        return supported("range", index.range(&keys.key(1), b"", 1)).map(drop);
    }
    // Row numbers fall while keys rise; each key has two rows.
    let entries = (0..200_u64).flat_map(|key| [(1000 - key, keys.key(key)), (2000 - key, keys.key(key))]);
    build(index, &entries.collect::<Vec<_>>())?;
    let all = needed("range", index.range(b"", b"", usize::MAX))?;
    let expected: Vec<RowId> = (0..200).flat_map(|key| [1000 - key, 2000 - key]).collect();
    ensure!(all == expected, "a range over all gives {} rows, or not by key, then row", all.len());
    for (start, end, limit, slice) in [
        (keys.key(10), keys.key(20), usize::MAX, 20..40),
        (keys.key(10), keys.key(20), 5, 20..25),
        (keys.key(10), keys.key(20), 0, 20..20),
        (keys.key(10), Vec::new(), 100, 20..120),
        (Vec::new(), keys.key(1), 100, 0..2),
        (keys.key(20), keys.key(10), 100, 0..0),
        (keys.key(10), keys.key(10), 100, 0..0),
        (keys.key(500), Vec::new(), 100, 0..0),
    ] {
        let found = index.range(&start, &end, limit).must("range")?;
        ensure!(found == expected[slice], "a range from {start:?} to {end:?} with limit {limit} gives {found:?}");
    }
    Ok(())
}

fn it_agrees_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(7));
    let index = instance.index()?;
    let mut model: BTreeSet<(u64, RowId)> = BTreeSet::new();
    for step in 0..if matches!(keys, Keys::Bytes) { 2000 } else { 300 } {
        let row = random.below(8);
        // A vector's row has one key at a time.
        let number = if keys.are_vectors() { row % 4 } else { random.below(30) };
        let key = keys.key(number);
        match random.below(4) {
            0 | 1 => {
                needed("insert", index.insert(&key, row))?;
                model.insert((number, row));
            }
            2 => {
                needed("delete", index.delete(&key, row))?;
                model.remove(&(number, row));
            }
            _ => {
                see(index)?;
                let found = rows_of(index, &key)?;
                let expected = model.range((number, 0)..=(number, u64::MAX)).map(|(_, row)| *row);
                ensure!(found.iter().copied().eq(expected), "step {step}: key {number} has the rows {found:?}");
            }
        }
    }
    Ok(())
}

fn nearest_is_ascending_and_at_most_k(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let none = needed("nearest", index.nearest(&keys.key(0), 3))?;
    ensure!(none.is_empty(), "an empty index has the neighbours {none:?}");
    build(index, &(0..50).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    for k in [0, 1, 10, 50, 100] {
        let found = index.nearest(&keys.key(7), k).must("nearest")?;
        ensure!(found.len() <= k.min(50), "{} neighbours where {k} of 50 were asked for", found.len());
        ensure!(k == 0 || !found.is_empty(), "no neighbour where {k} of 50 were asked for");
        ensure!(found.is_sorted_by(|a, b| a.1 <= b.1), "the distances do not ascend: {found:?}");
        let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).collect();
        ensure!(rows.len() == found.len() && rows.iter().all(|row| *row < 50), "rows twice, or unknown: {found:?}");
    }
    let first = index.nearest(&keys.key(7), 1).must("nearest")?;
    ensure!(first[0].0 == 7, "the nearest row to its own vector is {first:?}, not 7");
    Ok(())
}

fn distance(metric: &str, a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    match metric {
        "l2" => a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum(),
        _ => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
    }
}

/// An approximate index must find most neighbours, by the metric that it has.
fn nearest_finds_the_neighbours(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 400;
    const QUERIES: u64 = 20;
    let keys = Keys::of(subject)?;
    if keys.numbers(&keys.key(0)).len() < 2 {
        skip!("the keys are no vectors");
    }
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let entries: Vec<(RowId, Vec<u8>)> = (0..ROWS).map(|row| (row, keys.key(row))).collect();
    build(index, &entries)?;
    let numbers: Vec<_> = entries.iter().map(|(row, key)| (*row, keys.numbers(key))).collect();
    let mut recalls = Vec::new();
    for metric in ["l2", "cosine"] {
        let mut hits = 0;
        for query in (1000..).map(|number| keys.key(number)).take(QUERIES as usize) {
            let asked = keys.numbers(&query);
            let mut exact: Vec<_> = numbers.iter().map(|(row, key)| (distance(metric, &asked, key), *row)).collect();
            exact.sort_by(|a, b| a.0.total_cmp(&b.0));
            let found = index.nearest(&query, 10).must("nearest")?;
            // Of rows at one distance, as bits have many, any may come.
            let tenth = exact[9].0;
            let near = |row: &RowId| exact.iter().any(|(distance, exact)| exact == row && *distance <= tenth);
            hits += found.iter().filter(|(row, _)| near(row)).count();
        }
        recalls.push(hits as f64 / (10 * QUERIES) as f64);
    }
    let best = recalls.iter().copied().fold(0.0, f64::max);
    if best < 0.8 {
        return Err(format!("recall@10 among {ROWS} vectors is {recalls:?} by l2 and cosine; 0.8 is the least").into());
    }
    Ok(())
}

/// Each list must be that of its own query, in its own places, whatever the others find.
fn a_batch_finds_what_each_query_finds(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 60;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let Some(none) = supported("nearest_batch", index.nearest_batch(&[&keys.key(0), &keys.key(1)], 3))? else {
        let single = supported("nearest", index.nearest(&keys.key(0), 3))?;
        ensure!(single.is_none(), "nearest is supported, and nearest_batch is not");
        skip!("`nearest` is unsupported");
    };
    ensure!(
        none.len() == 2 && none.iter().all(Vec::is_empty),
        "an empty index has the neighbours {none:?} of two queries"
    );
    fill(index, keys, ROWS)?;
    // Some twice, some that are not in the index, and more than there are rows.
    let asked: Vec<Vec<u8>> = (0..ROWS).chain([7, 7, 1000, 1001]).rev().map(|number| keys.key(number)).collect();
    let lent: Vec<&[u8]> = asked.iter().map(|key| &key[..]).collect();
    for (queries, k) in [(0, 5), (1, 5), (2, 0), (2, 1), (lent.len(), 10), (lent.len(), 100)] {
        let found = index.nearest_batch(&lent[..queries], k).must("nearest_batch")?;
        ensure!(found.len() == queries, "{queries} queries give {} lists", found.len());
        for (at, (query, found)) in lent.iter().zip(&found).enumerate() {
            let single = index.nearest(query, k).must("nearest")?;
            ensure!(
                same_distances(found, &single),
                "query {at} of {queries} finds {found:?} in a batch, and {single:?} alone, with k = {k}"
            );
        }
    }
    if keys.are_vectors() {
        let kind = index.nearest_batch(&[lent[0], b"x", lent[1]], 3).err().map(|error| error.kind());
        ensure!(kind == Some(ErrorKind::Invalid), "a batch with a vector of one byte gave {kind:?}, not Invalid");
    }
    Ok(())
}

/// Of rows at one distance, either may come first, or at all.
pub(crate) fn same_distances(a: &[(RowId, f32)], b: &[(RowId, f32)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.1 - b.1).abs() <= 1e-6 * b.1.abs())
}

fn a_key_of_another_form_is_refused(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("insert", index.insert(&keys.key(1), 1))?;
    if keys.are_vectors() {
        let mut longer = keys.key(2);
        longer.push(0);
        let kind = index.insert(&longer, 2).err().map(|error| error.kind());
        ensure!(kind == Some(ErrorKind::Invalid), "a vector with a byte too many gave {kind:?}, not Invalid");
    } else {
        needed("insert of the empty key", index.insert(b"", 2))?;
        see(index)?;
        // Nobody finds a text without words by words.
        let by_words = matches!(keys, Keys::Texts) && supported("lookup", index.lookup(b""))?.is_none();
        ensure!(by_words || rows_of(index, b"")? == [2], "the row of the empty key is not found");
    }
    if matches!(keys, Keys::Texts) {
        let kind = index.insert(b"\xFF\xFE", 2).err().map(|error| error.kind());
        ensure!(kind == Some(ErrorKind::Invalid), "a text that is not UTF-8 gave {kind:?}, not Invalid");
    }
    see(index)?;
    ensure!(rows_of(index, &keys.key(1))? == [1], "a row that was there is lost");
    Ok(())
}

fn size_grows(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let empty = needed("size_bytes", index.size_bytes())?;
    build(index, &(0..500).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    let full = needed("size_bytes", index.size_bytes())?;
    ensure!(full > empty && full >= 500 * 8, "an index of 500 rows takes {full} bytes, an empty one {empty}");
    Ok(())
}

/// Threads that add and remove rows of their own, while others look for some.
fn concurrent_changes_are_all_there(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: u64 = 4;
    const ROWS: u64 = 150;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    if !index.describe().concurrent_changes {
        skip!("changes beside searches are not described");
    }
    let change = |thread: u64, mut index: Index| {
        for row in (0..ROWS).map(|row| row * THREADS + thread) {
            let key = &keys.key(row);
            if row % 5 == 0 {
                needed("change_batch beside others", index.change_batch(&[IndexChange::Insert { key, row }]))?;
            } else {
                needed("insert beside others", index.insert(key, row))?;
            }
            if row % 3 == 0 {
                needed("delete beside others", index.delete(key, row))?;
            }
            rows_of(&index, &keys.key(row / 2))?;
        }
        Ok::<(), NotPassed>(())
    };
    let shared = &*index;
    together(THREADS as usize, |thread| change(thread as u64, shared.clone()))?;
    see(index)?;
    for row in 0..THREADS * ROWS {
        let (found, there) = (rows_of(index, &keys.key(row))?, row % 3 != 0);
        ensure!(found.contains(&row) == there, "row {row} was added, removed: {}; it is found as {found:?}", !there);
    }
    Ok(())
}
