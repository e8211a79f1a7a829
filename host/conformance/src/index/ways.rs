//! Tests of all ways that entries come into an index: by each of them, what comes twice is there once, and what goes is gone, and
//! takes away no more than it brought.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::spent::spent;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::keys::Keys;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{IndexChange, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::time::Duration;

suite!(Index, "index_ways":
    an_entry_that_came_twice_goes_at_once,
    what_goes_takes_no_more_away_than_it_brought;
    full: entries_that_come_and_go_take_no_room,
);

/// A slow index is tried with less.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) type Entries = [(RowId, Vec<u8>)];

/// A way that entries come into an index; None if it has it not.
pub(crate) type Fill = fn(&Subject, &mut Index, &Entries) -> Result<Option<()>, NotPassed>;

pub(crate) const WAYS: [(&str, Fill); 5] = [
    ("build", |_, index, entries| supported("build", index.build(1, 2, &lent(entries)))),
    ("build_add", |_, index, entries| {
        let Some(mut builder) = supported("begin_build", index.begin_build(1, 2))? else { return Ok(None) };
        for part in entries.chunks(7) {
            builder.add(&lent(part)).must("build_add")?;
        }
        supported("finish_build", builder.finish())
    }),
    ("insert", |_, index, entries| {
        let mut inserts = entries.iter().map(|(row, key)| index.insert(key, *row));
        supported("insert", inserts.try_for_each(|inserted| inserted))
    }),
    ("change_batch", |_, index, entries| {
        let inserts: Vec<_> = entries.iter().map(|(row, key)| IndexChange::Insert { key, row: *row }).collect();
        supported("change_batch", index.change_batch(&inserts))
    }),
    ("load", |subject, index, entries| {
        let mut saves = subject.instance()?;
        let saves = saves.index()?;
        build(saves, entries)?;
        let Some(saved) = supported("save", saves.save(1))? else { return Ok(None) };
        Ok(supported("load", index.load_from(&saved))?.map(drop))
    }),
];

fn lent(entries: &Entries) -> Vec<(RowId, &[u8])> {
    entries.iter().map(|(row, key)| (*row, &key[..])).collect()
}

/// Makes an index of these entries by each way, and looks at it.
fn by_each_way(
    subject: &Subject,
    entries: &Entries,
    look: impl Fn(&mut Index, &str) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut ways = 0;
    for (way, fill) in WAYS {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        if fill(subject, index, entries)?.is_some() {
            see(index)?;
            look(index, way)?;
            ways += 1;
        }
    }
    if ways == 0 {
        skip!("no entry comes into it but from its files");
    }
    Ok(())
}

fn entries(keys: Keys, rows: RowId) -> Vec<(RowId, Vec<u8>)> {
    (0..rows).map(|row| (row, keys.key(row))).collect()
}

fn an_entry_that_came_twice_goes_at_once(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let once = entries(keys, 20);
    // One right behind the other, and both again behind all.
    let twice: Vec<_> = once.iter().flat_map(|entry| [entry.clone(), entry.clone()]).chain(once.clone()).collect();
    by_each_way(subject, &twice, |index, way| {
        for (at, (row, key)) in once.iter().enumerate() {
            let found = rows_of(index, key)?;
            ensure!(found == [*row], "row {row}, which came by {way} more than once, is found as {found:?}");
            if at % 2 == 0 {
                needed("delete", index.delete(key, *row))?;
            }
        }
        see(index)?;
        for (at, (row, key)) in once.iter().enumerate() {
            let found = rows_of(index, key)?;
            let is_so = if at % 2 == 0 { found.is_empty() } else { found == [*row] };
            ensure!(
                is_so,
                "row {row}, of which several came by {way}, is found as {found:?}; it went: {}",
                at % 2 == 0
            );
        }
        Ok(())
    })
}

fn what_goes_takes_no_more_away_than_it_brought(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let once = entries(keys, 60);
    by_each_way(subject, &once, |index, way| {
        for (gone, (row, key)) in (1..).zip(&once) {
            needed("delete", index.delete(key, *row))?;
            see(index)?;
            let bytes = needed("size_bytes", index.size_bytes())?;
            ensure!(
                bytes <= u64::MAX / 2,
                "after {gone} deletes of {} rows that came by {way}, size_bytes gives {bytes}: what it counts fell below 0",
                once.len()
            );
        }
        Ok(())
    })
}

/// An index may keep what has gone for a while, and then has as much of it as it had before.
fn entries_that_come_and_go_take_no_room(subject: &Subject) -> Result<(), NotPassed> {
    const FIRST: u64 = 1000;
    const MOST: u64 = 100_000;
    /// Bytes in all, of an index that collects changes, and for each entry, of one that counts them.
    const IN_ALL: u64 = 4 << 20;
    const EACH: u64 = 8;
    let keys = Keys::of_all_changes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    if index.describe().visible_after_flush {
        skip!("what has gone stays until a flush");
    }
    // Where the process is others', too, so is its memory.
    let is_alone = subject.needs_the_process().is_ok();
    let took = |index: &Index| -> Result<_, NotPassed> {
        Ok((supported("size_bytes", index.size_bytes())?, if is_alone { Native::allocated() } else { 0 }))
    };
    build(index, &entries(keys, 60))?;
    let (spent, mut first, mut turns) = (spent(), (None, 0), 0);
    for turn in 0..MOST {
        turns = turn;
        if turn == FIRST {
            first = took(index)?;
        }
        // None comes twice: what is kept of each would else be kept once.
        let row = 1000 + turn;
        index.insert(&keys.key(row), row).must("insert")?;
        index.delete(&keys.key(row), row).must("delete")?;
        if turn % 64 == 0 && spent() > PATIENCE {
            break;
        }
    }
    let last = took(index)?;
    let by_itself = first.0.zip(last.0).map(|(first, last)| ("by `size_bytes`", first, last));
    for (how, first, last) in by_itself.into_iter().chain([("of memory", first.1, last.1)]) {
        ensure!(
            last <= first + IN_ALL + EACH * turns,
            "an index to which entries came, and each went before the next, took {first} bytes {how} after {FIRST} times, and {last} after \
             {turns}; what removed entries took is given back in time (`remove`)"
        );
    }
    Ok(())
}
