//! Tests of an index's calls that take long: each ends soon after it is cancelled.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, Effort, FULL, QUICK};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::abi::{soch_index, SOCH_OK, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{IndexChange, IndexExtension, RowId, Search, VecWriter};
use sochdb_plugin_host::{Index, IndexBuilder};

suite!(Index, "index_cancelled":
    a_build_ends,
    a_build_by_parts_ends,
    a_build_that_is_finished_ends,
    a_search_ends,
    a_save_ends,
    a_load_ends,
    a_flush_ends,
    changes_end,
    a_drop_ends;
    full: a_large_build_ends, a_large_build_that_is_finished_ends, a_search_among_many_ends, many_changes_end,
);

/// Entries, each with the key of its row.
struct Entries(Vec<(RowId, Vec<u8>)>);

impl Entries {
    fn new(keys: Keys, count: u64) -> Self {
        Self((0..count).map(|row| (row, keys.key(row))).collect())
    }

    fn lent(&self) -> Vec<(RowId, &[u8])> {
        self.0.iter().map(|(row, key)| (*row, &key[..])).collect()
    }
}

/// Replaces everything by one row, which is there as long as nothing else is done.
fn small(index: &mut Index, keys: Keys) -> Result<(), NotPassed> {
    build(index, &[(7, keys.key(7))])
}

fn is_small(index: &Index, keys: Keys, what: &str) -> Result<(), NotPassed> {
    see(index)?;
    let rows = rows_of(index, &keys.key(7))?;
    ensure!(rows == [7], "a {what} that was cancelled did not leave the index as it was: {rows:?}");
    Ok(())
}

fn a_build_ends(subject: &Subject) -> Result<(), NotPassed> {
    build_ends(subject, QUICK)
}

fn a_large_build_ends(subject: &Subject) -> Result<(), NotPassed> {
    build_ends(subject, FULL)
}

fn build_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let timed = |count| {
        let entries = Entries::new(keys, count);
        time(|| needed("build", index.build(1, 2, &entries.lent())))
    };
    let entries = Entries::new(keys, long_enough("build", effort, timed)?);
    let lent = entries.lent();
    small(index, keys)?;
    ends_when_cancelled(
        "build",
        index,
        |index| index.build(1, 2, &lent),
        |index, done| match done {
            true => small(index, keys),
            false => is_small(index, keys, "build"),
        },
    )
}

fn a_build_by_parts_ends(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let count = long_enough("build_add", QUICK, |count| {
        let mut builder = index.begin_build(1, 2).must("begin_build")?;
        let entries = Entries::new(keys, count);
        time(|| builder.add(&entries.lent()).must("build_add"))
    })?;
    let entries = Entries::new(keys, count);
    let lent = entries.lent();
    small(index, keys)?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    ends_when_cancelled("build_add", &mut builder, |builder| builder.add(&lent), |_, _| Ok(()))?;
    drop(builder);
    is_small(index, keys, "build by parts")
}

fn a_build_that_is_finished_ends(subject: &Subject) -> Result<(), NotPassed> {
    finish_ends(subject, QUICK)
}

fn a_large_build_that_is_finished_ends(subject: &Subject) -> Result<(), NotPassed> {
    finish_ends(subject, FULL)
}

fn finish_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let filled = |index: &Index, entries: &Entries| -> Result<IndexBuilder, NotPassed> {
        let mut builder = index.begin_build(1, 2).must("begin_build")?;
        builder.add(&entries.lent()).must("build_add")?;
        Ok(builder)
    };
    let count = long_enough("finish_build", effort, |count| {
        let builder = filled(index, &Entries::new(keys, count))?;
        time(|| needed("build", builder.finish()))
    })?;
    let entries = Entries::new(keys, count);
    small(index, keys)?;
    let mut next = Some(filled(index, &entries)?);
    let call = |next: &mut Option<IndexBuilder>| next.take().map_or(Ok(()), IndexBuilder::finish);
    ends_when_cancelled("finish_build", &mut next, call, |next, done| {
        match done {
            true => small(index, keys)?,
            false => is_small(index, keys, "finish_build")?,
        }
        *next = Some(filled(index, &entries)?);
        Ok(())
    })
}

fn a_search_ends(subject: &Subject) -> Result<(), NotPassed> {
    search_ends(subject, QUICK)
}

fn a_search_among_many_ends(subject: &Subject) -> Result<(), NotPassed> {
    search_ends(subject, FULL)
}

