//! Tests of an index of vectors: its distances are those that it describes, its neighbours are those that are there.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::index::metric::{exactly, far, is_exact, tells};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{DistanceMetric, ErrorKind, Exactness, IndexExtension, KeyElement, RowId, Search};
use std::collections::{BTreeMap, BTreeSet};

suite!(Index, "index_vectors":
    distances_are_those_of_their_rows,
    every_number_of_neighbours_comes,
    many_rows_of_one_vector_all_come,
    what_was_removed_never_comes,
    a_row_moves_to_another_vector,
    an_exact_search_is_exact_far_from_the_origin;
    full: more_than_a_thousand_neighbours_come,
);

/// The subject's keys, which are vectors that have neighbours.
pub(crate) fn of_vectors(subject: &Subject) -> Result<Keys, NotPassed> {
    let keys = Keys::of(subject)?;
    if !keys.are_vectors() {
        skip!("the keys are no vectors");
    }
    needed("nearest", subject.instance()?.index()?.nearest(&keys.key(1), 1))?;
    Ok(keys)
}

fn entries(keys: Keys, rows: std::ops::Range<u64>) -> Vec<(RowId, Vec<u8>)> {
    rows.map(|row| (row, keys.key(row))).collect()
}

fn distances_are_those_of_their_rows(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (entries, metric) = (entries(keys, 0..150), index.describe().metric);
    build(index, &entries)?;
    for query in (0..5).chain(1000..1005).map(|number| keys.key(number)) {
        for found in [index.nearest(&query, 150).must("nearest")?, exactly(index, &query, 150)?] {
            let (Some(first), Some(last)) = (found.first(), found.last()) else { return Err("nothing is near".into()) };
            let apart = first.1 < last.1;
            ensure!(apart, "{} vectors at random are all at the distance {}", found.len(), first.1);
            for (row, distance) in &found {
                let key = entries.get(*row as usize).ok_or(format!("row {row} is found, which is not there"))?;
                let Some(expected) = far(metric, keys, &query, &key.1) else { continue };
                ensure!(
                    tells(keys, *distance, expected),
                    "row {row} is at the distance {distance}; by {metric:?}, which the index describes, at {expected}"
                );
            }
        }
    }
    if metric == DistanceMetric::Other {
        skip!("no metric is described, so its values are not known");
    }
    Ok(())
}

fn every_number_of_neighbours_comes(subject: &Subject) -> Result<(), NotPassed> {
    neighbours_come(subject, &[1, 2, 3, 63, 64, 65])
}

fn more_than_a_thousand_neighbours_come(subject: &Subject) -> Result<(), NotPassed> {
    neighbours_come(subject, &[1300])
}

fn neighbours_come(subject: &Subject, counts: &[usize]) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let most = index.describe().max_neighbors.map_or(2000, |most| most.min(2000) as usize);
    for &count in counts {
        build(index, &entries(keys, 0..count as u64))?;
        for k in [0, 1, 2, count - 1, count, count + 1, 2000].map(|k| k.min(most)) {
            let (query, wanted) = (keys.key(1000 + k as u64), k.min(count));
            let found = exactly(index, &query, k)?;
            let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).collect();
            ensure!(rows.len() == found.len(), "a row comes twice among {k} of {count}: {found:?}");
            let least = if is_exact(index, &query)? { wanted } else { (wanted * 8).div_ceil(10) };
            ensure!(found.len() >= least && found.len() <= wanted, "{} of {count} rows come for k = {k}", found.len());
            let plain = index.nearest(&query, k).must("nearest")?.len();
            ensure!(plain <= wanted && plain >= wanted.min(1), "nearest finds {plain} of {count} rows for k = {k}");
        }
    }
    Ok(())
}

fn many_rows_of_one_vector_all_come(subject: &Subject) -> Result<(), NotPassed> {
    const SAME: u64 = 70;
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut all = entries(keys, SAME..90);
    all.extend((0..SAME).map(|row| (row, keys.key(5000))));
    build(index, &all)?;
    let query = keys.key(5000);
    let share = if is_exact(index, &query)? { 10 } else { 8 };
    let mut there = SAME;
    for part in 0..3 {
        let found = exactly(index, &query, there as usize)?;
        let same = found.iter().filter(|(row, _)| *row < SAME).count() as u64;
        ensure!(same * 10 >= there * share, "of {there} rows with the vector that is asked for {same} are found");
        let (first, last) = (found.first().map(|found| found.1), found.last().map(|found| found.1));
        ensure!(same < there || first == last, "rows with one vector are at distances from {first:?} to {last:?}");
        for row in part * 20..part * 20 + 20 {
            needed("delete of one of many rows of a vector", index.delete(&query, row))?;
        }
        see(index)?;
        there -= 20;
        let found = exactly(index, &query, 90)?;
        let dead = found.iter().find(|(row, _)| *row < part * 20 + 20);
        ensure!(dead.is_none(), "{dead:?} is found, which was deleted, as one of many rows of a vector");
    }
    Ok(())
}

