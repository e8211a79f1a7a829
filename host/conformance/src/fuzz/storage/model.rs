//! The model of a storage, which does what the contract says: the rows as they are, as each reader and transaction sees them, and what may be refused.

use crate::fuzz::expected::{Answer, Expected, Row};
use crate::fuzz::storage::operation::{fill_key, BatchWrite, By, Range, StorageOperation, OPEN};
use sochdb_plugin_host::sdk::abi::{SOCH_LEAST_MAX_KEY, SOCH_LEAST_MAX_VALUE};
use sochdb_plugin_host::sdk::ErrorKind;
use std::collections::{BTreeMap, BTreeSet};

/// The rows of all tables.
type Rows = BTreeMap<(u32, Vec<u8>), Vec<u8>>;
/// A row's place.
type Place = (u32, Vec<u8>);

/// Others may be in the way, where others are.
const LATE: [ErrorKind; 2] = [ErrorKind::Conflict, ErrorKind::Busy];
const OPTIONAL: [ErrorKind; 1] = [ErrorKind::Unsupported];

#[derive(Default)]
pub(crate) struct Model {
    rows: Rows,
    /// The number of accepted calls that may change rows, and of the one that last changed each row.
    changes: u64,
    changed: BTreeMap<Place, u64>,
    readers: [Option<Rows>; OPEN],
    transactions: [Option<Transaction>; OPEN],
}

/// A transaction as it sees the rows.
struct Transaction {
    began_at: u64,
    rows: Rows,
    wrote: BTreeSet<Place>,
    /// Whether it called for any write, be it one that changed nothing.
    writes: bool,
    /// The rows as it saw them, and those it had written, at each savepoint.
    saved: Vec<(Rows, BTreeSet<Place>)>,
}

fn inside(range: &Range, place: &Place) -> bool {
    place.0 == range.table && place.1 >= range.start && (range.end.is_empty() || place.1 < range.end)
}

fn of_range(rows: &Rows, range: &Range) -> Vec<Row> {
    let all = rows.range((range.table, range.start.clone())..).take_while(|(place, _)| inside(range, place));
    all.map(|((_, key), value)| (key.clone(), value.clone())).collect()
}

/// The expectation where a key, and perhaps a value, may be more than a storage takes.
fn of_size(expected: Expected, key: &[u8], value: &[u8]) -> Expected {
    let long = key.len() as u64 > SOCH_LEAST_MAX_KEY || value.len() as u64 > SOCH_LEAST_MAX_VALUE;
    expected.or(long, &[ErrorKind::Limit]).or(key.is_empty(), &[ErrorKind::Invalid])
}

impl Model {
    fn any_transaction(&self) -> bool {
        self.transactions.iter().any(Option::is_some)
    }

    fn any_reader(&self) -> bool {
        self.readers.iter().any(Option::is_some)
    }

    /// The rows that are seen; None if that is not open.
    fn seen(&self, by: By) -> Option<&Rows> {
        match by {
            By::Storage | By::Handle => Some(&self.rows),
            By::Reader(at) => self.readers[at].as_ref(),
            By::Transaction(at) => self.transactions[at].as_ref().map(|open| &open.rows),
        }
    }

    /// The expectation of a write, where others may be in its way.
    fn written(&self, by: By) -> Option<Expected> {
        match by {
            By::Transaction(at) => {
                let open = self.transactions[at].as_ref()?;
                Some(Expected::done().or(open.began_at != self.changes || self.others(at), &LATE))
            }
            By::Reader(_) => None,
            _ => Some(Expected::done().or(self.any_transaction(), &LATE)),
        }
    }

    fn others(&self, at: usize) -> bool {
        self.transactions.iter().enumerate().any(|(other, open)| other != at && open.is_some())
    }

    /// Whether another transaction may keep a read inside of one from what it wrote.
    fn may_be_locked(&self, by: By) -> bool {
        matches!(by, By::Transaction(at) if self.others(at))
    }

    fn batch(&self, writes: &[BatchWrite]) -> Expected {
        let as_expected = writes.iter().all(|write| match write {
            BatchWrite::Expect { table, key, value } => self.rows.get(&(*table, key.clone())) == Some(value),
            BatchWrite::ExpectAbsent { table, key } => !self.rows.contains_key(&(*table, key.clone())),
            _ => true,
        });
        let mut expected = if as_expected { Expected::done() } else { Expected::refused(&[ErrorKind::Conflict]) };
        for write in writes {
            expected = match write {
                BatchWrite::Put { key, value, .. } => of_size(expected, key, value),
                BatchWrite::Delete { key, .. }
                | BatchWrite::Expect { key, .. }
                | BatchWrite::ExpectAbsent { key, .. } => of_size(expected, key, b""),
                BatchWrite::DeleteRange { .. } => expected,
            };
        }
        let expected = expected.or(true, &OPTIONAL).or(writes.len() > 1, &[ErrorKind::Limit]);
        expected.or(self.any_transaction(), &LATE)
    }

