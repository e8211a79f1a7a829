//! Tests of many changes in one call: they are what each of them would be alone, in their order.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, IndexChange, IndexExtension, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;

suite!(Index, "index_change":
    many_changes_are_as_each_alone,
    batches_of_every_size_are_whole,
    a_batch_that_is_refused_may_be_repeated,
    what_it_does_not_do_it_never_does,
);

/// How many rows there are.
const ROWS: u64 = 40;

fn many_changes_are_as_each_alone(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    let (mut instance, mut random) = (subject.instance()?, subject.random(51));
    let index = instance.index()?;
    let mut model: BTreeSet<RowId> = BTreeSet::new();
    let all: Vec<Vec<u8>> = (0..ROWS).map(|row| keys.key(row)).collect();
    for count in [0, 1, 2, 3, 10, 100, 1000] {
        let rows: Vec<(bool, RowId)> = (0..count).map(|_| (random.below(3) > 0, random.below(ROWS))).collect();
        let change = |&(inserts, row): &(bool, RowId)| match (inserts, &all[row as usize][..]) {
            (true, key) => IndexChange::Insert { key, row },
            (false, key) => IndexChange::Delete { key, row },
        };
        needed("change_batch", index.change_batch(&rows.iter().map(change).collect::<Vec<_>>()))?;
        for (inserts, row) in rows {
            _ = if inserts { model.insert(row) } else { model.remove(&row) };
        }
        see(index)?;
        for (row, key) in (0..).zip(&all) {
            let (found, there) = (rows_of(index, key)?, model.contains(&row));
            let right = if there { found == [row] } else { found.is_empty() };
            ensure!(right, "after {count} changes at once row {row} is found as {found:?}; it is there: {there}");
        }
    }
    Ok(())
}

fn batches_of_every_size_are_whole(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let sizes: &[u64] = if keys.is_bytes() { &[63, 64, 65, 1000, 1001, 4097] } else { &[63, 64, 65, 1001] };
    for count in sizes {
        let all: Vec<Vec<u8>> = (0..*count).map(|row| keys.key(row)).collect();
        let inserts = (0..).zip(&all).map(|(row, key)| IndexChange::Insert { key, row });
        needed("change_batch of inserts", index.change_batch(&inserts.collect::<Vec<_>>()))?;
        see(index)?;
        let looked: Vec<u64> = (0..*count).step_by(1 + *count as usize / 20).chain(count - 2..*count).collect();
        for row in &looked {
            let found = rows_of(index, &all[*row as usize])?;
            ensure!(found == [*row], "after a batch of {count} inserts the key of row {row} finds {found:?}");
        }
        // The last two stay.
        let deletes = (0..).zip(&all[..all.len() - 2]).map(|(row, key)| IndexChange::Delete { key, row });
        needed("change_batch of deletes", index.change_batch(&deletes.collect::<Vec<_>>()))?;
        see(index)?;
        for row in looked {
            let found = rows_of(index, &all[row as usize])?;
            let wanted = (row >= count - 2).then_some(row);
            let same = found.iter().copied().eq(wanted);
            ensure!(same, "after a batch of {} deletes the key of row {row} finds {found:?}", count - 2);
        }
    }
    Ok(())
}

fn a_batch_that_is_refused_may_be_repeated(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of_all_changes(subject)?;
    let Some(wrong) = keys.refused() else { skip!("no key is of another form") };
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let [one, two, three] = [1, 2, 3].map(|number| keys.key(number));
    needed("insert", index.insert(&one, 1))?;
    let changes = [
        IndexChange::Delete { key: &one, row: 1 },
        IndexChange::Insert { key: &two, row: 2 },
        IndexChange::Insert { key: wrong, row: 9 },
        IndexChange::Insert { key: &three, row: 3 },
    ];
    let kind = index.change_batch(&changes).err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::Invalid), "a batch with a key of another form gave {kind:?}, not Invalid");
    see(index)?;
    ensure!(rows_of(index, &three)?.is_empty(), "a change behind the one that failed was made");
    needed("change_batch", index.change_batch(&[changes[0], changes[1], changes[3]]))?;
    see(index)?;
    for (key, rows) in [(&one, &[][..]), (&two, &[2]), (&three, &[3])] {
        let found = rows_of(index, key)?;
        ensure!(found == rows, "after a batch that was repeated {found:?} are found where {rows:?} are");
    }
    Ok(())
}

/// An index need not take every change, and other tests are skipped where it does not: it takes one always or never.
fn what_it_does_not_do_it_never_does(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let key = &keys.key(1)[..];
    let done = |index: &mut Index| -> Result<[bool; 4], NotPassed> {
        let batch = [IndexChange::Insert { key, row: 1 }, IndexChange::Delete { key, row: 1 }];
        Ok([
            supported("insert", index.insert(key, 1))?.is_some(),
            supported("delete", index.delete(key, 1))?.is_some(),
            supported("change_batch", index.change_batch(&batch))?.is_some(),
            supported("size_bytes", index.size_bytes())?.is_some(),
        ])
    };
    let (mut fresh, mut other) = (subject.instance()?, subject.instance()?);
    let (fresh, index) = (fresh.index()?, other.index()?);
    let first = done(fresh)?;
    let same = |now: [bool; 4], when: &str| {
        ensure!(now == first, "insert, delete, change_batch, size_bytes are done: {first:?}, and {when} {now:?}");
        Ok(())
    };
    let builds = |index: &mut Index| Ok::<_, NotPassed>(supported("build", index.build(1, 2, &[(1, key)]))?.is_some());
    let builds_first = builds(index)?;
    same(done(index)?, "after a build")?;
    see(index)?;
    same(done(index)?, "after a flush")?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    same(done(index)?, "beside a builder")?;
    builder.add(&[(1, key)]).must("build_add")?;
    same(done(index)?, "beside a builder that has an entry")?;
    let finishes = supported("finish_build", builder.finish())?.is_some();
    let again = builds(index)?;
    ensure!(
        finishes == builds_first && again == builds_first,
        "an index is built: {builds_first}, by parts: {finishes}, and again: {again}"
    );
    if let Some(saved) = supported("save", index.save(1))? {
        if supported("load", fresh.load_from(&saved))?.is_some() {
            same(done(fresh)?, "after a load")?;
        }
    }
    Ok(())
}
