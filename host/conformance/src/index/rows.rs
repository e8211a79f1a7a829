//! Tests of an index with rows of all 64 bits, builds of every size, and arrays of the caller of every size.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::spent::spent;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, fill, rows_of, see};
use crate::index::raw;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::machinery::search::with_raw_search;
use sochdb_plugin_host::sdk::{Error, ErrorKind, IndexExtension, RowId, RowIds, Search};
use sochdb_plugin_host::Index;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::MaybeUninit;
use std::time::Duration;

suite!(Index, "index_rows":
    numbers_of_all_64_bits_come_back,
    builds_of_every_size_are_whole,
    entries_come_twice_and_in_any_order,
    many_inserts_are_all_there,
    what_is_left_is_found_while_all_go,
    the_callers_array_may_be_small,
    no_more_than_k_neighbours_are_written;
    full: a_build_of_65_536_entries_is_whole,
);

/// Row numbers beside the borders that a number in a plugin may have.
pub(crate) const ROWS: [RowId; 20] = [
    0,
    1,
    63,
    64,
    255,
    256,
    65_535,
    65_536,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    (1 << 53) + 1,
    (1 << 63) - 1,
    1 << 63,
    (1 << 63) + 1,
    u64::MAX - (1 << 32),
    u64::MAX - 1,
    u64::MAX,
];

/// The key that all of [`ROWS`] have in [`every_form`].
const COMMON: u64 = 5000;

/// Entries with rows of all numbers, each under a key of its own and all under one, and with some of many keys; of bytes, also
/// with keys of many lengths, as far as the index takes them.
pub(crate) fn every_form(subject: &Subject, keys: Keys) -> Result<Vec<(RowId, Vec<u8>)>, NotPassed> {
    const LONG: usize = 4096;
    let mut entries: Vec<_> = ROWS.iter().zip(0..).map(|(row, number)| (*row, keys.key(number))).collect();
    entries.extend(ROWS.map(|row| (row, keys.key(COMMON))));
    let more = if keys.are_vectors() { 150 } else { 1100 };
    entries.extend((0..more).map(|number| (1_000_000 + number, keys.key(100 + number))));
    if matches!(keys, Keys::Bytes) {
        let lengths = [1, 2, 255, 256, 1000, 4097, 65_535, 65_536, 70_000];
        entries.extend(lengths.map(|len| (2_000_000 + len as u64, vec![0xEE; len])));
    }
    if matches!(keys, Keys::Texts) {
        let long = [1000, 7000].map(|words| format!("{} w9999{words}", "many words ".repeat(words)).into_bytes());
        entries.extend((3_000_000..).zip(long));
    }
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut is_refused = |key: &[u8], row: RowId| {
        let refused = index.insert(key, row).err().map(|error| error.kind());
        matches!(refused, Some(ErrorKind::Invalid | ErrorKind::Limit))
    };
    entries.retain(|(row, key)| key.len() <= LONG || !is_refused(key, *row));
    Ok(entries)
}

/// The index finds the rows of these entries, by each of their keys, and no others.
pub(crate) fn has_entries(index: &Index, entries: &[(RowId, Vec<u8>)]) -> Result<(), NotPassed> {
    let mut expected: BTreeMap<&[u8], BTreeSet<RowId>> = BTreeMap::new();
    entries.iter().for_each(|(row, key)| _ = expected.entry(key).or_default().insert(*row));
    for (key, rows) in expected {
        let found = rows_of(index, key)?;
        ensure!(
            found.iter().eq(&rows),
            "a key of {} bytes has the rows {rows:?}, and {found:?} are found; row numbers have 64 bits",
            key.len()
        );
    }
    Ok(())
}

fn numbers_of_all_64_bits_come_back(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let own = || ROWS.iter().zip(0..).map(|(row, number)| (*row, keys.key(number)));
    let entries: Vec<_> = own().chain(ROWS.map(|row| (row, keys.key(COMMON)))).collect();
    for built in [false, true] {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        if built {
            build(index, &entries)?;
        } else {
            entries.iter().try_for_each(|(row, key)| needed("insert of a row of 64 bits", index.insert(key, *row)))?;
            see(index)?;
        }
        has_entries(index, &entries)?;
        if keys.are_vectors() {
            for (row, key) in own() {
                let Some(found) = supported("nearest", index.nearest(&key, 1))? else { break };
                ensure!(
                    found.first().map(|(row, _)| *row) == Some(row),
                    "row {row} is nearest, and {found:?} is found"
                );
            }
        }
        for row in ROWS.into_iter().step_by(2) {
            needed("delete of a row of 64 bits", index.delete(&keys.key(COMMON), row))?;
        }
        see(index)?;
        let found = rows_of(index, &keys.key(COMMON))?;
        let left = ROWS.into_iter().skip(1).step_by(2);
        ensure!(found.iter().copied().eq(left), "after each second one of {ROWS:?} was deleted, {found:?} are found");
    }
    Ok(())
}

