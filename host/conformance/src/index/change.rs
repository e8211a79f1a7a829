//! Tests of many changes in one call: they are what each of them would be alone, in their order.

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, IndexChange, IndexExtension, RowId};
use std::collections::BTreeSet;

suite!(Index, "index_change":
    many_changes_are_as_each_alone,
    batches_of_every_size_are_whole,
    a_batch_that_is_refused_may_be_repeated,
);

/// How many rows there are.
const ROWS: u64 = 40;

fn many_changes_are_as_each_alone(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
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
        index.change_batch(&rows.iter().map(change).collect::<Vec<_>>()).must("change_batch")?;
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
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let sizes: &[u64] = if keys.is_bytes() { &[63, 64, 65, 1000, 1001, 4097] } else { &[63, 64, 65, 1001] };
    for count in sizes {
        let all: Vec<Vec<u8>> = (0..*count).map(|row| keys.key(row)).collect();
        let inserts = (0..).zip(&all).map(|(row, key)| IndexChange::Insert { key, row });
        index.change_batch(&inserts.collect::<Vec<_>>()).must("change_batch of inserts")?;
        see(index)?;
        let looked: Vec<u64> = (0..*count).step_by(1 + *count as usize / 20).chain(count - 2..*count).collect();
        for row in &looked {
            let found = rows_of(index, &all[*row as usize])?;
            ensure!(found == [*row], "after a batch of {count} inserts the key of row {row} finds {found:?}");
        }
        // The last two stay.
        let deletes = (0..).zip(&all[..all.len() - 2]).map(|(row, key)| IndexChange::Delete { key, row });
        index.change_batch(&deletes.collect::<Vec<_>>()).must("change_batch of deletes")?;
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
    let keys = Keys::of(subject)?;
    let Some(wrong) = keys.refused() else { skip!("no key is of another form") };
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let [one, two, three] = [1, 2, 3].map(|number| keys.key(number));
    index.insert(&one, 1).must("insert")?;
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
    index.change_batch(&[changes[0], changes[1], changes[3]]).must("change_batch")?;
    see(index)?;
    for (key, rows) in [(&one, &[][..]), (&two, &[2]), (&three, &[3])] {
        let found = rows_of(index, key)?;
        ensure!(found == rows, "after a batch that was repeated {found:?} are found where {rows:?} are");
    }
    Ok(())
}
