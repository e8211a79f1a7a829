//! Histories by hand: each anomaly, and what is nearly one.

use super::anomaly::Name;
use super::record::{Element, End, History, Key, Kind, Operation, Unit};

/// A unit whose calls are at these times: `begun`, one for each operation, and the end.
struct Made(Unit, u64);

fn unit(kind: Kind, begun: u64) -> Made {
    Made(Unit::new(kind, 0, (begun, begun)), begun)
}

fn transaction(begun: u64) -> Made {
    unit(Kind::Transaction, begun)
}

impl Made {
    fn at(mut self, time: u64) -> Self {
        self.1 = time;
        self
    }

    fn get(mut self, key: Key, value: &[Element]) -> Self {
        let at = (self.1, self.1);
        self.0.operations.push(Operation::Read { key, value: value.to_vec(), by_range: false, at });
        self
    }

    fn scan(mut self, key: Key, value: &[Element]) -> Self {
        let at = (self.1, self.1);
        self.0.operations.push(Operation::Read { key, value: value.to_vec(), by_range: true, at });
        self
    }

    /// Reads what is there, and appends to it.
    fn append(self, key: Key, value: &[Element], element: Element) -> Self {
        let mut made = self.get(key, value);
        made.0.operations.push(Operation::Append { key, element });
        made
    }

    fn commit(mut self, at: u64) -> Unit {
        self.0.end = End::Committed((at, at));
        self.0
    }

    fn abort(self) -> Unit {
        self.0
    }
}

/// What is there when all have ended.
fn last(zero: &[Element], one: &[Element]) -> Unit {
    unit(Kind::Plain, 100).get(0, zero).get(1, one).commit(101)
}

fn found(units: Vec<Unit>) -> Option<Name> {
    History::new(units).check(false).err().map(|anomaly| anomaly.name)
}

fn found_if_serializable(units: Vec<Unit>) -> Option<Name> {
    History::new(units).check(true).err().map(|anomaly| anomaly.name)
}

#[test]
fn an_aborted_read() {
    let writer = || transaction(1).append(0, &[], 7);
    let reader = || transaction(10).get(0, &[7]).commit(11);
    assert_eq!(found(vec![writer().abort(), reader()]), Some(Name::AbortedRead));
    assert_eq!(found(vec![writer().commit(5), reader()]), None);
}

#[test]
fn a_read_of_what_nobody_wrote() {
    assert_eq!(found(vec![transaction(1).get(0, &[7]).commit(2)]), Some(Name::GarbageRead));
    let writer = || transaction(1).append(0, &[], 7).commit(2);
    assert_eq!(found(vec![writer(), transaction(5).get(0, &[7, 7]).commit(6)]), Some(Name::GarbageRead));
    assert_eq!(found(vec![writer(), transaction(5).get(1, &[7]).commit(6)]), Some(Name::GarbageRead));
    assert_eq!(found(vec![writer(), transaction(5).get(0, &[7]).commit(6)]), None);
}

#[test]
fn an_intermediate_read() {
    let writer = || transaction(1).append(0, &[], 7).append(0, &[7], 8).commit(2);
    assert_eq!(found(vec![writer(), transaction(5).get(0, &[7]).commit(6)]), Some(Name::IntermediateRead));
    assert_eq!(found(vec![writer(), transaction(5).get(0, &[7, 8]).commit(6)]), None);
}

#[test]
fn a_dirty_read() {
    let writer = |commit| transaction(1).append(0, &[], 7).commit(commit);
    let reader = || unit(Kind::Plain, 3).get(0, &[7]).commit(4);
    assert_eq!(found(vec![writer(9), reader()]), Some(Name::DirtyRead));
    assert_eq!(found(vec![writer(2), reader()]), None);
}

#[test]
fn an_own_write_missed() {
    assert_eq!(found(vec![transaction(1).append(0, &[], 7).get(0, &[]).commit(2)]), Some(Name::OwnWriteMissed));
    assert_eq!(found(vec![transaction(1).append(0, &[], 7).get(0, &[7]).commit(2)]), None);
}

#[test]
fn a_snapshot_taken_late() {
    let writer = || transaction(3).append(0, &[], 7).commit(4);
    for kind in [Kind::Transaction, Kind::Snapshot] {
        assert_eq!(found(vec![writer(), unit(kind, 1).at(6).get(0, &[7]).commit(8)]), Some(Name::LateSnapshot));
        assert_eq!(found(vec![writer(), unit(kind, 1).at(6).get(0, &[]).commit(8)]), None);
        assert_eq!(found(vec![writer(), unit(kind, 5).at(6).get(0, &[7]).commit(8)]), None);
    }
}

/// One whose commit is under way when the others begin: they may see it, or not.
fn slow_writer() -> Unit {
    let mut writer = transaction(1).append(0, &[], 7).append(1, &[], 8).commit(2);
    writer.end = End::Committed((2, 90));
    writer
}

#[test]
fn a_non_repeatable_read_and_a_phantom() {
    let reader = || transaction(10).get(0, &[]);
    assert_eq!(found(vec![slow_writer(), reader().get(0, &[7]).commit(12)]), Some(Name::NonRepeatableRead));
    assert_eq!(found(vec![slow_writer(), reader().scan(0, &[7]).commit(12)]), Some(Name::Phantom));
    assert_eq!(found(vec![slow_writer(), reader().scan(0, &[]).commit(12)]), None);
}

