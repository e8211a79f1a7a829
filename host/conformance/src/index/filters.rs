//! Tests of filters and of the farthest distance at their borders, against what a search finds without them.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, see};
use crate::index::metric::is_exact;
use crate::index::raw::searched;
use crate::index::rows::ROWS;
use crate::index::vectors::of_vectors;
use crate::inputs::keys::Keys;
use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::soch_search;
use sochdb_plugin_host::sdk::machinery::search::with_raw_search;
use sochdb_plugin_host::sdk::{DistanceMetric, Error, IndexExtension, KeyElement, RowFilter, RowId, Search};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

suite!(Index, "index_filters":
    every_share_of_rows_is_filtered,
    a_filter_knows_rows_of_all_64_bits,
    the_farthest_distance_is_included,
    a_filter_is_of_the_rows_as_they_are,
    a_filter_and_a_farthest_distance_hold_together,
    any_number_but_0_allows_a_row,
);

const COUNT: u64 = 300;

fn words_of(rows: &BTreeSet<RowId>, words: usize) -> Vec<u64> {
    let mut bitmap = vec![0; words];
    for row in rows.iter().filter(|row| **row < 64 * words as u64) {
        bitmap[(row / 64) as usize] |= 1 << (row % 64);
    }
    bitmap
}

/// Rows of a search that has room for `k` of them also where fewer are allowed, for which `Index::search` makes less room.
fn with_room(index: &Index, search: &Search<'_>) -> Result<Vec<(RowId, f32)>, Error> {
    with_raw_search(search, |raw| searched(index, raw))
}

/// Checks that the allowed rows which are found are those that come first among all.
fn finds_those(
    index: &Index,
    query: &[u8],
    filter: RowFilter<'_>,
    allowed: &BTreeSet<RowId>,
    form: &str,
) -> Result<(), NotPassed> {
    let all = needed("search", index.search(&Search::new(query, COUNT as usize).exactly()))?.neighbors;
    for k in [1, 10, COUNT as usize] {
        let search = Search::new(query, k).among(filter);
        let expected: Vec<_> = all.iter().filter(|(row, _)| allowed.contains(row)).take(k).collect();
        for (search, exact) in [(search.exactly(), true), (search, false)] {
            let Some(found) = supported("search", with_room(index, &search))? else { continue };
            let stranger = found.iter().find(|(row, _)| !allowed.contains(row));
            ensure!(stranger.is_none(), "{form} allows {} rows, and {stranger:?} is found", allowed.len());
            ensure!(
                found.len() == expected.len(),
                "{form} allows {} rows, of which {} are found for k = {k}; k of them, if there are so many (soch_search)",
                allowed.len(),
                found.len()
            );
            let near = |(a, b): (&(RowId, f32), &&(RowId, f32))| (a.1 - b.1).abs() <= 1e-5 * b.1.abs() + 1e-6;
            let same = !exact || found.iter().zip(&expected).all(near);
            ensure!(same, "an exact search by {form} finds {found:?}, and nearer is {expected:?}");
        }
    }
    Ok(())
}

