//! Tests of an index of bytes that have an order: keys of every length, ranges against a model, and single pairs.

use crate::frame::must::{ensure, needed, show, skip, supported};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::index::rows::ROWS;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

suite!(Index, "index_ordered":
    keys_of_every_length_are_kept,
    ranges_agree_with_a_model,
    a_delete_takes_one_pair,
    the_longest_key_that_is_described_is_taken,
);

/// Pairs as the index has to order them.
type Pairs = BTreeSet<(Vec<u8>, RowId)>;

pub(crate) fn of_bytes(subject: &Subject) -> Result<Keys, NotPassed> {
    match Keys::of_all_changes(subject)? {
        keys if keys.is_bytes() => Ok(keys),
        _ => skip!("the keys are no bytes in an order"),
    }
}

/// The rows from `start` to `end`, at most `limit` of them.
fn range_of(pairs: &Pairs, start: &[u8], end: &[u8], limit: usize) -> Vec<RowId> {
    let inside = pairs.iter().filter(|(key, _)| &key[..] >= start && (end.is_empty() || &key[..] < end));
    inside.map(|(_, row)| *row).take(limit).collect()
}

fn agrees(index: &Index, pairs: &Pairs, start: &[u8], end: &[u8], limit: usize) -> Result<(), NotPassed> {
    let Some(found) = supported("range", index.range(start, end, limit))? else { return Ok(()) };
    let expected = range_of(pairs, start, end, limit);
    ensure!(
        found == expected,
        "a range from {} to {} with limit {limit} over {} pairs finds {found:?}, not {expected:?}; keys order as unsigned bytes, then by row",
        show(start),
        show(end),
        pairs.len()
    );
    Ok(())
}

/// Two keys of each length, which differ in their last byte.
pub(crate) fn keys_of_every_length() -> impl Iterator<Item = Vec<u8>> {
    let borders = (3..=12).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]);
    let lengths = (0..=5).chain(borders).chain([1000, 65_535, 65_536, 65_537, 1 << 20]);
    let mut lengths: Vec<usize> = lengths.collect();
    lengths.dedup();
    lengths.into_iter().flat_map(|len| {
        let key = |last: u8| {
            let mut key = vec![0xC3; len];
            key.last_mut().into_iter().for_each(|byte| *byte = last);
            key
        };
        if len == 0 {
            vec![key(0)]
        } else {
            vec![key(0), key(0xFF)]
        }
    })
}

fn keys_of_every_length_are_kept(subject: &Subject) -> Result<(), NotPassed> {
    of_bytes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut taken: Vec<(RowId, Vec<u8>)> = Vec::new();
    for (key, row) in keys_of_every_length().zip(1..) {
        match index.insert(&key, row) {
            Ok(()) => taken.push((row, key)),
            // What it cannot take it refuses, and what it describes as too long the host does.
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => {}
            Err(error) => return Err(format!("insert of a key of {} bytes: {error}", key.len()).into()),
        }
    }
    let pairs: Pairs = taken.iter().map(|(row, key)| (key.clone(), *row)).collect();
    let longest = taken.iter().map(|(_, key)| key.len()).max().unwrap_or(0);
    let beyond = index.describe().max_key.filter(|most| *most < 1 << 24).map_or(longest, |most| most as usize) + 1;
    for built in [false, true] {
        if built {
            build(index, &taken)?;
        }
        see(index)?;
        for (row, key) in &taken {
            let found = rows_of(index, key)?;
            ensure!(found == [*row], "a key of {} bytes has the row {row}, and {found:?} are found", key.len());
            // Its beginning is another key.
            let shorter = &key[..key.len().saturating_sub(1)];
            let is_one = taken.iter().any(|(_, key)| key == shorter);
            let found = if is_one { Vec::new() } else { rows_of(index, shorter)? };
            ensure!(found.is_empty(), "the first {} bytes of a longer key find {found:?}", shorter.len());
        }
        for (_, key) in taken.iter().step_by(5) {
            agrees(index, &pairs, key, b"", usize::MAX)?;
            agrees(index, &pairs, b"", key, usize::MAX)?;
            // Where a range begins and ends may be longer than any key that is there, or that is taken at all.
            let longer = [key, &vec![0; beyond][..]].concat();
            agrees(index, &pairs, &longer, b"", usize::MAX)?;
            agrees(index, &pairs, b"", &longer, usize::MAX)?;
        }
    }
    for (row, key) in taken.iter().step_by(2) {
        needed("delete of a key that was taken", index.delete(key, *row))?;
    }
    see(index)?;
    for (at, (row, key)) in taken.iter().enumerate() {
        let found = rows_of(index, key)?;
        let wanted: &[RowId] = if at % 2 == 0 { &[] } else { &[*row] };
        ensure!(found == wanted, "a key of {} bytes, some of which were deleted, finds {found:?}", key.len());
    }
    Ok(())
}