/// Builds with as many entries, and looks at each one in `step`, at the last and at the next.
fn builds_whole(index: &mut Index, keys: Keys, count: u64, step: u64) -> Result<(), NotPassed> {
    build(index, &(0..count).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    for row in (0..count).step_by(step as usize).chain([count.saturating_sub(1), count]) {
        let (found, wanted) = (rows_of(index, &keys.key(row))?, (row < count).then_some(row));
        ensure!(found.iter().copied().eq(wanted), "after a build of {count} entries the key of {row} finds {found:?}");
    }
    Ok(())
}

fn builds_of_every_size_are_whole(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let more: &[u64] = if keys.are_vectors() { &[] } else { &[255, 256, 257, 999, 1000, 1001, 1025] };
    let least = [0, 1, 2, 3, 63, 64, 65, 129];
    least.iter().chain(more).try_for_each(|count| builds_whole(index, keys, *count, 1 + count / 100))?;
    if keys.is_bytes() {
        // What a build gives, a range counts.
        for count in [1025, 4097] {
            build(index, &(0..count).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
            let all = needed("range", index.range(b"", b"", usize::MAX))?;
            ensure!(all.iter().copied().eq(0..count), "a range over {count} entries finds {}", all.len());
        }
    }
    Ok(())
}

/// One after the other goes, and with it what led to others. Each time one that is left is looked for.
fn what_is_left_is_found_while_all_go(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    for in_order in [true, false] {
        let (mut instance, mut random) = (subject.instance()?, subject.random(0x60E5));
        let index = instance.index()?;
        let count: u64 = if index.describe().visible_after_flush { 40 } else { 200 };
        (0..count).try_for_each(|row| needed("insert", index.insert(&keys.key(row), row)))?;
        see(index)?;
        let (mut left, mut missed): (Vec<RowId>, u64) = ((0..count).collect(), 0);
        while left.len() > 1 {
            let gone = left.remove(if in_order { 0 } else { random.below(left.len() as u64) as usize });
            needed("delete", index.delete(&keys.key(gone), gone))?;
            see(index)?;
            let row = left[random.below(left.len() as u64) as usize];
            let near = supported("nearest", index.nearest(&keys.key(row), 1))?;
            ensure!(
                near.is_none_or(|near| !near.is_empty()),
                "of {} entries that are left none is nearest",
                left.len()
            );
            missed += u64::from(rows_of(index, &keys.key(row))? != [row]);
        }
        // An approximate index may miss one.
        let most = if keys.are_vectors() { count / 20 } else { 0 };
        ensure!(
            missed <= most,
            "while {count} entries were removed one by one, {missed} times one that was left was not found by its own key"
        );
    }
    Ok(())
}

/// The header promises that many. A slow index is tried with fewer.
fn a_build_of_65_536_entries_is_whole(subject: &Subject) -> Result<(), NotPassed> {
    const LONG_ENOUGH: Duration = Duration::from_millis(300);
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let (index, spent) = (instance.index()?, spent());
    for count in [1001, 4097, 16_385, 65_536] {
        builds_whole(index, keys, count, count / 20)?;
        // So many are no border for what comes later.
        let more = count..count + 20;
        more.clone().try_for_each(|row| needed("insert", index.insert(&keys.key(row), row)))?;
        see(index)?;
        for row in more {
            let found = rows_of(index, &keys.key(row))?;
            ensure!(found == [row], "row {row}, added to an index of {count}, is found as {found:?}");
        }
        if spent() > LONG_ENOUGH {
            break;
        }
    }
    Ok(())
}

fn entries_come_twice_and_in_any_order(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(111));
    let index = instance.index()?;
    let mut entries: Vec<_> = (0..400).map(|_| (random.below(20), keys.key(random.below(30)))).collect();
    entries.extend(entries.clone());
    build(index, &entries)?;
    has_entries(index, &entries)?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    for part in entries.chunks(37) {
        let lent: Vec<(RowId, &[u8])> = part.iter().map(|(row, key)| (*row, &key[..])).collect();
        builder.add(&lent).must("build_add of entries that came before")?;
    }
    needed("build", builder.finish())?;
    see(index)?;
    has_entries(index, &entries)?;
    let pairs: BTreeSet<(&[u8], RowId)> = entries.iter().map(|(row, key)| (&key[..], *row)).collect();
    if let (true, Some(all)) = (keys.is_bytes(), supported("range", index.range(b"", b"", usize::MAX))?) {
        let same = all.iter().eq(pairs.iter().map(|(_, row)| row));
        ensure!(same, "of {} pairs, each of which came twice, a range finds {all:?}", pairs.len());
    }
    Ok(())
}

fn many_inserts_are_all_there(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(112));
    let index = instance.index()?;
    // Some put more than 256 into another form.
    let count = if keys.is_bytes() { 5000 } else { 640 };
    // Ascending, descending, and in any order.
    let numbers: BTreeSet<u64> = (0..count / 2).map(|_| 3 * count + random.below(count)).collect();
    let rows: Vec<u64> = (0..count / 4).chain((count..count + count / 4).rev()).chain(numbers).collect();
    for row in &rows {
        needed("insert", index.insert(&keys.key(*row), *row))?;
    }
    see(index)?;
    for row in &rows {
        let found = rows_of(index, &keys.key(*row))?;
        ensure!(found == [*row], "after {} inserts the key of row {row} finds {found:?}", rows.len());
    }
    Ok(())
}

