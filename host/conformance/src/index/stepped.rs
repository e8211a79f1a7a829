//! Tests of an index's calls that stop at their instructions, where another thread makes calls of its own.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, fill, rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{IndexExtension, RowId};
use sochdb_plugin_host::Index;

suite!(Index, "index_stepped": ; full: searches_between_each_other_agree, changes_between_each_other_are_all_there, what_stays_is_found_within_a_change);

/// How often a call is made. The first time its instructions are counted.
const ROUNDS: u64 = 4;
const ROWS: u64 = 20;
/// The first row of the other thread.
const FIRST: RowId = 10_000;

fn finds(index: &Index, keys: Keys, row: RowId) -> Result<(), NotPassed> {
    let found = rows_of(index, &keys.key(row))?;
    ensure!(
        found == [row],
        "with calls of another thread between its instructions, a search for row {row} finds {found:?}"
    );
    Ok(())
}

fn searches_between_each_other_agree(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    let index = &*index;
    finds(index, keys, 3)?;
    let mut asked = 0;
    let other = || {
        asked = (asked + 7) % ROWS;
        finds(index, keys, asked)
    };
    beside(subject, other, |steps| (0..ROUNDS).try_for_each(|round| steps.call(|| finds(index, keys, round * 5))))
}

fn changes_between_each_other_are_all_there(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    if !index.describe().concurrent_changes {
        skip!("changes beside each other are described as not taken");
    }
    let index = &*index;
    let mut others = 0;
    let other = || {
        // What it leaves, and what it takes again.
        others += 1;
        let (row, goes) = (FIRST + others, 2 * FIRST + others);
        index.insert_concurrently(&keys.key(row), row).must("insert beside another thread")?;
        index.insert_concurrently(&keys.key(goes), goes).must("insert beside another thread")?;
        index.delete_concurrently(&keys.key(goes), goes).must("delete beside another thread")
    };
    beside(subject, other, |steps| {
        for row in 0..ROUNDS {
            steps.call(|| index.insert_concurrently(&keys.key(row), row)).must("insert between other changes")?;
        }
        for row in (0..ROUNDS).step_by(2) {
            steps.call(|| index.delete_concurrently(&keys.key(row), row)).must("delete between other changes")?;
        }
        Ok(())
    })?;
    let index = instance.index()?;
    see(index)?;
    (1..=others)
        .map(|other| FIRST + other)
        .chain((1..ROUNDS).step_by(2))
        .try_for_each(|row| finds(index, keys, row))?;
    for gone in (0..ROUNDS).step_by(2) {
        let found = rows_of(index, &keys.key(gone))?;
        ensure!(found.is_empty(), "row {gone}, deleted between other changes, is found: {found:?}");
    }
    Ok(())
}

/// A change may keep others waiting, but takes nothing away from them that it does not change.
fn what_stays_is_found_within_a_change(subject: &Subject) -> Result<(), NotPassed> {
    const STAYS: RowId = 3;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    if !index.describe().concurrent_changes {
        skip!("changes beside each other are described as not taken");
    }
    let key = keys.key(STAYS);
    needed("lookup", index.lookup(&key))?;
    build(index, &[(STAYS, key.clone())])?;
    let index = &*index;
    let other = || {
        let found = index.lookup(&key).must("lookup within a change")?;
        ensure!(
            found.contains(&STAYS),
            "within a change of another row of the same key, a lookup finds {found:?}: row {STAYS}, which stays, is missing"
        );
        Ok(())
    };
    beside(subject, other, |steps| {
        (STAYS + 1..STAYS + ROUNDS).try_for_each(|row| {
            steps.call(|| index.insert_concurrently(&key, row)).must("insert beside lookups")?;
            steps.call(|| index.delete_concurrently(&key, row)).must("delete beside lookups")
        })
    })
}
