//! Tests of an index with more rows than some numbers and tables have room for, and of one from which most of many go.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::keys::Keys;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{IndexChange, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::time::{Duration, Instant};

suite!(Index, "index_many": ; full:
    what_is_left_of_many_is_whole,
    what_one_key_or_one_row_has_is_saved,
    what_one_key_or_one_row_has_is_flushed,
);

/// Of many keys with two rows each most go, so that an index that makes itself anew when little is left does so.
fn what_is_left_of_many_is_whole(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let count: u64 = if keys.is_bytes() { 6000 } else { 700 };
    let rows = |number: u64| [number, number + count];
    let pairs = (0..count).flat_map(|number| rows(number).map(|row| (row, keys.key(number))));
    build(index, &pairs.collect::<Vec<_>>())?;
    let stays = |number: u64| number % 7 < 2;
    let gone: Vec<(u64, Vec<u8>)> =
        (0..count).filter(|number| !stays(*number)).map(|number| (number, keys.key(number))).collect();
    let (alone, together) = gone.split_at(gone.len() / 2);
    for (number, key) in alone {
        rows(*number).into_iter().try_for_each(|row| index.delete(key, row)).must("delete")?;
    }
    for part in together.chunks(64) {
        let removes = |(number, key): &(u64, Vec<u8>)| rows(*number).map(|row| (row, key.clone()));
        let removed: Vec<(RowId, Vec<u8>)> = part.iter().flat_map(removes).collect();
        let changes: Vec<_> = removed.iter().map(|(row, key)| IndexChange::Delete { key, row: *row }).collect();
        index.change_batch(&changes).must("change_batch")?;
    }
    see(index)?;
    // What is left, what comes back, and what comes anew.
    let back = 0..count / 10;
    for number in back.clone().chain(2 * count..2 * count + 20) {
        rows(number).into_iter().try_for_each(|row| index.insert(&keys.key(number), row)).must("insert")?;
    }
    see(index)?;
    for number in (0..count).chain(2 * count..2 * count + 20) {
        let found = rows_of(index, &keys.key(number))?;
        let there = stays(number) || back.contains(&number) || number >= count;
        let wanted = rows(number);
        let wanted: &[RowId] = if there { &wanted } else { &[] };
        ensure!(
            found == wanted,
            "after {} of {count} keys with two rows each were removed, a key has the rows {wanted:?}, and {found:?} are found",
            gone.len()
        );
    }
    Ok(())
}

/// The key or the row that many entries have in common.
#[derive(Clone, Copy, Debug)]
enum Common {
    Key,
    Row,
}

/// So many entries of one key, or one row.
fn entries(keys: Keys, common: Common, count: u64) -> Vec<(RowId, Vec<u8>)> {
    let key = keys.key(0);
    match common {
        Common::Key => (0..count).map(|row| (row, key.clone())).collect(),
        Common::Row => (0..count).map(|number| (7, keys.key(number))).collect(),
    }
}

fn has(index: &Index, keys: Keys, common: Common, count: u64, what: &str) -> Result<(), NotPassed> {
    see(index)?;
    match common {
        Common::Key => {
            let found = index.lookup(&keys.key(0)).must("lookup")?;
            let whole = found.iter().copied().eq(0..count);
            ensure!(whole, "one key has {count} rows, and of what was {what} its lookup finds {}", found.len());
        }
        Common::Row => {
            for number in (0..count).step_by(1 + count as usize / 50).chain([count - 1, count]) {
                let found = rows_of(index, &keys.key(number))?;
                let wanted: &[RowId] = if number < count { &[7] } else { &[] };
                ensure!(found == wanted, "row 7 has {count} keys, and of what was {what} key {number} finds {found:?}");
            }
        }
    }
    Ok(())
}

/// Has `keep` see to more and more entries, up to what every index takes in a build, which numbers of 16 bits do not count. A slow index is tried with fewer.
fn with_many(mut keep: impl FnMut(Common, u64) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
    const LONG_ENOUGH: Duration = Duration::from_millis(60);
    for common in [Common::Key, Common::Row] {
        for count in [256, 2048, 16_384, 65_536] {
            let (begin, queued) = (Instant::now(), Native::queued());
            let before = queued();
            keep(common, count)?;
            if begin.elapsed().saturating_sub(queued().saturating_sub(before)) > LONG_ENOUGH {
                break;
            }
        }
    }
    Ok(())
}

fn what_one_key_or_one_row_has_is_saved(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut other) = (subject.instance()?, subject.instance()?);
    let (index, other) = (instance.index()?, other.index()?);
    needed("lookup", index.lookup(&keys.key(0)))?;
    needed("save", index.save(0))?;
    with_many(|common, count| {
        build(index, &entries(keys, common, count))?;
        has(index, keys, common, count, "built")?;
        let saved = index.save(count).must("save of many rows")?;
        let watermark = other.load_from(&saved).must("load of many rows")?;
        ensure!(watermark == count, "saved with watermark {count}, loaded with {watermark}");
        has(other, keys, common, count, "saved")
    })
}

fn what_one_key_or_one_row_has_is_flushed(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    needed("lookup", subject.instance()?.index()?.lookup(&keys.key(0)))?;
    with_many(|common, count| {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        build(index, &entries(keys, common, count))?;
        let watermark = index.flushed().must("flushed")? + 1;
        index.flush(watermark).must("flush of many rows")?;
        if index.flushed().must("flushed")? != watermark {
            skip!("it holds no watermark after a flush, as an index without files of its own");
        }
        let mut instance = subject.again(instance)?;
        has(instance.index()?, keys, common, count, "flushed")
    })
}