    fn commit(&self, at: usize) -> Option<Expected> {
        let open = self.transactions[at].as_ref()?;
        let lost = open.wrote.iter().any(|place| self.changed.get(place).is_some_and(|at| *at > open.began_at));
        let expected = if lost { Expected::refused(&LATE) } else { Expected::done() };
        Some(expected.or(!lost && open.writes && open.began_at != self.changes, &LATE))
    }

    pub(crate) fn expected(&self, operation: &StorageOperation) -> Option<Expected> {
        match operation {
            StorageOperation::Put { by, key, value, .. } => Some(of_size(self.written(*by)?, key, value)),
            StorageOperation::Delete { by, key, .. } => {
                // A handle has no such call.
                (*by != By::Handle).then_some(())?;
                Some(of_size(self.written(*by)?, key, b""))
            }
            StorageOperation::Get { by, table, key } => {
                let value = self.seen(*by)?.get(&(*table, key.clone())).cloned();
                Some(of_size(Expected::answer(Answer::Value(value)).or(self.may_be_locked(*by), &LATE), key, b""))
            }
            StorageOperation::MultiGet { table, keys } => {
                let row = |key: &Vec<u8>| Some((key.clone(), self.rows.get(&(*table, key.clone()))?.clone()));
                let found = Expected::answer(Answer::Rows(keys.iter().filter_map(row).collect()));
                Some(keys.iter().fold(found, |expected, key| of_size(expected, key, b"")))
            }
            StorageOperation::Scan { by, range, limit } => {
                let rows = of_range(self.seen(*by)?, range).into_iter().take(*limit).collect();
                Some(Expected::answer(Answer::Rows(rows)).or(self.may_be_locked(*by), &LATE))
            }
            StorageOperation::Walk { reader, range, reverse, seek } => {
                let mut rows = of_range(self.readers[*reader].as_ref()?, range);
                if *reverse {
                    rows.reverse();
                }
                if let Some(seek) = seek {
                    rows.retain(|(key, _)| if *reverse { key <= seek } else { key >= seek });
                }
                Some(Expected::answer(Answer::Rows(rows)).or(true, &OPTIONAL))
            }
            StorageOperation::Fill { .. } => (!self.any_transaction()).then(Expected::done),
            StorageOperation::Batch(writes) => Some(self.batch(writes)),
            StorageOperation::DropTable { .. } => Some(self.written(By::Storage)?.or(true, &OPTIONAL)),
            StorageOperation::ListTables => {
                let tables: BTreeSet<u64> = self.rows.keys().map(|(table, _)| u64::from(*table)).collect();
                Some(Expected::answer(Answer::Numbers(tables.into_iter().collect())).or(true, &OPTIONAL))
            }
            StorageOperation::Count => {
                Some(Expected::answer(Answer::Numbers(vec![self.rows.len() as u64])).or(true, &OPTIONAL))
            }
            StorageOperation::Flush => Some(Expected::done().or(self.any_transaction(), &[ErrorKind::Busy])),
            StorageOperation::Compact => {
                Some(Expected::done().or(self.any_transaction() || self.any_reader(), &[ErrorKind::Busy]))
            }
            StorageOperation::OpenReader(at) => {
                self.readers[*at].is_none().then(|| Expected::done().or(true, &OPTIONAL))
            }
            StorageOperation::CloseReader(at) => self.readers[*at].is_some().then(Expected::done),
            StorageOperation::Begin(at) => self.transactions[*at]
                .is_none()
                .then(|| Expected::done().or(true, &OPTIONAL).or(self.any_transaction(), &[ErrorKind::Busy])),
            StorageOperation::Commit(at) => self.commit(*at),
            StorageOperation::Abort(at) => self.transactions[*at].is_some().then(Expected::done),
            StorageOperation::Save(at) => {
                self.transactions[*at].is_some().then(|| Expected::done().or(true, &OPTIONAL))
            }
            StorageOperation::RollBack(at) => {
                let open = self.transactions[*at].as_ref()?;
                (!open.saved.is_empty()).then(Expected::done)
            }
            StorageOperation::Reopen => {
                (!self.any_transaction() && !self.any_reader()).then(|| Expected::done().or(true, &OPTIONAL))
            }
        }
    }