/// Hands on a filter of these rows in each of its forms.
fn in_each_form(
    allowed: &BTreeSet<RowId>,
    mut look: impl FnMut(RowFilter<'_>, &str) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let words = words_of(allowed, allowed.last().map_or(0, |last| (*last / 64 + 1) as usize));
    look(RowFilter::bitmap(&words), "a bitmap")?;
    let listed: Vec<RowId> = allowed.iter().copied().collect();
    look(RowFilter::sorted(&listed).must("ascending rows")?, "a list")?;
    look(RowFilter::by(&|row| allowed.contains(&row)), "a function")
}

/// A search that misses nothing is what the answers are compared with.
fn with_exact(
    subject: &Subject,
    test: impl FnOnce(&mut Index, Keys) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &(0..COUNT).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    if !is_exact(index, &keys.key(1))? {
        skip!("no search is exact");
    }
    test(index, keys)
}

fn every_share_of_rows_is_filtered(subject: &Subject) -> Result<(), NotPassed> {
    with_exact(subject, |index, keys| {
        let mut random = subject.random(141);
        let mut shares: Vec<BTreeSet<RowId>> =
            [100, 10, 2, 1].map(|step| (0..COUNT).filter(|_| random.below(step) == 0).collect()).into();
        shares.extend([0, 63, 64, COUNT - 1].map(|row| BTreeSet::from([row])));
        shares.extend([BTreeSet::new(), (0..COUNT - 1).collect(), (0..64).collect(), (64..COUNT).collect()]);
        for (number, allowed) in (2000..).zip(shares) {
            let query = keys.key(number);
            for words in [0, 1, 2, 5, 9] {
                let bitmap = words_of(&allowed, words);
                // Rows behind the last word are not allowed.
                let inside: BTreeSet<RowId> = allowed.range(..64 * words as u64).copied().collect();
                let form = format!("a bitmap of {words} words");
                finds_those(index, &query, RowFilter::bitmap(&bitmap), &inside, &form)?;
            }
            // Also with rows that are not there.
            let mut listed: Vec<RowId> =
                allowed.iter().copied().chain([COUNT, COUNT + 64, 1 << 32, u64::MAX]).collect();
            let sorted = RowFilter::sorted(&listed).must("ascending rows")?;
            finds_those(index, &query, sorted, &allowed, "a list with rows that are not there")?;
            listed.truncate(allowed.len());
            let sorted = RowFilter::sorted(&listed).must("ascending rows")?;
            finds_those(index, &query, sorted, &allowed, "a list")?;
            let contains = |row: RowId| allowed.contains(&row);
            finds_those(index, &query, RowFilter::by(&contains), &allowed, "a function")?;
        }
        Ok(())
    })
}

fn a_filter_knows_rows_of_all_64_bits(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &ROWS.iter().zip(0..).map(|(row, number)| (*row, keys.key(number))).collect::<Vec<_>>())?;
    let query = keys.key(3);
    let rows_by = |filter: RowFilter<'_>| -> Result<BTreeSet<RowId>, NotPassed> {
        let found = needed("search", with_room(index, &Search::new(&query, 100).among(filter)))?;
        Ok(found.iter().map(|(row, _)| *row).collect())
    };
    let all = |words: &[u64]| ROWS.into_iter().filter(|row| *row < 64 * words.len() as u64).collect::<BTreeSet<_>>();
    for words in [&[u64::MAX; 1][..], &[u64::MAX; 2], &[u64::MAX; 1025]] {
        let (found, allowed) = (rows_by(RowFilter::bitmap(words))?, all(words));
        ensure!(found == allowed, "a bitmap of {} words allows {allowed:?}, and {found:?} are found", words.len());
    }
    for row in ROWS {
        let is_it = |other: RowId| other == row;
        let one = [row];
        for filter in [RowFilter::sorted(&one).must("one row")?, RowFilter::by(&is_it)] {
            let found = rows_by(filter)?;
            ensure!(found == BTreeSet::from([row]), "row {row} is allowed alone, and {found:?} are found");
        }
    }
    let found = rows_by(RowFilter::sorted(&ROWS).must("ascending rows")?)?;
    ensure!(found.len() == ROWS.len(), "all rows are listed, and {found:?} are found");
    Ok(())
}

/// A vector of zeros but for its first number.
fn on_a_line(dimensions: usize, at: f32) -> Vec<u8> {
    (0..dimensions).flat_map(|place| (if place == 0 { at } else { 0.0 }).to_ne_bytes()).collect()
}

/// The distances are whole numbers, or their squares: no index rounds them.
fn the_farthest_distance_is_included(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let metric = index.describe().metric;
    let whole = matches!(metric, DistanceMetric::L2 | DistanceMetric::L2Squared | DistanceMetric::InnerProduct);
    let (Keys::Vectors(KeyElement::F32, dimensions, _), true) = (keys, whole) else {
        skip!("no distances are known that are whole numbers");
    };
    build(index, &(1..=20).map(|row| (row, on_a_line(dimensions, row as f32))).collect::<Vec<_>>())?;
    let query = on_a_line(dimensions, 1.0);
    let all = index.nearest(&query, 20).must("nearest")?;
    for (at, (_, distance)) in all.iter().enumerate() {
        for (most, inside) in [(f64::from(*distance), at + 1), (f64::from(*distance) - 0.5, at)] {
            let found = needed("search", index.search(&Search::new(&query, 20).within(most).exactly()))?.neighbors;
            ensure!(
                found.len() == inside,
                "{} rows are not farther than {most}, of {all:?}; {inside} are (SOCH_SEARCH_WITHIN)",
                found.len()
            );
        }
    }
    Ok(())
}

/// An index that keeps beside its vectors what a filter looks at has to change both: rows go, others come, some come again with
/// another vector, and some have several.
fn a_filter_is_of_the_rows_as_they_are(subject: &Subject) -> Result<(), NotPassed> {
    const NEW: u64 = 40;
    with_exact(subject, |index, keys| {
        let mut random = subject.random(142);
        let (gone, stay): (Vec<RowId>, Vec<RowId>) = (0..COUNT).partition(|_| random.below(10) < 7);
        for row in &gone {
            needed("delete", index.delete(&keys.key(*row), *row))?;
        }
        let back: Vec<RowId> = gone.iter().copied().step_by(9).collect();
        let come = (COUNT..COUNT + NEW).map(|row| (row, row)).chain(back.iter().map(|row| (*row, 3000 + row)));
        let more = stay.iter().step_by(2).flat_map(|row| [(*row, 4000 + row), (*row, 5000 + row)]);
        for (row, number) in come.chain(more) {
            needed("insert", index.insert(&keys.key(number), row))?;
        }
        for row in stay.iter().step_by(4) {
            needed("delete of one vector of a row", index.delete(&keys.key(*row), *row))?;
        }
        see(index)?;
        let living: BTreeSet<RowId> = stay.iter().copied().chain(COUNT..COUNT + NEW).chain(back).collect();
        for (number, step) in (2000..).zip([1, 2, 5, 30]) {
            let query = keys.key(number);
            let all = needed("search", index.search(&Search::new(&query, COUNT as usize).exactly()))?.neighbors;
            let found: BTreeSet<RowId> = all.iter().map(|(row, _)| *row).collect();
            ensure!(found == living, "after changes an exact search finds {found:?}, and there are {living:?}");
            let allowed: BTreeSet<RowId> = (0..COUNT + NEW + 50).filter(|_| random.below(step) == 0).collect();
            in_each_form(&allowed, |filter, form| {
                finds_those(index, &query, filter, &allowed, &format!("after changes {form}"))
            })?;
        }
        Ok(())
    })
}

