//! Tests of an index with files of its own: what was flushed is seen, and there again in a later instance, and nothing else is.
//! An index without such files holds nothing, and says so.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::index::ordered::{keys_of_every_length, of_bytes};
use crate::index::rows::{every_form, has_entries};
use crate::index::ways::WAYS;
use crate::inputs::files::lengths_in;
use crate::inputs::keys::Keys;
use crate::inputs::questions::stopped_at;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

suite!(Index, "index_flush":
    what_was_flushed_is_seen,
    what_was_flushed_is_there_again,
    what_was_not_flushed_is_not_there_again,
    a_build_is_flushed_whole,
    what_replaced_all_is_flushed,
    every_form_of_entry_is_flushed,
    a_dropped_index_is_empty_when_it_comes_again,
    a_flush_that_was_stopped_leaves_nothing_behind_a_drop,
    a_builder_that_is_abandoned_behind_a_drop_leaves_nothing,
    keys_of_every_length_are_flushed,
    a_long_key_is_flushed_behind_many,
);

/// The index finds these rows, each by the key of its number, and none of the others up to 100.
fn has(index: &Index, keys: Keys, rows: &BTreeSet<RowId>) -> Result<(), NotPassed> {
    for row in 0..100 {
        let found = rows_of(index, &keys.key(row))?;
        let wanted: &[RowId] = if rows.contains(&row) { &[row] } else { &[] };
        ensure!(found == wanted, "the row of key {row} is {wanted:?}, and {found:?} is found");
    }
    Ok(())
}

/// Whether the index kept this watermark: one that holds nothing in files keeps none.
fn holds(index: &Index, watermark: u64) -> Result<bool, NotPassed> {
    let held = index.flushed().must("flushed")?;
    ensure!(held == watermark || held == 0, "flushed with watermark {watermark}, and {held} is held");
    Ok(held == watermark)
}

/// Sees that the index kept this watermark. One that holds nothing in files is not for the test.
pub(crate) fn keeps(index: &Index, watermark: u64) -> Result<(), NotPassed> {
    if !holds(index, watermark)? {
        skip!("it holds no watermark after a flush, as an index without files of its own");
    }
    Ok(())
}

/// An instance after the one that it takes, in the same directory.
fn again(subject: &Subject, instance: Instance, watermark: u64) -> Result<Instance, NotPassed> {
    let mut instance = subject.again(instance)?;
    let held = instance.index()?.flushed().must("flushed")?;
    ensure!(held == watermark, "flushed with watermark {watermark}, and a later instance holds {held}");
    Ok(instance)
}

fn what_was_flushed_is_seen(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(41));
    let index = instance.index()?;
    let held = index.flushed().must("flushed")?;
    ensure!(held == 0, "a new index holds the flush with watermark {held}");
    let mut rows = BTreeSet::new();
    for watermark in [1, 2, 5, 5, 1 << 40, u64::MAX] {
        for _ in 0..30 {
            let row = random.below(100);
            if random.below(3) > 0 {
                needed("insert", index.insert(&keys.key(row), row))?;
                rows.insert(row);
            } else {
                needed("delete", index.delete(&keys.key(row), row))?;
                rows.remove(&row);
            }
        }
        index.flush(watermark).must("flush")?;
        holds(index, watermark)?;
        has(index, keys, &rows)?;
    }
    Ok(())
}

fn what_was_flushed_is_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut rows) = (subject.instance()?, BTreeSet::new());
    for (round, watermark) in [10, 20, 21].into_iter().enumerate() {
        let index = instance.index()?;
        for row in (0..60).map(|row| row + 20 * round as u64) {
            needed("insert", index.insert(&keys.key(row), row))?;
            rows.insert(row);
        }
        for row in (0..100).step_by(7 + round) {
            needed("delete", index.delete(&keys.key(row), row))?;
            rows.remove(&row);
        }
        index.flush(watermark).must("flush")?;
        keeps(index, watermark)?;
        instance = again(subject, instance, watermark)?;
        has(instance.index()?, keys, &rows)?;
    }
    Ok(())
}

