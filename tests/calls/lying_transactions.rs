//! Transactions that break their promises: the suite finds each of them out.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, StorageProperties};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    None,
    /// Writes are seen before the commit.
    Leaks,
    /// A commit writes the rows of the first table alone.
    Half,
    /// Nobody looks for a conflict.
    Loses,
    /// What is dropped is committed.
    Keeps,
    /// Reads inside do not see what was written inside.
    Blind,
    /// There are transactions, and `describe` does not say so.
    Silent,
}

type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;

struct Liar {
    lie: Lie,
    /// The number of changes, and the rows.
    state: Mutex<(u64, Rows)>,
}

impl Liar {
    fn state(&self) -> MutexGuard<'_, (u64, Rows)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Rows)) -> Result<()> {
        let mut state = self.state();
        state.0 += 1;
        change(&mut state.1);
        Ok(())
    }
}

impl Extension for Liar {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("liar", "1.0.0")
    }
}

fn find(rows: &Rows, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
    rows.get(&(table, key.to_vec())).map_or(Ok(false), |found| value.write(found).map(|()| true))
}

fn walk(rows: &Rows, table: TableId, start: &[u8], end: &[u8], limit: usize, sink: &mut RowSink<'_>) -> Result<()> {
    let inside = |key: &[u8]| key >= start && (end.is_empty() || key < end);
    let found = rows.iter().filter(|((at, key), _)| *at == table && inside(key)).take(limit);
    found.into_iter().try_for_each(|((_, key), value)| sink.push(key, value))
}

impl StorageExtension for Liar {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        find(&self.state().1, table, key, value)
    }
    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.change(|rows| _ = rows.insert((table, key.to_vec()), value.to_vec()))
    }
    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.change(|rows| _ = rows.remove(&(table, key.to_vec())))
    }
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        walk(&self.state().1, table, start, end, limit, rows)
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn describe(&self) -> StorageProperties {
        let properties = StorageProperties::new();
        if self.lie == Lie::Silent {
            properties
        } else {
            properties.with_transactions()
        }
    }
    fn begin(&self, _: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        let (began_at, rows) = self.state().clone();
        Ok(Box::new(Work { liar: self, began_at, before: rows.clone(), rows, open: true }))
    }
}

struct Work<'a> {
    liar: &'a Liar,
    began_at: u64,
    before: Rows,
    rows: Rows,
    open: bool,
}

impl Work<'_> {
    fn seen(&self) -> &Rows {
        if self.liar.lie == Lie::Blind {
            &self.before
        } else {
            &self.rows
        }
    }

    fn end(&mut self) -> Result<()> {
        self.open = false;
        let mut state = self.liar.state();
        if self.rows == self.before {
            return Ok(());
        }
        if state.0 != self.began_at && self.liar.lie != Lie::Loses {
            return Err(Error::new(ErrorKind::Conflict, "another one was first"));
        }
        let mut rows = std::mem::take(&mut self.rows);
        if self.liar.lie == Lie::Half {
            let first = rows.iter().find(|row| self.before.get(row.0) != Some(row.1)).map(|((table, _), _)| *table);
            rows.retain(|at, value| Some(at.0) == first || self.before.get(at) == Some(value));
        }
        *state = (state.0 + 1, rows);
        Ok(())
    }
}

impl StorageTransaction for Work<'_> {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        find(self.seen(), table, key, value)
    }
    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.rows.insert((table, key.to_vec()), value.to_vec());
        if self.liar.lie == Lie::Leaks {
            self.liar.state().1.insert((table, key.to_vec()), value.to_vec());
        }
        Ok(())
    }
    fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
        self.rows.remove(&(table, key.to_vec()));
        Ok(())
    }
    fn scan_into(
        &mut self,
        table: TableId,
        start: &[u8],
        end: &[u8],
        limit: usize,
        rows: &mut RowSink<'_>,
    ) -> Result<()> {
        walk(self.seen(), table, start, end, limit, rows)
    }
    fn commit(mut self: Box<Self>) -> Result<()> {
        self.end()
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if self.open && self.liar.lie == Lie::Keeps {
            // There is nobody to tell.
            let _ = self.end();
        }
    }
}

/// The tests of transactions that fail with a lie.
fn failures(lie: Lie) -> Vec<&'static str> {
    let make = move |_: &str| Ok(Storage::new(Liar { lie, state: Mutex::default() })?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("storage_transaction::"));
    let failed = tests.filter(|test| test.failure(&subject).is_some());
    failed.map(|test| test.name.trim_start_matches("storage_transaction::")).collect()
}

#[test]
fn without_a_lie_they_conform() {
    assert_eq!(failures(Lie::None), [""; 0]);
}

#[test]
fn each_lie_is_found_out_by_the_test_that_is_for_it() {
    for (lie, test) in [
        (Lie::Leaks, "only_a_transaction_sees_its_writes_before_its_commit"),
        (Lie::Half, "all_tables_change_at_one_moment"),
        (Lie::Loses, "two_that_write_one_key_do_not_both_commit"),
        (Lie::Loses, "no_update_of_many_threads_is_lost"),
        (Lie::Keeps, "nothing_stays_of_an_aborted_one"),
        (Lie::Keeps, "many_come_and_go"),
        (Lie::Blind, "only_a_transaction_sees_its_writes_before_its_commit"),
        (Lie::Blind, "reads_inside_agree_with_a_model"),
        (Lie::Silent, "they_are_what_is_described"),
    ] {
        let failed = failures(lie);
        assert!(failed.contains(&test), "{test} finds nothing; {failed:?} do");
    }
}