    fn set(&mut self, place: Place, value: Option<Vec<u8>>) {
        self.changed.insert(place.clone(), self.changes);
        match value {
            Some(value) => _ = self.rows.insert(place, value),
            None => _ = self.rows.remove(&place),
        }
    }

    fn write(&mut self, by: By, place: Place, value: Option<Vec<u8>>, accepted: bool) {
        match by {
            By::Transaction(at) => {
                let Some(open) = &mut self.transactions[at] else { return };
                // Of one whose write was refused it is not known of what use it is: it is aborted, unless the row was too large.
                open.writes = true;
                if !accepted {
                    self.transactions[at] = None;
                } else if value.is_some() || open.rows.contains_key(&place) {
                    open.wrote.insert(place.clone());
                    match value {
                        Some(value) => _ = open.rows.insert(place, value),
                        None => _ = open.rows.remove(&place),
                    }
                }
            }
            _ if !accepted => {}
            // A key that is not there may be removed without a trace.
            _ if value.is_none() && !self.rows.contains_key(&place) => {}
            _ => self.set(place, value),
        }
    }

    pub(crate) fn apply(&mut self, operation: &StorageOperation, accepted: bool) {
        // Whatever was asked for may be taken for a change.
        self.changes += u64::from(matches!(
            operation,
            StorageOperation::Put { by: By::Storage | By::Handle, .. }
                | StorageOperation::Get { by: By::Handle, .. }
                | StorageOperation::Delete { by: By::Storage, .. }
                | StorageOperation::Fill { .. }
                | StorageOperation::Batch(_)
                | StorageOperation::DropTable { .. }
                | StorageOperation::Commit(_)
        ));
        match operation {
            StorageOperation::Put { by, table, key, value } => {
                self.write(*by, (*table, key.clone()), Some(value.clone()), accepted);
            }
            StorageOperation::Delete { by, table, key } => self.write(*by, (*table, key.clone()), None, accepted),
            StorageOperation::Commit(at) => {
                let Some(open) = self.transactions[*at].take().filter(|_| accepted) else { return };
                for place in open.wrote {
                    let value = open.rows.get(&place).cloned();
                    self.set(place, value);
                }
            }
            StorageOperation::Abort(at) => self.transactions[*at] = None,
            StorageOperation::CloseReader(at) => self.readers[*at] = None,
            _ if !accepted => {}
            StorageOperation::Fill { table, count } => {
                (0..*count).for_each(|number| self.set((*table, fill_key(number)), Some(vec![number as u8])));
            }
            StorageOperation::Batch(writes) => writes.iter().for_each(|write| self.batch_write(write)),
            StorageOperation::DropTable { table } => {
                self.delete_range(&Range { table: *table, start: vec![], end: vec![] })
            }
            StorageOperation::OpenReader(at) => self.readers[*at] = Some(self.rows.clone()),
            StorageOperation::Begin(at) => {
                let (began_at, rows) = (self.changes, self.rows.clone());
                let wrote = BTreeSet::new();
                self.transactions[*at] = Some(Transaction { began_at, rows, wrote, writes: false, saved: Vec::new() });
            }
            StorageOperation::Save(at) => {
                let Some(open) = &mut self.transactions[*at] else { return };
                open.saved.push((open.rows.clone(), open.wrote.clone()));
            }
            StorageOperation::RollBack(at) => {
                let Some(open) = &mut self.transactions[*at] else { return };
                let Some(saved) = open.saved.pop() else { return };
                (open.rows, open.wrote) = saved;
            }
            _ => {}
        }
    }

    fn batch_write(&mut self, write: &BatchWrite) {
        match write {
            BatchWrite::Put { table, key, value } => self.set((*table, key.clone()), Some(value.clone())),
            BatchWrite::Delete { table, key } => self.write(By::Storage, (*table, key.clone()), None, true),
            BatchWrite::DeleteRange { table, start, end } => {
                self.delete_range(&Range { table: *table, start: start.clone(), end: end.clone() });
            }
            BatchWrite::Expect { .. } | BatchWrite::ExpectAbsent { .. } => {}
        }
    }

    fn delete_range(&mut self, range: &Range) {
        let gone: Vec<Place> = self.rows.keys().filter(|place| inside(range, place)).cloned().collect();
        gone.into_iter().for_each(|place| self.set(place, None));
    }
}
