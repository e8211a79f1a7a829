//! Tests of a build by parts: it ends as a build at once does, and until then nobody sees it. Of an index without builders
//! the host keeps the entries, and all of it holds as well.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, Extension, IndexExtension, RowId};
use sochdb_plugin_host::{Index, IndexBuilder};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

suite!(Index, "index_builder":
    parts_end_as_one_build_does,
    nobody_sees_what_is_not_finished,
    what_changed_meanwhile_is_replaced,
    an_abandoned_one_changes_nothing,
    several_that_are_open_are_apart,
    searches_run_beside_one,
    a_refused_key_may_be_left_out,
    a_shutdown_ends_an_open_one,
);

const ROWS: u64 = 200;

/// Adds these rows, each with the key of its number.
fn add(builder: &mut IndexBuilder, keys: Keys, rows: impl Iterator<Item = RowId>) -> Result<(), NotPassed> {
    let entries: Vec<(RowId, Vec<u8>)> = rows.map(|row| (row, keys.key(row))).collect();
    let lent: Vec<(RowId, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
    builder.add(&lent).must("build_add")
}

fn finish(index: &Index, builder: IndexBuilder) -> Result<(), NotPassed> {
    needed("build", builder.finish())?;
    see(index)
}

/// The index finds of rows up to 2 * `ROWS`, of which it looks at some, those that are among `rows`.
fn has(index: &Index, keys: Keys, rows: std::ops::Range<RowId>) -> Result<(), NotPassed> {
    for row in (0..2 * ROWS).step_by(7) {
        let found = rows_of(index, &keys.key(row))?;
        let wanted: &[RowId] = if rows.contains(&row) { &[row] } else { &[] };
        ensure!(found == wanted, "of the rows {rows:?} the key of {row} finds {found:?}");
    }
    Ok(())
}

fn parts_end_as_one_build_does(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut at_once) = (subject.instance()?, subject.instance()?);
    let (index, at_once) = (instance.index()?, at_once.index()?);
    let entries: Vec<(RowId, Vec<u8>)> = (0..ROWS).map(|row| (row, keys.key(row))).collect();
    build(at_once, &entries)?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    let (mut from, mut part) = (0, 0);
    while from < ROWS {
        add(&mut builder, keys, from..ROWS.min(from + part))?;
        // The next one has some of these again.
        from = (from + part).saturating_sub(part / 4);
        part += 1 + part / 2;
    }
    add(&mut builder, keys, 0..ROWS)?;
    finish(index, builder)?;
    has(index, keys, 0..ROWS)?;
    for query in (0..2 * ROWS).step_by(31).map(|row| keys.key(row)) {
        let ranges = [&*index, &*at_once].map(|index| supported("range", index.range(&query, b"", 9)));
        let [by_parts, built] = ranges;
        ensure!(by_parts? == built?, "a range after a build by parts is another one than after a build");
        let Some(nearest) = supported("nearest", index.nearest(&query, 5))? else { continue };
        ensure!(nearest.len() == at_once.nearest(&query, 5).must("nearest")?.len(), "5 neighbours are {nearest:?}");
    }
    // It goes on as any index does.
    needed("delete", index.delete(&keys.key(0), 0))?;
    needed("insert", index.insert(&keys.key(ROWS), ROWS))?;
    see(index)?;
    has(index, keys, 1..ROWS + 1)?;
    let none = index.begin_build(1, 2).must("begin_build after another one")?;
    finish(index, none)?;
    has(index, keys, 0..0)
}

fn nobody_sees_what_is_not_finished(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &(0..10).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    for from in (0..ROWS).step_by(50) {
        add(&mut builder, keys, ROWS + from..ROWS + from + 50)?;
        see(index)?;
        has(index, keys, 0..10)?;
    }
    finish(index, builder)?;
    has(index, keys, ROWS..2 * ROWS)
}