fn what_was_removed_never_comes(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 240;
    let keys = of_vectors(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(131));
    let index = instance.index()?;
    build(index, &entries(keys, 0..ROWS))?;
    let exact = is_exact(index, &keys.key(0))?;
    let mut living: BTreeSet<RowId> = (0..ROWS).collect();
    // Most are removed, so that an index that tidies up does so; some come back.
    for round in 0..11 {
        for _ in 0..40 {
            let row = random.below(ROWS);
            needed("delete", index.delete(&keys.key(row), row))?;
            living.remove(&row);
        }
        for _ in 0..3 {
            let row = random.below(ROWS);
            needed("insert of a row that was removed", index.insert(&keys.key(row), row))?;
            living.insert(row);
        }
        see(index)?;
        let query = keys.key(2000 + round);
        let found: BTreeSet<RowId> = exactly(index, &query, ROWS as usize)?.into_iter().map(|(row, _)| row).collect();
        let dead: Vec<_> = found.difference(&living).collect();
        ensure!(dead.is_empty(), "the rows {dead:?} are found, which were removed");
        let lost: Vec<_> = living.difference(&found).collect();
        ensure!(
            lost.is_empty() || !exact && lost.len() * 5 <= living.len(),
            "the rows {lost:?} of {} are not found, which were not removed",
            living.len()
        );
        let near = index.nearest(&query, 10).must("nearest")?;
        let dead = near.iter().find(|(row, _)| !living.contains(row));
        ensure!(dead.is_none(), "{dead:?} is near, which was removed");
        let most = living.len().min(10);
        ensure!(near.len() * 2 >= most, "{} rows are near, of {} that are there", near.len(), living.len());
        for row in (0..ROWS).step_by(13) {
            let (found, there) = (rows_of(index, &keys.key(row))?, living.contains(&row));
            ensure!(found.contains(&row) == there, "row {row}, of which it is {there} that it is there: {found:?}");
        }
    }
    Ok(())
}

/// As an update does it: the new vector first, then the old one goes.
fn a_row_moves_to_another_vector(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 60;
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, 0..ROWS))?;
    let mut numbers: BTreeMap<RowId, u64> = (0..ROWS).map(|row| (row, row)).collect();
    for row in (0..ROWS).step_by(3) {
        let (old, new) = (keys.key(row), keys.key(700 + row));
        needed("insert of another vector of a row", index.insert(&new, row))?;
        see(index)?;
        for key in [&old, &new] {
            ensure!(rows_of(index, key)? == [row], "row {row} has two vectors, and is not found by each");
        }
        needed("delete of one vector of a row", index.delete(&old, row))?;
        numbers.insert(row, 700 + row);
        see(index)?;
        let found = rows_of(index, &old)?;
        ensure!(found.is_empty(), "{found:?} is found by a vector that it no longer has");
    }
    for (row, number) in numbers {
        let found = rows_of(index, &keys.key(number))?;
        ensure!(found == [row], "row {row} is found as {found:?} by its vector, after some rows have another one");
        let nearest = exactly(index, &keys.key(number), 1)?;
        ensure!(nearest.first().is_some_and(|found| found.0 == row), "nearest to row {row} is {nearest:?}");
    }
    // Also where the old one goes first, and where nothing changes.
    for (delete, insert) in [(701, 800), (800, 800), (801, 801)] {
        needed("delete", index.delete(&keys.key(delete), 1))?;
        needed("insert", index.insert(&keys.key(insert), 1))?;
    }
    see(index)?;
    let found = rows_of(index, &keys.key(801))?;
    ensure!(found == [1], "row 1 has the vectors 1, 800 and 801, and by the last {found:?} is found");
    let kind = index.delete(&keys.key(900), u64::MAX).err().map(|error| error.kind());
    ensure!(kind.is_none_or(|kind| kind == ErrorKind::Invalid), "delete of what is not there gave {kind:?}");
    Ok(())
}

/// Vectors that are far from the origin and near to each other: their distances are small differences of large numbers for whoever
/// takes them from lengths and products, and exact for whoever subtracts first, as all numbers are whole.
fn an_exact_search_is_exact_far_from_the_origin(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u64 = 150;
    const K: usize = 10;
    let keys = of_vectors(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(132));
    let index = instance.index()?;
    let metric = index.describe().metric;
    let (Keys::Vectors(KeyElement::F32, dimensions, _), DistanceMetric::L2 | DistanceMetric::L2Squared) =
        (keys, metric)
    else {
        skip!("no Euclidean distances of `float`s are described");
    };
    let mut far_away =
        || -> Vec<u8> { (0..dimensions).flat_map(|_| (10_000.0 + random.below(16) as f32).to_ne_bytes()).collect() };
    let entries: Vec<(RowId, Vec<u8>)> = (0..ROWS).map(|row| (row, far_away())).collect();
    build(index, &entries)?;
    for query in (0..10).map(|_| far_away()).chain([entries[7].1.clone()]) {
        let found = needed("search", index.search(&Search::new(&query, K).exactly()))?;
        if found.exactness != Exactness::Exact {
            skip!("no search says that it is exact");
        }
        let mut near: Vec<f64> = entries.iter().filter_map(|(_, key)| far(metric, keys, &query, key)).collect();
        near.sort_by(f64::total_cmp);
        for ((row, distance), nearest) in found.neighbors.iter().zip(near) {
            let expected = entries.get(*row as usize).and_then(|(_, key)| far(metric, keys, &query, key));
            ensure!(
                expected.is_some_and(|expected| tells(keys, *distance, expected) && tells(keys, nearest as f32, expected)),
                "far from the origin a search that says it is exact finds row {row} at {distance}, where by {metric:?} it is \
                 at {expected:?}, and the next row at {nearest}: subtract before you multiply (SOCH_SEARCH_IS_EXACT)"
            );
        }
    }
    Ok(())
}
