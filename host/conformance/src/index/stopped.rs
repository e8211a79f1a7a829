//! Tests of an index whose long calls are stopped, each at every of its questions: it stays as it was.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::index::flush::keeps;
use crate::inputs::keys::Keys;
use crate::inputs::questions::{gives_all_or_stops, stopped_anywhere, stopped_at};
use sochdb_plugin_host::sdk::{ErrorKind, IndexChange, IndexExtension, RowId, Search};
use sochdb_plugin_host::{Index, IndexBuilder};
use std::time::{Duration, Instant};

suite!(Index, "index_stopped":
    a_build_that_is_stopped_changes_nothing,
    a_load_that_is_stopped_changes_nothing,
    a_look_that_is_stopped_gives_no_part,
    a_flush_that_is_stopped_is_whole_or_not_there_again,
    a_drop_that_is_stopped_leaves_all_or_nothing;
    full: what_a_stopped_build_add_took_may_be_given_again,
    changes_that_were_stopped_may_be_repeated,
);

/// Rows of the index as it is, and of one that would take its place.
const ROWS: u64 = 20;
const NEW: u64 = 1000;
/// So many are asked about several times by who asks after some thousand entries.
const MANY: usize = 10_000;
/// So many are built in at most that time, or no more of them are.
const FEW: usize = 300;
const SOON: Duration = Duration::from_millis(10);

fn entries(keys: Keys, from: RowId, count: usize) -> Vec<(RowId, Vec<u8>)> {
    (from..).take(count).map(|row| (row, keys.key(row))).collect()
}

fn lent(entries: &[(RowId, Vec<u8>)]) -> Vec<(RowId, &[u8])> {
    entries.iter().map(|(row, key)| (*row, &key[..])).collect()
}

/// As many entries as the index builds soon.
fn as_many(index: &mut Index, keys: Keys) -> Result<Vec<(RowId, Vec<u8>)>, NotPassed> {
    let begin = Instant::now();
    build(index, &entries(keys, NEW, FEW))?;
    Ok(entries(keys, NEW, if begin.elapsed() < SOON { MANY } else { FEW }))
}

/// Sees that the index has its first rows, or those in their place.
fn has(index: &Index, keys: Keys, are_new: bool, after: &str) -> Result<(), NotPassed> {
    see(index)?;
    for row in (0..ROWS).chain(NEW..NEW + ROWS) {
        let found = rows_of(index, &keys.key(row))?;
        let expected: &[RowId] = if (row >= NEW) == are_new { &[row] } else { &[] };
        let done = if are_new { "was not" } else { "was" };
        ensure!(found == expected, "after a {after} that {done} stopped, the key of row {row} has the rows {found:?}");
    }
    Ok(())
}

fn a_build_that_is_stopped_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    let look = |what: &'static str| {
        let first = &first;
        move |index: &mut Index, is_done: bool| {
            has(index, keys, is_done, what)?;
            build(index, first)
        }
    };
    build(index, &first)?;
    stopped_anywhere("build", index, |index| index.build(1, 2, &lent(&new)), look("build"))?;
    let by_parts = |index: &mut Index| {
        let mut builder = index.begin_build(1, 2)?;
        builder.add(&lent(&new))?;
        builder.finish()
    };
    stopped_anywhere("build by parts", index, by_parts, look("build by parts"))
}

fn a_load_that_is_stopped_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    build(index, &new)?;
    let saved = needed("save", index.save(1))?;
    gives_all_or_stops("save", index, &saved.len(), |index| index.save(1).map(|saved| saved.len()))?;
    let after = supported("save", index.save(1))?.unwrap_or_default();
    ensure!(
        after.len() == saved.len(),
        "after a save that was stopped, one has {} bytes, not {}",
        after.len(),
        saved.len()
    );
    build(index, &first)?;
    let load = |index: &mut Index| index.load_from(&saved).map(drop);
    stopped_anywhere("load", index, load, |index, is_done| {
        has(index, keys, is_done, "load")?;
        build(index, &first).must("build after a load")
    })
}

fn a_look_that_is_stopped_gives_no_part(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let new = as_many(index, keys)?;
    build(index, &new)?;
    if let Some(rows) = supported("range", index.range(b"", b"", usize::MAX))? {
        gives_all_or_stops("range", index, &rows, |index| index.range(b"", b"", usize::MAX))?;
    }
    let query = &new[0].1[..];
    let exactly = Search::new(query, 100).exactly();
    if let Some(found) = supported("search", index.search(&exactly))? {
        gives_all_or_stops("search", index, &found.neighbors, |index| Ok(index.search(&exactly)?.neighbors))?;
    }
    let queries = [query; 50];
    if let Some(lists) = supported("nearest_batch", index.nearest_batch(&queries, 1))? {
        let counts = |lists: Vec<Vec<(RowId, f32)>>| lists.iter().map(Vec::len).collect::<Vec<_>>();
        let whole = counts(lists);
        gives_all_or_stops("nearest_batch", index, &whole, |index| index.nearest_batch(&queries, 1).map(counts))?;
    }
    Ok(())
}