/// Limits behind the borders of what they are kept in, of which little is left over.
const LIMITS: [u64; 9] =
    [(1 << 8) + 1, (1 << 16) + 1, 1 << 31, (1 << 31) + 1, 1 << 32, (1 << 32) + 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1];

/// A short key of bytes that are at borders: zeros, signs, and the last one.
fn short_key(random: &mut Random) -> Vec<u8> {
    const BYTES: [u8; 7] = [0, 1, b'a', 0x7F, 0x80, 0xFE, 0xFF];
    let len = random.below(5);
    (0..len).map(|_| BYTES[random.below(7) as usize]).collect()
}

fn ranges_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    of_bytes(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(121));
    let index = instance.index()?;
    let mut pairs = Pairs::new();
    for round in 0..12 {
        for _ in 0..50 {
            let (key, row) = (short_key(&mut random), ROWS[random.below(20) as usize]);
            if random.below(3) > 0 {
                needed("insert", index.insert(&key, row))?;
                pairs.insert((key, row));
            } else {
                needed("delete", index.delete(&key, row))?;
                pairs.remove(&(key, row));
            }
        }
        if round % 4 == 3 {
            let entries: Vec<_> = pairs.iter().rev().map(|(key, row)| (*row, key.clone())).collect();
            build(index, &entries)?;
        }
        see(index)?;
        needed("range", index.range(b"", b"", 1))?;
        for limit in LIMITS.into_iter().filter_map(|limit| usize::try_from(limit).ok()) {
            agrees(index, &pairs, b"", b"", limit)?;
        }
        for _ in 0..40 {
            let (start, end) = (short_key(&mut random), short_key(&mut random));
            let limit = [0, 1, 2, 63, 64, 65, pairs.len(), usize::MAX][random.below(8) as usize];
            agrees(index, &pairs, &start, &end, limit)?;
            agrees(index, &pairs, &start, b"", limit)?;
            agrees(index, &pairs, b"", &end, limit)?;
            let found = rows_of(index, &start)?;
            let expected = pairs.range((start.clone(), 0)..=(start.clone(), u64::MAX)).map(|(_, row)| row);
            ensure!(found.iter().eq(expected), "the key {} finds the rows {found:?}", show(&start));
        }
    }
    Ok(())
}

fn a_delete_takes_one_pair(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_bytes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut pairs: Pairs = (0..10).flat_map(|key| (0..10).map(move |row| (keys.key(key), 2 * row))).collect();
    build(index, &pairs.iter().map(|(key, row)| (*row, key.clone())).collect::<Vec<_>>())?;
    let mut longer = keys.key(4);
    longer.push(0);
    let deletes = [
        (keys.key(4), 8),
        (keys.key(4), 7),
        (keys.key(4), u64::MAX),
        (keys.key(0), 18),
        (keys.key(9), 0),
        (keys.key(9), 19),
        (keys.key(500), 4),
        (longer, 4),
        (keys.key(5)[..7].to_vec(), 4),
        (Vec::new(), 0),
    ];
    for (key, row) in deletes {
        needed("delete", index.delete(&key, row))?;
        see(index)?;
        pairs.remove(&(key.clone(), row));
        for number in 0..10 {
            let found = rows_of(index, &keys.key(number))?;
            let expected = pairs.range((keys.key(number), 0)..=(keys.key(number), u64::MAX)).map(|(_, row)| row);
            ensure!(
                found.iter().eq(expected),
                "after a delete of row {row} of the key {} the key {number} finds {found:?}",
                show(&key)
            );
        }
        agrees(index, &pairs, b"", b"", usize::MAX)?;
    }
    Ok(())
}

fn the_longest_key_that_is_described_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    const MOST: u64 = 1 << 24;
    of_bytes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let Some(longest) = index.describe().max_key.filter(|longest| *longest <= MOST) else {
        skip!("no longest key is described, or one of many megabytes");
    };
    let keys: Vec<Vec<u8>> = [0, 1, 0xFF].map(|last| [vec![0xC3; longest as usize - 1], vec![last]].concat()).into();
    let entries: Vec<(RowId, Vec<u8>)> = (1..).zip(keys).collect();
    for built in [false, true] {
        if built {
            build(index, &entries)?;
        }
        for (row, key) in entries.iter().filter(|_| !built) {
            needed("insert of a key of as many bytes as are described", index.insert(key, *row))?;
        }
        see(index)?;
        for (row, key) in &entries {
            let found = rows_of(index, key)?;
            ensure!(
                found == [*row],
                "a key of {longest} bytes, the longest that is described, has the row {row}, and {found:?} are found (max_key)"
            );
        }
        for (row, key) in &entries {
            needed("delete of a key of as many bytes as are described", index.delete(key, *row))?;
        }
        see(index)?;
        let found = rows_of(index, &entries[0].1)?;
        ensure!(found.is_empty(), "after its delete the longest key that is described finds {found:?}");
    }
    Ok(())
}