fn what_was_not_flushed_is_not_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    for built in [false, true] {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        needed("insert", index.insert(&keys.key(1), 1))?;
        needed("insert", index.insert(&keys.key(2), 2))?;
        index.flush(2).must("flush")?;
        keeps(index, 2)?;
        needed("delete", index.delete(&keys.key(1), 1))?;
        needed("insert", index.insert(&keys.key(3), 3))?;
        if built {
            needed("build", index.build(1, 2, &[(4, &keys.key(4))]))?;
        }
        let mut instance = again(subject, instance, 2)?;
        let index = instance.index()?;
        has(index, keys, &BTreeSet::from([1, 2]))?;
        // The host repeats what came later, and goes on.
        needed("delete", index.delete(&keys.key(1), 1))?;
        needed("insert", index.insert(&keys.key(3), 3))?;
        index.flush(4).must("flush")?;
        has(index, keys, &BTreeSet::from([2, 3]))?;
        let mut instance = again(subject, instance, 4)?;
        has(instance.index()?, keys, &BTreeSet::from([2, 3]))?;
    }
    Ok(())
}

fn a_build_is_flushed_whole(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("insert", index.insert(&keys.key(90), 90))?;
    index.flush(1).must("flush")?;
    keeps(index, 1)?;
    build(index, &(0..50).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    needed("insert", index.insert(&keys.key(60), 60))?;
    needed("delete", index.delete(&keys.key(7), 7))?;
    index.flush(100).must("flush")?;
    let rows: BTreeSet<RowId> = (0..50).filter(|row| *row != 7).chain([60]).collect();
    has(index, keys, &rows)?;
    let mut instance = again(subject, instance, 100)?;
    has(instance.index()?, keys, &rows)
}

/// A build or a load is flushed like any other change, also by who flushes with the watermark of before.
fn what_replaced_all_is_flushed(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let entries: Vec<(RowId, Vec<u8>)> = (0..50).map(|row| (row, keys.key(row))).collect();
    for (way, fill) in WAYS {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        needed("insert", index.insert(&keys.key(90), 90))?;
        index.flush(1).must("flush")?;
        keeps(index, 1)?;
        if fill(subject, index, &entries)?.is_none() {
            continue;
        }
        index.flush(1).must("flush")?;
        let stays = ["insert", "change_batch"].contains(&way).then_some(90);
        let mut instance = again(subject, instance, 1)?;
        has(instance.index()?, keys, &(0..50).chain(stays).collect())
            .map_err(|why| NotPassed::Failed(format!("after `{way}`, a flush and a later instance: {why}")))?;
    }
    Ok(())
}

fn every_form_of_entry_is_flushed(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let all = every_form(subject, keys)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    index.flush(1).must("flush")?;
    keeps(index, 1)?;
    build(index, &all)?;
    index.flush(7).must("flush of rows and keys of every form")?;
    has_entries(index, &all)?;
    let mut instance = again(subject, instance, 7)?;
    has_entries(instance.index()?, &all)
}

fn a_dropped_index_is_empty_when_it_comes_again(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("insert", index.insert(&keys.key(1), 1))?;
    index.flush(1).must("flush")?;
    needed("insert", index.insert(&keys.key(2), 2))?;
    let dropped = supported("drop_index", index.drop_index())?;
    let late = index.size_bytes().err().map(|error| error.kind());
    if dropped.is_none() {
        ensure!(late.is_none(), "drop_index is unsupported, and size_bytes gives {late:?} after it");
        see(index)?;
        return has(index, keys, &BTreeSet::from([1, 2]));
    }
    ensure!(late == Some(ErrorKind::ShutDown), "size_bytes of a dropped index gave {late:?}, not ShutDown");
    let mut instance = again(subject, instance, 0)?;
    let index = instance.index()?;
    has(index, keys, &BTreeSet::new())?;
    needed("insert", index.insert(&keys.key(3), 3))?;
    index.flush(1).must("flush")?;
    has(index, keys, &BTreeSet::from([3]))
}

/// How many files with something in them a drop leaves, behind a flush that was stopped at this question or was not; and whether it was.
fn left_by_a_drop(subject: &Subject, keys: Keys, question: u32) -> Result<(usize, bool), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &(0..500).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    index.flush(1).must("flush")?;
    keeps(index, 1)?;
    needed("insert", index.insert(&keys.key(500), 500))?;
    let (flushed, is_stopped) = stopped_at(question, || index.flush(2));
    if !is_stopped {
        flushed.must("flush")?;
    }
    needed("drop_index", index.drop_index())?;
    let directory = instance.directory();
    drop(instance);
    Ok((lengths_in(directory.path()).into_iter().filter(|len| *len > 0).count(), is_stopped))
}

