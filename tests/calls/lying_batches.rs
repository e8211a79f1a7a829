//! Batches that break their promises: the suite finds each of them out.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, StorageProperties};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    None,
    /// A range takes the row of its end with it.
    TakesTheEnd,
    /// A range without an end takes nothing.
    TakesNothing,
    /// A range takes the rows of other tables with it.
    TakesOtherTables,
    /// Ranges go behind all other writes.
    TakesLast,
    /// Others see the rows of a range go.
    TakesInSight,
    /// The beginning of a value is taken for the value.
    ExpectsTheBeginning,
    /// No value is as good as an empty one.
    ExpectsAnything,
    /// What is expected is of the place where it stands.
    ExpectsInOrder,
    /// What stands before what is not so is applied.
    KeepsHalf,
    /// Others write between what is expected and the writes.
    LetsOthersIn,
    /// What is described is not there.
    Boasts,
    /// What is there is not described.
    Silent,
}

type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;

struct Liar {
    lie: Lie,
    rows: Mutex<Rows>,
}

impl Liar {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_range(&self, at: &(TableId, Vec<u8>), table: TableId, start: &[u8], end: &[u8]) -> bool {
        let before_end = match end {
            [] => self.lie != Lie::TakesNothing,
            end => &at.1[..] < end || (self.lie == Lie::TakesTheEnd && at.1 == end),
        };
        (at.0 == table || self.lie == Lie::TakesOtherTables) && &at.1[..] >= start && before_end
    }

    fn is_so(&self, rows: &Rows, write: &Write<'_>) -> bool {
        let get = |table, key: &[u8]| rows.get(&(table, key.to_vec())).map(Vec::as_slice);
        match *write {
            Write::Expect { table, key, value } => match (get(table, key), self.lie) {
                (Some(found), Lie::ExpectsTheBeginning) => found.starts_with(value),
                (None, Lie::ExpectsAnything) => value.is_empty(),
                (found, _) => found == Some(value),
            },
            Write::ExpectAbsent { table, key } => get(table, key).is_none(),
            _ => true,
        }
    }

    fn apply(&self, rows: &mut Rows, write: &Write<'_>) {
        match *write {
            Write::Put { table, key, value } => drop(rows.insert((table, key.to_vec()), value.to_vec())),
            Write::Delete { table, key } => drop(rows.remove(&(table, key.to_vec()))),
            Write::DeleteRange { table, start, end } => rows.retain(|at, _| !self.in_range(at, table, start, end)),
            _ => {}
        }
    }
}

impl Extension for Liar {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("liar", "1.0.0")
    }
}

impl StorageExtension for Liar {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        self.rows().get(&(table, key.to_vec())).map_or(Ok(false), |found| value.write(found).map(|()| true))
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
        let all = self.rows();
        let inside = |key: &[u8]| key >= start && (end.is_empty() || key < end);
        let found = all.iter().filter(|((at, key), _)| *at == table && inside(key)).take(limit);
        found.into_iter().try_for_each(|((_, key), value)| rows.push(key, value))
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn describe(&self) -> StorageProperties {
        match self.lie {
            Lie::Silent => StorageProperties::new(),
            _ => StorageProperties::new().deleting_ranges().expecting(),
        }
    }
    fn write_batch(&self, writes: &[Write<'_>], _: &BatchOptions) -> Result<()> {
        let conflict = || Err(Error::new(ErrorKind::Conflict, "a row is not as the batch expects it"));
        let is_range = |write: &&Write<'_>| matches!(write, Write::DeleteRange { .. });
        let mut rows = self.rows();
        match self.lie {
            Lie::Boasts if writes.iter().any(|write| is_range(&write)) => return Err(Error::unsupported("a range")),
            Lie::ExpectsInOrder => {
                let mut changed = rows.clone();
                for write in writes {
                    if !self.is_so(&changed, write) {
                        return conflict();
                    }
                    self.apply(&mut changed, write);
                }
                *rows = changed;
                return Ok(());
            }
            Lie::KeepsHalf => {
                for write in writes {
                    if !self.is_so(&rows, write) {
                        return conflict();
                    }
                    self.apply(&mut rows, write);
                }
                return Ok(());
            }
            _ => {}
        }
        if !writes.iter().all(|write| self.is_so(&rows, write)) {
            return conflict();
        }
        if self.lie == Lie::LetsOthersIn {
            drop(rows);
            std::thread::sleep(std::time::Duration::from_micros(100));
            rows = self.rows();
        }
        for write in writes.iter().filter(|write| self.lie != Lie::TakesLast || !is_range(write)) {
            self.apply(&mut rows, write);
            if self.lie == Lie::TakesInSight {
                drop(rows);
                std::thread::yield_now();
                rows = self.rows();
            }
        }
        if self.lie == Lie::TakesLast {
            writes.iter().filter(is_range).for_each(|write| self.apply(&mut rows, write));
        }
        Ok(())
    }
}

/// The tests of batches that fail on the lie.
fn failures(lie: Lie) -> Vec<&'static str> {
    let make = move |_: &str| Ok(Storage::new(Liar { lie, rows: Mutex::default() })?.into());
    let subject = Subject::linked(make, "").expect("a storage");
    let of_batches = tests_for(&subject).filter(|test| test.name.starts_with("storage_batch::"));
    of_batches.filter(|test| test.failure(&subject).is_some()).map(|test| test.name).collect()
}

#[test]
fn batches_that_break_a_promise_are_found_out() {
    for (lie, by) in [
        (Lie::TakesTheEnd, "storage_batch::a_range_goes_and_nothing_else"),
        (Lie::TakesNothing, "storage_batch::a_range_goes_and_nothing_else"),
        (Lie::TakesOtherTables, "storage_batch::a_range_goes_and_nothing_else"),
        (Lie::TakesLast, "storage_batch::a_range_goes_at_its_place_in_the_order"),
        (Lie::TakesInSight, "storage_batch::a_range_is_never_seen_half"),
        (Lie::ExpectsTheBeginning, "storage_batch::what_is_not_as_expected_changes_nothing"),
        (Lie::ExpectsAnything, "storage_batch::what_is_not_as_expected_changes_nothing"),
        (Lie::ExpectsInOrder, "storage_batch::what_is_expected_is_of_before_the_batch"),
        (Lie::KeepsHalf, "storage_batch::what_is_not_as_expected_changes_nothing"),
        (Lie::LetsOthersIn, "storage_batch::no_update_of_many_threads_is_lost"),
        (Lie::Boasts, "storage_batch::they_have_what_is_described"),
        (Lie::Silent, "storage_batch::they_have_what_is_described"),
    ] {
        let failed = failures(lie);
        assert!(failed.contains(&by), "{lie:?} fails {failed:?}, not {by}");
    }
}

#[test]
fn an_honest_one_conforms() {
    assert_eq!(failures(Lie::None), [""; 0]);
}