#[test]
fn a_stale_read() {
    let writer = |commit| transaction(1).append(0, &[], 7).commit(commit);
    let reader = || transaction(5).get(0, &[]).commit(6);
    assert_eq!(found(vec![writer(2), reader()]), Some(Name::StaleRead));
    assert_eq!(found(vec![writer(8), reader()]), None);
}

#[test]
fn a_lost_update() {
    let first = || transaction(1).append(0, &[], 7).commit(5);
    let second = || transaction(2).append(0, &[], 8);
    assert_eq!(found(vec![first(), second().commit(6)]), Some(Name::LostUpdate));
    assert_eq!(found(vec![first(), second().abort()]), None);
    assert_eq!(found(vec![first(), transaction(6).append(0, &[7], 8).commit(9)]), None);
}

#[test]
fn a_dirty_write() {
    // Two whose commits mix: one wins in one key, the other one in the other.
    let writers = |zero: [Element; 2]| {
        let mut units = vec![transaction(1), transaction(1)];
        for (made, element) in units.iter_mut().zip([10, 20]) {
            for key in 0..2 {
                made.0.operations.push(Operation::Append { key, element: element + u32::from(key) });
            }
        }
        let mut units: Vec<Unit> = units.into_iter().map(|made| made.commit(5)).collect();
        units.push(unit(Kind::Plain, 20).get(0, &zero).get(1, &[11, 21]).commit(21));
        units
    };
    assert_eq!(found(writers([20, 10])), Some(Name::DirtyWrite));
    assert_eq!(found(writers([10, 20])), None);
}

#[test]
fn two_orders_of_one_key() {
    let mut units = vec![transaction(1), transaction(1)];
    for (made, element) in units.iter_mut().zip([10, 20]) {
        made.0.operations.push(Operation::Append { key: 0, element });
    }
    let mut units: Vec<Unit> = units.into_iter().map(|made| made.commit(5)).collect();
    units.push(unit(Kind::Snapshot, 20).get(0, &[10, 20]).commit(21));
    assert_eq!(found(units.clone()), None);
    units.push(unit(Kind::Snapshot, 30).get(0, &[20, 10]).commit(31));
    assert_eq!(found(units), Some(Name::DirtyWrite));
}

#[test]
fn a_circular_information_flow() {
    let pair = |seen: &[Element]| {
        let mut units = vec![
            transaction(1).append(0, &[], 7).get(1, &[8]).commit(5),
            transaction(1).append(1, &[], 8).get(0, seen).commit(5),
        ];
        for unit in &mut units {
            // Both commit for a long time: neither is late.
            (unit.began, unit.end) = ((0, 50), End::Committed((0, 50)));
        }
        units
    };
    assert_eq!(found(pair(&[7])), Some(Name::CircularInformationFlow));
    assert_eq!(found(pair(&[])), None);
}

#[test]
fn a_read_skew() {
    let reader = |one: &[Element]| transaction(10).get(0, &[]).get(1, one).commit(12);
    assert_eq!(found(vec![slow_writer(), reader(&[8]), last(&[7], &[8])]), Some(Name::ReadSkew));
    assert_eq!(found(vec![slow_writer(), reader(&[]), last(&[7], &[8])]), None);
}

#[test]
fn a_long_fork() {
    // Each commit is under way while both read.
    let writer = |key, element| {
        let mut writer = transaction(1).append(key, &[], element).commit(2);
        writer.end = End::Committed((2, 90));
        writer
    };
    let reader = |zero: &[Element], one: &[Element]| unit(Kind::Snapshot, 10).get(0, zero).get(1, one).commit(12);
    let fork = |last: &[Element]| vec![writer(0, 7), writer(1, 8), reader(&[7], &[]), reader(last, &[8])];
    assert_eq!(found(fork(&[])), Some(Name::LongFork));
    assert_eq!(found(fork(&[7])), None);
}

#[test]
fn a_write_skew_breaks_only_what_is_serializable() {
    let skew = |kind| {
        let one = unit(kind, 1).get(1, &[]).append(0, &[], 7).commit(5);
        vec![one, unit(kind, 1).get(0, &[]).append(1, &[], 8).commit(5), last(&[7], &[8])]
    };
    assert_eq!(found_if_serializable(skew(Kind::Transaction)), Some(Name::WriteSkew));
    assert_eq!(found_if_serializable(skew(Kind::Plain)), None);
    assert_eq!(found(skew(Kind::Transaction)), None);
    let one = || transaction(1).get(1, &[]).append(0, &[], 7).commit(5);
    let other = transaction(6).get(0, &[7]).append(1, &[], 8).commit(9);
    assert_eq!(found_if_serializable(vec![one(), other, last(&[7], &[8])]), None);
}

#[test]
fn what_is_told_names_all_who_took_part() {
    let units = vec![slow_writer(), transaction(10).get(0, &[]).get(1, &[8]).commit(12), last(&[7], &[8])];
    let anomaly = History::new(units).check(false).expect_err("a read skew").to_string();
    for part in [
        "read skew (G-single): ",
        "T1 read 8 in k1, which T0 had appended",
        "T1 read k0 before T0 appended 7",
        "T0 is a transaction",
        "against `begin_txn`",
    ] {
        assert!(anomaly.contains(part), "{part}: {anomaly}");
    }
}