fn what_changed_meanwhile_is_replaced(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("insert", index.insert(&keys.key(0), 0))?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    add(&mut builder, keys, 7..20)?;
    needed("insert beside a builder", index.insert(&keys.key(1), 1))?;
    see(index)?;
    let rows = rows_of(index, &keys.key(1))?;
    ensure!(rows == [1], "a row that was inserted beside a builder is found as {rows:?}");
    needed("delete beside a builder", index.delete(&keys.key(7), 7))?;
    add(&mut builder, keys, 20..30)?;
    finish(index, builder)?;
    has(index, keys, 7..30)?;
    let rows = rows_of(index, &keys.key(1))?;
    ensure!(rows.is_empty(), "a row that was inserted while a builder was open is there after it: {rows:?}");
    Ok(())
}

fn an_abandoned_one_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &(0..10).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    for round in 0..10 {
        let mut builder = index.begin_build(1, 2).must("begin_build after one that was abandoned")?;
        add(&mut builder, keys, 50..50 + 20 * round)?;
        if round % 2 == 0 {
            builder.abandon();
        } else {
            drop(builder);
        }
        see(index)?;
    }
    has(index, keys, 0..10)
}

fn several_that_are_open_are_apart(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut one = index.begin_build(1, 2).must("begin_build")?;
    add(&mut one, keys, 0..40)?;
    let next = || match index.begin_build(1, 2) {
        Err(error) if error.kind() == ErrorKind::Busy => skip!("there is room for one builder"),
        begun => begun.must("begin_build beside another builder"),
    };
    let (mut two, mut three) = (next()?, next()?);
    add(&mut two, keys, ROWS..ROWS + 40)?;
    add(&mut three, keys, 300..340)?;
    add(&mut one, keys, 40..60)?;
    three.abandon();
    finish(index, one)?;
    has(index, keys, 0..60)?;
    add(&mut two, keys, ROWS + 40..ROWS + 60)?;
    finish(index, two)?;
    has(index, keys, ROWS..ROWS + 60)
}

fn searches_run_beside_one(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &(0..10).map(|row| (row, keys.key(row))).collect::<Vec<_>>())?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    let (looking, looks, ends) = (index.clone(), AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // Another thread goes on with it, and waits after each part until all was looked at once.
        let adds = scope.spawn(|| -> Result<(), NotPassed> {
            for from in (ROWS..2 * ROWS).step_by(40) {
                add(&mut builder, keys, from..from + 40)?;
                let before = looks.load(SeqCst);
                while looks.load(SeqCst) < before + 2 && !ends.load(SeqCst) {
                    std::thread::yield_now();
                }
            }
            Ok(())
        });
        let mut found = Ok(());
        while found.is_ok() && !adds.is_finished() {
            found = has(&looking, keys, 0..10);
            looks.fetch_add(1, SeqCst);
        }
        ends.store(true, SeqCst);
        adds.join().expect("no test panics").and(found)
    })?;
    finish(index, builder)?;
    has(index, keys, ROWS..2 * ROWS)
}

fn a_refused_key_may_be_left_out(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let Some(wrong) = keys.refused() else { skip!("no key is of another form") };
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &[(1, keys.key(1))])?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    add(&mut builder, keys, 7..10)?;
    let [ten, eleven] = [10, 11].map(|row| keys.key(row));
    let refused = builder.add(&[(10, &ten), (9, wrong), (11, &eleven)]).and_then(|()| builder.finish());
    let kind = refused.as_ref().err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::Invalid), "entries with a key of another form are {refused:?}, not Invalid");
    see(index)?;
    let rows = rows_of(index, &keys.key(1))?;
    ensure!(rows == [1], "after a build by parts with a key of another form {rows:?} are found");
    Ok(())
}

fn a_shutdown_ends_an_open_one(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    add(&mut builder, keys, 0..20)?;
    index.shutdown().must("shutdown with an open builder")?;
    let kind = builder.add(&[(1, &keys.key(1))]).err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::ShutDown), "after the shutdown build_add gives {kind:?}");
    let kind = builder.finish().err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::ShutDown), "after the shutdown finish_build gives {kind:?}");
    Ok(())
}
