//! Work that is written down: by seed, from one thread by turns, or from several beside each other.

use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::threads::together;
use crate::history::client::{Client, Place, KEYS};
use crate::history::record::{History, Unit};
use sochdb_plugin_host::sdk::{StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The parts of a storage that a history may use.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    transactions: bool,
    snapshots: bool,
    batches: bool,
    expects: bool,
    serializable: bool,
    /// Whether a plain write is done beside an open transaction, and does not wait for it.
    writes_beside: bool,
}

impl Parts {
    pub(crate) fn of(storage: &Storage) -> Self {
        let described = storage.describe();
        let one = [Write::Delete { table: 0, key: b"none" }];
        // One that changes three rows expects as much of them.
        let takes = described.max_batch.is_none_or(|most| most >= 6);
        Self {
            transactions: described.transactions,
            snapshots: storage.reader().is_ok(),
            batches: takes && storage.write_batch(&one, &Default::default()).is_ok(),
            expects: takes && described.expects,
            serializable: described.serializable,
            writes_beside: true,
        }
    }

    /// Whether something sees one state.
    pub(crate) fn has_any(self) -> bool {
        self.transactions || self.snapshots
    }

    /// The keys that one plain call changes.
    fn keys(self, random: &mut Random) -> Vec<u8> {
        let first = random.below(KEYS.into()) as u8;
        let all = [first, (first + 1) % KEYS, (first + 2) % KEYS];
        all[..if self.batches { 1 + random.below(3) as usize } else { 1 }].to_vec()
    }
}

fn checked(units: Vec<Unit>, parts: Parts) -> Result<(), NotPassed> {
    History::new(units).check(parts.serializable).map_err(|anomaly| NotPassed::Failed(anomaly.to_string()))
}

/// Lets several that are open at once make a step by turns, so that what a seed finds once, it finds again.
pub(crate) fn by_turns(
    storage: &Storage,
    parts: &mut Parts,
    number: u16,
    random: &mut Random,
) -> Result<(), NotPassed> {
    let place = Place::new(storage, number);
    let (mut open, mut units): (Vec<Client>, Vec<Unit>) = Default::default();
    let options = TransactionOptions::new().with_wait(Duration::ZERO);
    for _ in 0..60 {
        if open.len() < 4 && random.below(3) == 0 {
            match random.below(4) {
                0 if parts.writes_beside => {
                    let unit = place.append_plainly(0, &parts.keys(random), false)?;
                    parts.writes_beside = unit.committed().is_some();
                    units.push(unit);
                }
                1 if parts.snapshots => open.push(place.snapshot(0)?),
                _ if parts.transactions => open.extend(place.begin(0, &options)?),
                _ => {}
            }
        }
        if open.is_empty() {
            continue;
        }
        let turn = random.below(open.len() as u64) as usize;
        let key = random.below(KEYS.into()) as u8;
        let client = &mut open[turn];
        let goes_on = match random.below(8) {
            0..=2 => client.get(&place, key)?,
            3 => client.scan(&place)?,
            4..=5 if client.is_transaction() => client.append(&place, key)?,
            6 | 7 => false,
            _ => true,
        };
        if !goes_on {
            units.push(open.swap_remove(turn).end(&place, random.below(5) > 0)?);
        }
    }
    for client in open {
        units.push(client.end(&place, true)?);
    }
    units.push(place.read_last()?);
    checked(units, *parts)
}

/// Lets threads work at the same time.
pub(crate) fn beside_each_other(storage: &Storage, parts: Parts, number: u16, seed: u64) -> Result<(), NotPassed> {
    const THREADS: usize = 4;
    const EACH: usize = 25;
    let place = Place::new(storage, number);
    let units = Mutex::new(Vec::new());
    // Two plain calls that read and then write are no one call.
    let alone = Mutex::new(());
    let work = |thread: usize| {
        let mut random = Random::new(seed ^ (thread as u64 + 1) << 32);
        for _ in 0..EACH {
            let unit = match random.below(4) {
                0 if parts.snapshots => Some(reads(&place, place.snapshot(thread)?, &mut random)?),
                1 if parts.expects => Some(place.append_plainly(thread, &parts.keys(&mut random), true)?),
                _ if parts.transactions => writes(&place, thread, &mut random)?,
                _ => {
                    let _alone = alone.lock().unwrap_or_else(PoisonError::into_inner);
                    Some(place.append_plainly(thread, &parts.keys(&mut random), parts.expects)?)
                }
            };
            units.lock().unwrap_or_else(PoisonError::into_inner).extend(unit);
        }
        Ok(())
    };
    together(THREADS, work)?;
    let mut units = units.into_inner().unwrap_or_else(PoisonError::into_inner);
    units.push(place.read_last()?);
    checked(units, parts)
}

/// Lets others go on between two steps.
fn others(random: &mut Random) {
    match random.below(8) {
        0 => std::thread::sleep(Duration::from_micros(random.below(100))),
        1..=3 => std::thread::yield_now(),
        _ => {}
    }
}

fn reads(place: &Place<'_>, mut client: Client, random: &mut Random) -> Result<Unit, NotPassed> {
    for _ in 0..3 {
        let _ = if random.below(2) == 0 {
            client.scan(place)?
        } else {
            client.get(place, random.below(KEYS.into()) as u8)?
        };
        others(random);
    }
    client.end(place, true)
}

/// A transaction of some steps; None if it could not begin.
fn writes(place: &Place<'_>, thread: usize, random: &mut Random) -> Result<Option<Unit>, NotPassed> {
    let options = TransactionOptions::new().with_wait(Duration::from_millis(200));
    let Some(mut client) = place.begin(thread, &options)? else { return Ok(None) };
    let mut goes_on = true;
    for _ in 0..1 + random.below(4) {
        let key = random.below(KEYS.into()) as u8;
        goes_on = goes_on
            && match random.below(5) {
                0 | 1 => client.get(place, key)?,
                2 => client.scan(place)?,
                _ => client.append(place, key)?,
            };
        others(random);
    }
    client.end(place, goes_on && random.below(6) > 0).map(Some)
}