fn a_flush_that_was_stopped_leaves_nothing_behind_a_drop(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (usual, _) = left_by_a_drop(subject, keys, u32::MAX)?;
    // The first one is the host's.
    for question in [2, 3, 4, 6, 10] {
        let (left, is_stopped) = left_by_a_drop(subject, keys, question)?;
        ensure!(
            left <= usual,
            "`drop_index` leaves {usual} files with something in them, and {left} behind a flush that was stopped; it removes all that \
             the index keeps"
        );
        if !is_stopped {
            break;
        }
    }
    Ok(())
}

/// Of a dropped index the host may still end a builder that is open.
fn a_builder_that_is_abandoned_behind_a_drop_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    for parts in [0, 1, 3] {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        build(index, &(0..20).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
        index.flush(100).must("flush")?;
        let mut builder = index.begin_build(1, 2).must("begin_build")?;
        for row in 20..20 + parts {
            builder.add(&[(row, &keys.key(row))]).must("build_add")?;
        }
        needed("drop_index", index.drop_index())?;
        builder.abandon();
        let mut instance = again(subject, instance, 0)?;
        has(instance.index()?, keys, &BTreeSet::new())?;
    }
    Ok(())
}

/// One more key, when there is much already: few changes are written another way than many.
fn a_long_key_is_flushed_behind_many(subject: &Subject) -> Result<(), NotPassed> {
    of_bytes(subject)?;
    let mut instance = subject.instance()?;
    let many: Vec<(RowId, Vec<u8>)> =
        (0..3000_u64).map(|row| (row, [&[7; 100][..], &row.to_be_bytes()].concat())).collect();
    build(instance.index()?, &many)?;
    let mut taken = Vec::new();
    for (watermark, len) in (1..).zip([0, 1000, 65_535, 65_536, 70_000, 1 << 20]) {
        let (index, key, row) = (instance.index()?, vec![9; len], 10_000 + watermark);
        match index.insert(&key, row) {
            Ok(()) => taken.push((row, key)),
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => continue,
            Err(error) => return Err(format!("insert of a key of {len} bytes: {error}").into()),
        }
        index.flush(watermark).must("flush")?;
        keeps(index, watermark)?;
        instance = again(subject, instance, watermark)?;
        for (row, key) in taken.iter().chain(many.iter().step_by(500)) {
            let found = rows_of(instance.index()?, key)?;
            ensure!(found == [*row], "a key of {} bytes was flushed with the row {row}; found is {found:?}", key.len());
        }
    }
    Ok(())
}

fn keys_of_every_length_are_flushed(subject: &Subject) -> Result<(), NotPassed> {
    of_bytes(subject)?;
    let mut instance = subject.instance()?;
    let mut taken: Vec<(RowId, Vec<u8>)> = Vec::new();
    for (key, row) in keys_of_every_length().zip(1..) {
        match instance.index()?.insert(&key, row) {
            Ok(()) => taken.push((row, key)),
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => {}
            Err(error) => return Err(format!("insert of a key of {} bytes: {error}", key.len()).into()),
        }
    }
    for watermark in 1..=2 {
        let index = instance.index()?;
        index.flush(watermark).must("flush")?;
        keeps(index, watermark)?;
        instance = again(subject, instance, watermark)?;
        let index = instance.index()?;
        for (row, key) in &taken {
            let found = rows_of(index, key)?;
            ensure!(found == [*row], "a key of {} bytes was flushed with the row {row}; found is {found:?}", key.len());
        }
        // The next time as a build writes them.
        build(index, &taken)?;
    }
    Ok(())
}
