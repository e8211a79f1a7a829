//! Tests of many changes in one call: they are what each of them would be alone, in their order.

use crate::index::{rows_of, see};
use crate::keys::Keys;
use crate::must::{ensure, skip, Must};
use crate::not_passed::NotPassed;
use crate::subject::Subject;
use crate::test::suite;
use sochdb_plugin_host::sdk::{ErrorKind, IndexChange, IndexExtension, RowId};
use std::collections::BTreeSet;

suite!(Index, "index_change":
    many_changes_are_as_each_alone,
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
