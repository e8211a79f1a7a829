//! Tests of transactions that make their steps in a fixed order, one for each anomaly, as Hermitage does (Kleppmann, 2014): every
//! read is that of the transaction's beginning, and of two that change a row the second one does not commit.

use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::fuzz::run::run_all;
use crate::fuzz::storage::operation::{BatchWrite, By, Range, StorageOperation};
use sochdb_plugin_host::sdk::StorageExtension;

/// The tests, each with its steps behind those that put the first rows.
macro_rules! schedules {
    ($($(#[$text:meta])* $name:ident: [$($step:expr),+ $(,)?];)+) => {
        suite!(Storage, "storage_schedule": $($name),+);
        $($(#[$text])* fn $name(subject: &Subject) -> Result<(), NotPassed> {
            run(subject, &[$($step),+])
        })+
    };
}

const ONE: By = By::Transaction(0);
const TWO: By = By::Transaction(1);
const THREE: By = By::Transaction(2);
const PLAINLY: By = By::Storage;

schedules! {
    /// G0: writes of two do not mix.
    no_dirty_write: [
        begin(0), begin(1), put(ONE, "a", 11), put(TWO, "a", 12), put(ONE, "b", 21), commit(0), scan(PLAINLY),
        put(TWO, "b", 22), commit(1), scan(PLAINLY),
    ];
    /// G1a: what is aborted is never read.
    no_aborted_read: [
        begin(0), begin(1), put(ONE, "a", 11), delete(ONE, "b"), scan(TWO), get(TWO, "a"), scan(PLAINLY), abort(0), scan(TWO),
        get(TWO, "b"), commit(1), scan(PLAINLY),
    ];
    /// G1b: what is replaced before the commit is never read.
    no_intermediate_read: [
        begin(0), begin(1), put(ONE, "a", 11), scan(TWO), scan(PLAINLY), put(ONE, "a", 12), commit(0), scan(TWO), commit(1),
        scan(PLAINLY),
    ];
    /// G1c: two do not read each other's writes.
    no_circular_information_flow: [
        begin(0), begin(1), put(ONE, "a", 11), put(TWO, "b", 22), get(ONE, "b"), get(TWO, "a"), commit(0), commit(1),
        scan(PLAINLY),
    ];
    /// OTV: what is seen of a commit does not vanish.
    no_observed_transaction_vanishes: [
        begin(0), begin(1), put(ONE, "a", 11), put(ONE, "b", 21), put(TWO, "a", 12), commit(0), begin(2), get(THREE, "a"),
        put(TWO, "b", 22), get(THREE, "b"), commit(1), get(THREE, "b"), get(THREE, "a"), commit(2), scan(PLAINLY),
    ];
    /// PMP: a range that is read again has no new rows, and lacks none.
    no_phantom: [
        begin(0), scan(ONE), begin(1), put(TWO, "aa", 30), delete(TWO, "b"), commit(1), scan(ONE), get(ONE, "aa"), get(ONE, "b"),
        put(PLAINLY, "ab", 31), scan(ONE), commit(0), scan(PLAINLY),
    ];
    /// P4: of two that read a row and change it, one commits.
    no_lost_update: [
        begin(0), begin(1), get(ONE, "a"), get(TWO, "a"), put(ONE, "a", 11), put(TWO, "a", 12), commit(0), commit(1),
        scan(PLAINLY),
    ];
    /// P4, where the first one removes the row, or puts one that was not there.
    no_update_of_a_removed_row_is_lost: [
        begin(0), begin(1), get(ONE, "a"), get(TWO, "a"), delete(ONE, "a"), put(TWO, "a", 12), commit(0), commit(1),
        begin(0), begin(1), get(ONE, "c"), get(TWO, "c"), put(ONE, "c", 31), put(TWO, "c", 32), commit(1), commit(0),
        scan(PLAINLY),
    ];
    /// P4, where the other one is no transaction: a put, a batch, a range that goes.
    no_plain_write_is_lost: [
        begin(0), get(ONE, "a"), put(PLAINLY, "a", 12), put(ONE, "a", 11), commit(0), scan(PLAINLY),
        begin(0), get(ONE, "a"), delete(PLAINLY, "a"), put(ONE, "a", 11), commit(0), scan(PLAINLY),
        begin(0), get(ONE, "b"), batch(), put(ONE, "b", 11), commit(0), scan(PLAINLY),
        begin(0), get(ONE, "b"), StorageOperation::DropTable { table: 1 }, put(ONE, "b", 11), commit(0), scan(PLAINLY),
    ];
    /// G-single: two rows are read as they were at one moment.
    no_read_skew: [
        begin(0), get(ONE, "a"), begin(1), get(TWO, "a"), put(TWO, "a", 12), put(TWO, "b", 22), commit(1), get(ONE, "b"),
        commit(0), scan(PLAINLY),
    ];
    /// A transaction that read nothing yet does not see what was committed after it began.
    no_late_snapshot: [
        begin(0), begin(1), put(TWO, "a", 12), delete(TWO, "b"), commit(1), get(ONE, "a"), get(ONE, "b"), scan(ONE), commit(0),
        begin(0), put(PLAINLY, "c", 33), scan(ONE), get(ONE, "c"), commit(0),
    ];
    /// A transaction sees its own writes: replaced, removed, put again.
    own_writes_are_seen: [
        begin(0), put(ONE, "a", 11), get(ONE, "a"), delete(ONE, "a"), get(ONE, "a"), scan(ONE), put(ONE, "a", 12), get(ONE, "a"),
        delete(ONE, "b"), put(ONE, "c", 31), scan(ONE), delete(ONE, "c"), get(ONE, "c"), scan(ONE), scan(PLAINLY), commit(0),
        scan(PLAINLY),
    ];
    /// A reader beside transactions stays as it was.
    a_reader_sees_no_later_commit: [
        begin(0), put(ONE, "a", 11), open(0), delete(ONE, "b"), commit(0), open(1), walk(0), walk(1), begin(0), put(ONE, "c", 31),
        open(2), abort(0), walk(2), walk(0), put(PLAINLY, "a", 13), walk(1), walk(2), get(By::Reader(0), "a"),
    ];
}

fn run(subject: &Subject, steps: &[StorageOperation]) -> Result<(), NotPassed> {
    if !subject.instance()?.storage()?.describe().transactions {
        skip!("there are no transactions");
    }
    let first = [put(PLAINLY, "a", 10), put(PLAINLY, "b", 20)];
    run_all(subject, &[&first[..], steps].concat(), None, &mut |_| {})
}

fn begin(at: usize) -> StorageOperation {
    StorageOperation::Begin(at)
}

fn commit(at: usize) -> StorageOperation {
    StorageOperation::Commit(at)
}

fn abort(at: usize) -> StorageOperation {
    StorageOperation::Abort(at)
}

fn open(at: usize) -> StorageOperation {
    StorageOperation::OpenReader(at)
}

fn all() -> Range {
    Range { table: 1, start: Vec::new(), end: Vec::new() }
}

fn walk(reader: usize) -> StorageOperation {
    StorageOperation::Walk { reader, range: all(), reverse: false, seek: None }
}

fn scan(by: By) -> StorageOperation {
    StorageOperation::Scan { by, range: all(), limit: usize::MAX }
}

fn get(by: By, key: &str) -> StorageOperation {
    StorageOperation::Get { by, table: 1, key: key.into() }
}

fn put(by: By, key: &str, value: u8) -> StorageOperation {
    StorageOperation::Put { by, table: 1, key: key.into(), value: vec![value] }
}

fn delete(by: By, key: &str) -> StorageOperation {
    StorageOperation::Delete { by, table: 1, key: key.into() }
}

/// A batch that changes `b`, and expects nothing.
fn batch() -> StorageOperation {
    let (table, key) = (1, b"b".to_vec());
    StorageOperation::Batch(vec![BatchWrite::Put { table, key, value: vec![22] }])
}