/// The watermarks of a flush that is there before another one is stopped, and of that one.
const BEFORE: u64 = 10;
const AFTER: u64 = 20;
/// So long an index is flushed or dropped anew, and stopped at another question each time.
const TIME: Duration = Duration::from_millis(80);

/// Some of many entries, and the last of them.
fn some(entries: &[(RowId, Vec<u8>)]) -> impl Iterator<Item = &(RowId, Vec<u8>)> {
    entries.iter().step_by(1 + entries.len() / 40).chain(entries.last())
}

/// Of some rows an approximate index may miss so many.
fn may_be_missed(keys: Keys) -> usize {
    if keys.are_vectors() {
        2
    } else {
        0
    }
}

/// Sees that the index has its first rows, or all that came in their place: none is left out, and none is too many.
fn has_whole(index: &Index, keys: Keys, new: &[(RowId, Vec<u8>)], are_new: bool, after: &str) -> Result<(), NotPassed> {
    has(index, keys, are_new, after)?;
    has_some(index, keys, new, are_new, after)
}

/// Looks for some of these entries, which are all there or none of them.
fn has_some(
    index: &Index,
    keys: Keys,
    entries: &[(RowId, Vec<u8>)],
    are_there: bool,
    after: &str,
) -> Result<(), NotPassed> {
    let mut missed = 0;
    for (row, key) in some(entries) {
        let (found, wanted) = (rows_of(index, key)?, are_there.then_some(*row));
        missed += usize::from(are_there && found.is_empty());
        ensure!(
            found.iter().copied().eq(wanted) || found.is_empty() && missed <= may_be_missed(keys),
            "after a {after} {found:?} are found where {wanted:?} is"
        );
    }
    Ok(())
}

/// A way by which the new rows come in the place of the first ones.
type Change = fn(&mut Index, &[(RowId, Vec<u8>)], &[(RowId, Vec<u8>)]) -> Result<(), NotPassed>;

fn by_changes(index: &mut Index, first: &[(RowId, Vec<u8>)], new: &[(RowId, Vec<u8>)]) -> Result<(), NotPassed> {
    let gone = first.iter().map(|(row, key)| IndexChange::Delete { key, row: *row });
    let come = new.iter().map(|(row, key)| IndexChange::Insert { key, row: *row });
    needed("change_batch", index.change_batch(&gone.chain(come).collect::<Vec<_>>()))
}

fn by_a_build(index: &mut Index, _: &[(RowId, Vec<u8>)], new: &[(RowId, Vec<u8>)]) -> Result<(), NotPassed> {
    needed("build", index.build(1, 2, &lent(new)))
}

/// The questions at which a call on a fresh instance is stopped: the host asks the first one.
fn questions() -> impl Iterator<Item = u32> {
    let until = Instant::now() + TIME;
    (2..6).chain((3..14).map(|power| 1 << power)).take_while(move |question| *question == 2 || Instant::now() < until)
}

/// The watermark says what the host repeats after it: a later instance must hold what goes with that.
fn a_flush_that_is_stopped_is_whole_or_not_there_again(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(subject.instance()?.index()?, keys)?);
    let changes: [(Change, bool); 4] =
        [(by_changes, false), (by_changes, true), (by_a_build, false), (by_a_build, true)];
    for (change, is_repeated) in changes {
        for question in questions() {
            let mut instance = subject.instance()?;
            let index = instance.index()?;
            needed("build", index.build(1, 2, &lent(&first)))?;
            index.flush(BEFORE).must("flush")?;
            keeps(index, BEFORE)?;
            change(index, &first, &new)?;
            let (flushed, is_stopped) = stopped_at(question, || index.flush(AFTER));
            let is_done = flushed.is_ok();
            let kind = flushed.err().map(|error| error.kind());
            ensure!(
                is_done || is_stopped && kind == Some(ErrorKind::Cancelled),
                "a flush that is stopped at question {question} ends with {kind:?}"
            );
            if is_repeated {
                index.flush(AFTER).must("flush after one that was stopped, which may be repeated")?;
            }
            let mut instance = subject.again(instance)?;
            let index = instance.index()?;
            let held = index.flushed().must("flushed")?;
            ensure!(
                held == AFTER || held == BEFORE && !is_done && !is_repeated,
                "flushed with watermark {BEFORE}, then with {AFTER}, which was stopped: {}, and repeated: {is_repeated}; a later \
                 instance holds {held}",
                !is_done
            );
            let after = format!("flush with watermark {AFTER} and a later instance, which holds {held},");
            has_whole(index, keys, &new, held == AFTER, &after)?;
            if !is_stopped {
                break;
            }
        }
    }
    Ok(())
}

