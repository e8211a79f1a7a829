//! Cursors that break their promises: the suite finds each of them out.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    None,
    /// What it cannot do it says, and is asked for nothing more.
    Modest,
    /// Backwards is forward.
    Forward,
    /// Backwards, the row of the start is left out.
    LosesTheFirst,
    /// Backwards, the row of the end is there too.
    TakesTheEnd,
    /// Rows of the next table are there too.
    LeavesTheTable,
    /// A longer key does not come behind its beginning.
    CutsBounds,
    /// A move does nothing.
    Stays,
    /// A move leaves out the row of the key itself.
    MovesTooFar,
    /// A move forgets the range.
    ForgetsTheRange,
    /// A move backwards is none.
    OnlyAhead,
    /// Without values, rows are left out.
    LosesKeys,
    /// Without values, others are given.
    MakesUpValues,
}

type Row = ((TableId, Vec<u8>), Vec<u8>);
type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;

struct Liar {
    lie: Lie,
    rows: Mutex<Rows>,
}

impl Liar {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Extension for Liar {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("liar", "1.0.0")
    }
}

impl StorageExtension for Liar {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let rows = self.rows();
        rows.get(&(table, key.to_vec())).map_or(Ok(false), |found| value.write(found).map(|()| true))
    }
    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.rows().insert((table, key.to_vec()), value.to_vec());
        Ok(())
    }
    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.rows().remove(&(table, key.to_vec()));
        Ok(())
    }
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        self.reader()?.scan_into(table, start, end, limit, rows)
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        let rows = self.rows().clone().into_iter().collect();
        Ok(Box::new(Snapshot { lie: self.lie, rows }))
    }
}

struct Snapshot {
    lie: Lie,
    rows: Vec<Row>,
}

impl StorageReader for Snapshot {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
        let found = self.rows.iter().find(|(at, _)| at.0 == table && at.1 == key);
        Ok(found.map(|(_, value)| Value::lent(value)))
    }

    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        if self.lie == Lie::Modest && options.reverse {
            return Err(Error::unsupported("backwards"));
        }
        let reverse = options.reverse && self.lie != Lie::Forward;
        let bound =
            |bound: &'_ [u8]| bound[..bound.len().min(if self.lie == Lie::CutsBounds { 9 } else { 9000 })].to_vec();
        let (start, end) = (bound(options.start), bound(options.end));
        let inside = |row: &&Row| {
            let key = &row.0 .1;
            let first = *key > start || *key == start && !(reverse && self.lie == Lie::LosesTheFirst);
            let last = end.is_empty() || *key < end || *key == end && reverse && self.lie == Lie::TakesTheEnd;
            let here = row.0 .0 == table || row.0 .0 == table.wrapping_add(1) && self.lie == Lie::LeavesTheTable;
            here && first && last
        };
        let all = |row: &&Row| row.0 .0 == table;
        let in_order = |mut rows: Vec<&'a Row>| {
            if reverse {
                rows.reverse();
            }
            rows
        };
        let rows = in_order(self.rows.iter().filter(inside).collect());
        let others = in_order(self.rows.iter().filter(all).collect());
        let keys_only = options.keys_only;
        Ok(Box::new(Walk { lie: self.lie, rows, others, at: 0, reverse, keys_only }))
    }
}

struct Walk<'a> {
    lie: Lie,
    rows: Vec<&'a Row>,
    /// Those of the whole table.
    others: Vec<&'a Row>,
    at: usize,
    reverse: bool,
    keys_only: bool,
}

impl StorageCursor for Walk<'_> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        while !rows.is_full() && self.at < self.rows.len() {
            let ((_, key), value) = self.rows[self.at];
            self.at += 1;
            match (self.keys_only, self.lie) {
                (true, Lie::LosesKeys) if self.at.is_multiple_of(50) => continue,
                (true, Lie::MakesUpValues) => rows.push(key, b"none")?,
                _ => rows.push(key, value)?,
            }
        }
        Ok(())
    }

    fn seek(&mut self, key: &[u8]) -> Result<()> {
        if self.lie == Lie::ForgetsTheRange {
            self.rows = std::mem::take(&mut self.others);
            self.others = self.rows.clone();
        }
        let before = |row: &&Row| {
            let order = (*row.0 .1).cmp(key);
            let order = if self.reverse { order.reverse() } else { order };
            order.is_lt() || order.is_eq() && self.lie == Lie::MovesTooFar
        };
        let place = self.rows.iter().take_while(|row| before(row)).count();
        match self.lie {
            Lie::Modest => return Err(Error::unsupported("moves")),
            Lie::Stays => {}
            Lie::OnlyAhead => self.at = self.at.max(place),
            _ => self.at = place,
        }
        Ok(())
    }
}

/// The tests of cursors that fail with a lie.
fn failures(lie: Lie) -> Vec<&'static str> {
    let make = move |_: &str| Ok(Storage::new(Liar { lie, rows: Mutex::default() })?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("storage_cursor::"));
    let failed = tests.filter(|test| test.failure(&subject).is_some());
    failed.map(|test| test.name.trim_start_matches("storage_cursor::")).collect()
}

#[test]
fn without_a_lie_they_conform() {
    for honest in [Lie::None, Lie::Modest] {
        assert_eq!(failures(honest), [""; 0]);
    }
}

#[test]
fn each_lie_is_found_out_by_the_test_that_is_for_it() {
    const RANGES: &str = "every_small_range_agrees_with_a_model";
    const PREFIXES: &str = "one_over_a_prefix_gives_what_begins_with_it";
    const MOVES: &str = "one_that_is_moved_goes_on_where_it_should";
    const KEYS: &str = "one_without_values_gives_every_key";
    for (lie, test) in [
        (Lie::Forward, RANGES),
        (Lie::Forward, PREFIXES),
        (Lie::LosesTheFirst, RANGES),
        (Lie::TakesTheEnd, RANGES),
        (Lie::LeavesTheTable, RANGES),
        (Lie::LeavesTheTable, PREFIXES),
        (Lie::CutsBounds, RANGES),
        (Lie::Stays, MOVES),
        (Lie::MovesTooFar, MOVES),
        (Lie::ForgetsTheRange, MOVES),
        (Lie::OnlyAhead, MOVES),
        (Lie::LosesKeys, KEYS),
        (Lie::MakesUpValues, KEYS),
    ] {
        let failed = failures(lie);
        assert!(failed.contains(&test), "{test} finds nothing; {failed:?} do");
    }
}