fn search_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let slot = |table: &soch_index| if table.search.is_some() { SOCH_OK } else { SOCH_UNSUPPORTED };
    if index.alone("search", |table, _, _| slot(table)).is_err() {
        skip!("the plugin has no `search`, and `nearest` is never cancelled");
    }
    let query = keys.key(1_000_000);
    // For all rows, as far as the index gives so many, and exactly, which is the longest one.
    let most = index.describe().max_neighbors.map_or(usize::MAX, |most| most as usize);
    let search = |index: &Index, count: u64| {
        let plain = Search::new(&query, most.min(count as usize));
        index.search(&plain.exactly()).or_else(|_| index.search(&plain)).map(drop)
    };
    let count = long_enough("search", effort, |count| {
        build(index, &Entries::new(keys, count).0)?;
        time(|| needed("search", search(index, count)))
    })?;
    ends_when_cancelled("search", index, |index| search(index, count), |_, _| Ok(()))
}

fn a_save_ends(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    long_enough("save", QUICK, |count| {
        build(index, &Entries::new(keys, count).0)?;
        time(|| needed("save", index.save(1)))
    })?;
    let save = |index: &mut Index| index.save_into(2, &mut VecWriter::new(&mut Vec::new(), u64::MAX).writer());
    ends_when_cancelled("save", index, save, |_, _| Ok(()))
}

fn a_load_ends(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let (index, mut saved) = (instance.index()?, Vec::new());
    long_enough("load", QUICK, |count| {
        build(index, &Entries::new(keys, count).0)?;
        saved = needed("save", index.save(1))?;
        time(|| index.load_from(&saved).must("load"))
    })?;
    small(index, keys)?;
    ends_when_cancelled(
        "load",
        index,
        |index| index.load_from(&saved).map(drop),
        |index, done| match done {
            true => small(index, keys),
            false => is_small(index, keys, "load"),
        },
    )
}

fn a_flush_ends(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let fill = |index: &mut Index, count: u64| {
        let entries = Entries::new(keys, count);
        needed("build", index.build(1, 2, &entries.lent()))
    };
    let count = long_enough("flush", QUICK, |count| {
        fill(index, count)?;
        time(|| index.flush(1).must("flush"))
    })?;
    fill(index, count)?;
    let after = |index: &mut Index, done| if done { fill(index, count) } else { Ok(()) };
    ends_when_cancelled("flush", index, |index| index.flush(2), after)?;
    index.flush(2).must("flush after one that was cancelled")?;
    let found = rows_of(index, &keys.key(count - 1))?;
    ensure!(found == [count - 1], "after a flush that was cancelled, and one that was not, {found:?} is found");
    Ok(())
}

fn changes_end(subject: &Subject) -> Result<(), NotPassed> {
    change_batch_ends(subject, QUICK)
}

fn many_changes_end(subject: &Subject) -> Result<(), NotPassed> {
    change_batch_ends(subject, FULL)
}

fn change_batch_ends(subject: &Subject, effort: Effort) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let inserts = |index: &mut Index, entries: &Entries| {
        let changes = entries.0.iter().map(|(row, key)| IndexChange::Insert { key, row: *row });
        index.change_batch(&changes.collect::<Vec<_>>())
    };
    let count = long_enough("change_batch", effort, |count| {
        small(index, keys)?;
        let entries = Entries::new(keys, count);
        time(|| needed("change_batch", inserts(index, &entries)))
    })?;
    let entries = Entries::new(keys, count);
    small(index, keys)?;
    ends_when_cancelled(
        "change_batch",
        index,
        |index| inserts(index, &entries),
        |index, _| {
            is_small(index, keys, "change_batch")?;
            small(index, keys)
        },
    )
}

fn a_drop_ends(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let filled = |count: u64| {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        build(index, &Entries::new(keys, count).0)?;
        let held = index.flushed().must("flushed")?;
        index.flush(held + 1).must("flush")?;
        Ok::<_, NotPassed>(instance)
    };
    let count = long_enough("drop_index", QUICK, |count| {
        let mut instance = filled(count)?;
        let index = instance.index()?;
        time(|| needed("drop_index", index.drop_index()))
    })?;
    let mut next = filled(count)?;
    let call = |next: &mut crate::frame::instance::Instance| match next.index() {
        Ok(index) => index.drop_index(),
        Err(_) => Ok(()),
    };
    ends_when_cancelled("drop_index", &mut next, call, |next, _| {
        *next = filled(count)?;
        Ok(())
    })
}