/// Distances in the middle between two rows that are well apart: however an index rounds, it knows which are within.
fn between(all: &[(RowId, f32)]) -> impl Iterator<Item = f64> + '_ {
    let pairs = all.windows(2).map(|pair| (f64::from(pair[0].1), f64::from(pair[1].1)));
    pairs.filter(|(near, far)| far - near > 1e-3 * far.abs().max(near.abs())).map(|(near, far)| near.midpoint(far))
}

fn a_filter_and_a_farthest_distance_hold_together(subject: &Subject) -> Result<(), NotPassed> {
    with_exact(subject, |index, keys| {
        let (mut random, mut there, mut wanted) = (subject.random(143), 0, 0);
        for (number, step) in (2100..).zip([1, 3, 30, 1, 3, 30]) {
            let query = keys.key(number);
            let all = needed("search", index.search(&Search::new(&query, COUNT as usize).exactly()))?.neighbors;
            let allowed: BTreeSet<RowId> = (0..COUNT).filter(|_| random.below(step) == 0).collect();
            let borders: Vec<f64> = between(&all).collect();
            for (most, k) in borders.iter().step_by(1 + borders.len() / 5).flat_map(|most| [(*most, 5), (*most, 300)]) {
                let inside = |row: RowId, distance: f32| allowed.contains(&row) && f64::from(distance) <= most;
                let expected = all.iter().filter(|(row, distance)| inside(*row, *distance)).count().min(k);
                in_each_form(&allowed, |filter, form| {
                    let search = Search::new(&query, k).among(filter).within(most);
                    for (search, exact) in [(search.exactly(), true), (search, false)] {
                        let Some(found) = supported("search", with_room(index, &search))? else { continue };
                        let stranger = found.iter().find(|(row, distance)| !inside(*row, *distance));
                        ensure!(
                            stranger.is_none(),
                            "{stranger:?} is found where {form} allows {} rows, up to the distance {most}; only what both allow \
                             is found (soch_search)",
                            allowed.len()
                        );
                        ensure!(
                            !exact || found.len() == expected,
                            "{form} allows {} rows, {expected} of which are within {most} and among the first {k}; an exact search finds \
                             {} (soch_search)",
                            allowed.len(),
                            found.len()
                        );
                        there += found.len();
                        wanted += expected;
                    }
                    Ok(())
                })?;
            }
        }
        // What is not exact may miss some.
        ensure!(there * 100 >= wanted * 80, "of {wanted} rows that are allowed and within, {there} are found");
        Ok(())
    })
}

/// Says of rows of an even number, by the number at `ctx`, that they are allowed.
unsafe extern "C" fn allows_even(ctx: *mut c_void, row: RowId) -> i32 {
    // SAFETY: the plugin passes on what came with the search, which lasts until the search is over.
    let yes = unsafe { *ctx.cast::<i32>() };
    if row.is_multiple_of(2) {
        yes
    } else {
        0
    }
}

fn any_number_but_0_allows_a_row(subject: &Subject) -> Result<(), NotPassed> {
    const K: usize = 20;
    with_exact(subject, |index, keys| {
        let query = keys.key(2200);
        for mut yes in (0..i32::BITS).map(|bit| 1 << bit).chain([3, -1]) {
            let asked = |raw: &soch_search| {
                let ctx = (&raw mut yes).cast();
                searched(index, &soch_search { filter_ctx: ctx, allows: Some(allows_even), ..*raw })
            };
            let by_function = Search::new(&query, K).among(RowFilter::by(&|_| true)).exactly();
            let found = needed("search by a function", with_raw_search(&by_function, asked))?;
            let stranger = found.iter().find(|(row, _)| !row.is_multiple_of(2));
            ensure!(
                stranger.is_none() && found.len() == K,
                "where a function allows the rows with even numbers by {yes}, {} are found, of others {stranger:?}: each number but 0 \
                 means yes (rule 17)",
                found.len()
            );
        }
        Ok(())
    })
}