/// The rows that a call wrote into `capacity` places, and how many it counted. Behind them nothing may change.
fn within(
    capacity: usize,
    find: impl FnOnce(&mut RowIds<'_>) -> Result<(), Error>,
) -> Result<Option<(Vec<RowId>, usize)>, NotPassed> {
    const BEHIND: usize = 64;
    const UNTOUCHED: RowId = 0xA5A5_5A5A_A5A5_5A5A;
    let mut places = vec![MaybeUninit::new(UNTOUCHED); capacity + BEHIND];
    let mut rows = RowIds::within(&mut places[..capacity]);
    if supported("lookup or range", find(&mut rows))?.is_none() {
        return Ok(None);
    }
    let count = rows.count();
    let written = rows.iter().collect();
    // SAFETY: all places were made with a number.
    let untouched = places[capacity..].iter().all(|place| unsafe { place.assume_init() } == UNTOUCHED);
    ensure!(untouched, "rows are written behind the {capacity} places of the caller");
    Ok(Some((written, count)))
}

fn the_callers_array_may_be_small(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let many = 90_u64;
    build(index, &(0..many).map(|row| (7 * row, keys.key(3))).collect::<Vec<_>>())?;
    needed("lookup", index.lookup(&keys.key(3)))?;
    for capacity in [0, 1, 2, 63, 64, 65, 89, 90, 91] {
        for (limit, slot) in [(usize::MAX, "lookup"), (usize::MAX, "range"), (40, "range"), (90, "range")] {
            let found = within(capacity, |rows| match slot {
                "lookup" => index.lookup_into(&keys.key(3), rows),
                _ => index.range_into(&keys.key(3), b"", limit, rows),
            })?;
            let Some((written, count)) = found else { continue };
            let all = limit.min(many as usize);
            ensure!(count == all, "{slot} into {capacity} places counts {count} rows of {all}, limited to {limit}");
            let expected = (0..all as u64).map(|row| 7 * row).take(capacity);
            ensure!(written.iter().copied().eq(expected), "{slot} into {capacity} places writes {written:?}");
        }
    }
    Ok(())
}

/// As a plugin is asked, without what the host sees to. Behind the list of one query comes that of the next, and behind the last
/// what is nobody's.
fn no_more_than_k_neighbours_are_written(subject: &Subject) -> Result<(), NotPassed> {
    const MANY: u64 = 40;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, MANY)?;
    needed("nearest", index.nearest(&keys.key(7), 1))?;
    let most = index.describe().max_neighbors.unwrap_or(u64::MAX);
    let queries = [7, 1000, 39, 8].map(|number| keys.key(number));
    let lent = queries.each_ref().map(|query| &query[..]);
    for k in [0, 1, 5, 39, 40, 41, 100].into_iter().filter(|k| *k as u64 <= most) {
        let mut all = supported("nearest_batch", raw::nearest_batch(index, &lent, k))?.unwrap_or_default();
        for query in lent {
            all.extend(supported("nearest", raw::nearest(index, query, k))?);
            for search in [Search::new(query, k), Search::new(query, k).exactly()] {
                all.extend(supported("search", with_raw_search(&search, |search| raw::searched(index, search)))?);
            }
        }
        for found in all {
            let stranger = found.iter().find(|(row, _)| *row >= MANY);
            ensure!(
                found.len() <= k && stranger.is_none(),
                "of {MANY} rows {} come for k = {k}, and of others {stranger:?}: at most `k` are written, and as many counted",
                found.len()
            );
        }
    }
    Ok(())
}