fn a_drop_that_is_stopped_leaves_all_or_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let all = as_many(subject.instance()?.index()?, keys)?;
    for question in questions() {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        by_a_build(index, &[], &all)?;
        index.flush(BEFORE).must("flush")?;
        keeps(index, BEFORE)?;
        let (dropped, is_stopped) = stopped_at(question, || index.drop_index());
        let is_dropped = match dropped {
            Err(error) if is_stopped && error.kind() == ErrorKind::Cancelled => false,
            dropped => needed("drop_index", dropped).map(|()| true)?,
        };
        let mut instance = subject.again(instance)?;
        let index = instance.index()?;
        let held = index.flushed().must("flushed")?;
        ensure!(
            held == 0 || held == BEFORE && !is_dropped,
            "after a drop, which was stopped: {}, a later instance holds the watermark {held}; flushed was {BEFORE}",
            !is_dropped
        );
        see(index)?;
        let after =
            format!("drop that was stopped and a later instance, which holds {held} and is empty or as it was,");
        has_some(index, keys, &all, held == BEFORE, &after)?;
        if !is_stopped {
            break;
        }
    }
    Ok(())
}

/// Sees that of so many in a row, some of which are looked at, the first are made and the rest not; all, if that is said.
fn first_are_made(
    what: &str,
    (count, may_be_missed): (usize, usize),
    is_all: bool,
    is_made: impl Fn(usize) -> Result<bool, NotPassed>,
) -> Result<(), NotPassed> {
    let (mut last_made, mut left) = (None, Vec::new());
    for at in (0..count).step_by(1 + count / 60).chain([count - 1]) {
        if is_made(at)? {
            last_made = Some(at);
        } else {
            left.push(at);
        }
    }
    left.retain(|at| is_all || last_made.is_some_and(|made| *at < made));
    ensure!(
        left.len() <= may_be_missed,
        "of {count} {what}, which were stopped: {}, the numbers {left:?} are not there, and number {last_made:?} is: the first may be, \
         the rest not (build_add, change_batch)",
        !is_all
    );
    Ok(())
}

fn what_a_stopped_build_add_took_may_be_given_again(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    build(index, &first)?;
    let (before, part) = new.split_at(new.len() / 2);
    let begun = |index: &Index| {
        let mut builder = index.begin_build(1, 2).must("begin_build")?;
        builder.add(&lent(before)).must("build_add")?;
        Ok::<_, NotPassed>(Some(builder))
    };
    let (mut builder, mut is_repeated, missed) = (begun(index)?, false, may_be_missed(keys));
    let add = |builder: &mut Option<IndexBuilder>| builder.as_mut().map_or(Ok(()), |builder| builder.add(&lent(part)));
    stopped_anywhere("build_add", &mut builder, add, |builder, is_done| {
        has(index, keys, false, "build_add")?;
        let Some(mut open) = builder.take() else { return Ok(()) };
        // Now and then it ends with what there is, if it does.
        is_repeated = is_done || !is_repeated;
        if !is_repeated {
            if open.finish().is_ok() {
                see(index)?;
                let is_there = |at: usize| Ok(!rows_of(index, &new[at].1)?.is_empty());
                first_are_made("entries of a part before", (before.len(), missed), true, is_there)?;
                first_are_made("entries of a part", (part.len(), missed), false, |at| is_there(before.len() + at))?;
                build(index, &first)?;
            }
            has(index, keys, false, "build of which a part")?;
            *builder = begun(index)?;
            return Ok(());
        }
        open.add(&lent(part)).must("build_add of what may be added already")?;
        needed("build", open.finish())?;
        has_whole(index, keys, &new, true, "build of which a part was given again")?;
        if let (true, Some(rows)) = (keys.is_bytes(), supported("range", index.range(b"", b"", usize::MAX))?) {
            let once = rows.iter().eq(new.iter().map(|(row, _)| row));
            ensure!(once, "of {} entries, some of which came twice, a range finds {}", new.len(), rows.len());
        }
        build(index, &first)?;
        *builder = begun(index)?;
        Ok(())
    })
}

fn changes_that_were_stopped_may_be_repeated(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let (first, new) = (entries(keys, 0, ROWS as usize), as_many(index, keys)?);
    build(index, &first)?;
    // The first rows go in between, the last of them near the end.
    let apart = new.len() / ROWS as usize;
    let changes: Vec<_> = (new.chunks(apart).zip(&first))
        .flat_map(|(come, (gone, key))| {
            let come = come.iter().map(|(row, key)| IndexChange::Insert { key, row: *row });
            come.chain([IndexChange::Delete { key, row: *gone }])
        })
        .collect();
    let is_made = |index: &Index, change: &IndexChange<'_>| {
        Ok::<_, NotPassed>(match change {
            IndexChange::Insert { key, .. } => !rows_of(index, key)?.is_empty(),
            IndexChange::Delete { key, .. } => rows_of(index, key)?.is_empty(),
            _ => true,
        })
    };
    stopped_anywhere(
        "change_batch",
        index,
        |index| index.change_batch(&changes),
        |index, is_done| {
            see(index)?;
            first_are_made("changes", (changes.len(), may_be_missed(keys)), is_done, |at| {
                is_made(index, &changes[at])
            })?;
            index.change_batch(&changes).must("change_batch after one that was stopped, which may be repeated")?;
            has_whole(index, keys, &new, true, "batch of changes that was repeated")?;
            build(index, &first)
        },
    )
}
