//! Tests of an index that grows beside other calls, to sizes at which it makes its tables anew and cuts its blocks: nothing that
//! was there before is missing from what the calls find, save and flush.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::index::basics::{build, fill, rows_of, see};
use crate::index::metric::{far, is_exact, tells};
use crate::inputs::keys::Keys;
use crate::inputs::waiting_call::ask_waiting;
use sochdb_plugin_host::sdk::{DistanceMetric, Error, Exactness, IndexExtension, RowId, RowIds, Search};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::Mutex;
use std::time::{Duration, Instant};

suite!(Index, "index_growth": ; full:
    what_is_there_is_found_while_more_comes,
    a_range_has_once_what_stays,
    a_save_has_what_was_there_before,
    a_search_has_once_what_stays,
);

/// How long the threads of a test go on.
const LONG: Duration = Duration::from_millis(600);

/// The keys of an index that changes while others look.
pub(crate) fn of_changes(subject: &Subject) -> Result<Keys, NotPassed> {
    let keys = Keys::of(subject)?;
    if !subject.instance()?.index()?.describe().concurrent_changes {
        skip!("changes beside each other are described as not taken");
    }
    Ok(keys)
}

/// Grows a new index for so long, to `most` rows, while two threads look for what is there.
fn grows(subject: &Subject, keys: &[Vec<u8>], until: Instant) -> Result<(), NotPassed> {
    const FIRST: u64 = 4;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let first: Vec<(RowId, Vec<u8>)> = (0..FIRST).zip(keys.iter().cloned()).collect();
    build(index, &first)?;
    let (index, is_seen) = (&*index, !index.describe().visible_after_flush);
    let (there, done) = (AtomicU64::new(FIRST), AtomicBool::new(false));
    let come = || {
        for (row, key) in (0..).zip(keys).skip(FIRST as usize).take_while(|_| Instant::now() < until) {
            index.insert_concurrently(key, row)?;
            if is_seen {
                there.store(row + 1, SeqCst);
            }
        }
        Ok::<(), Error>(())
    };
    together(3, |thread| {
        if thread == 0 {
            let came = come();
            done.store(true, SeqCst);
            return came.must("an insert beside lookups");
        }
        let mut random = subject.random(151 + thread as u64);
        while !done.load(SeqCst) {
            let row = random.below(there.load(SeqCst));
            let found = index.lookup(&keys[row as usize]).must("lookup beside inserts")?;
            ensure!(
                found == [row],
                "row {row} is there, and while rows with other keys come, its key finds {found:?} (SOCH_INDEX_CONCURRENT_CHANGES)"
            );
        }
        Ok(())
    })
}

/// Whatever an index keeps its keys in, is made anew when there are twice as many: often while there are few, and for long
/// when there are many.
fn what_is_there_is_found_while_more_comes(subject: &Subject) -> Result<(), NotPassed> {
    const MANY: usize = 30_000;
    const FEW: usize = 700;
    const BYTES: usize = 16 << 20;
    let keys = of_changes(subject)?;
    needed("lookup", subject.instance()?.index()?.lookup(&keys.key(1)))?;
    let most = MANY.min(BYTES / keys.key(1).len().max(1)).max(FEW);
    // None comes behind all that are there, as the numbers of rows do.
    let scattered = |row: u64| row.wrapping_mul(0x9E37_79B1) & 0xFFFF_FFFF;
    let all: Vec<Vec<u8>> = (0..most as u64).map(|row| keys.key(scattered(row))).collect();
    let until = Instant::now() + LONG;
    grows(subject, &all, Instant::now() + LONG / 3)?;
    for few in [FEW / 5, FEW].into_iter().cycle().take_while(|_| Instant::now() < until) {
        grows(subject, &all[..few], until)?;
    }
    Ok(())
}

/// Sees that the rows of a range, whose numbers are those of their keys, come in order, and none of those is missing that stay.
fn is_whole(found: &[RowId], mut stay: impl Iterator<Item = RowId>) -> Result<(), NotPassed> {
    let wrong = found.windows(2).find(|two| two[0] >= two[1]);
    ensure!(
        wrong.is_none(),
        "a range beside changes gives the rows {wrong:?} one behind the other: they come in ascending order of key, each once"
    );
    let lost = stay.find(|row| found.binary_search(row).is_err());
    ensure!(
        lost.is_none(),
        "a range beside changes of other keys gives {} rows, and row {lost:?}, which stays, is not among them",
        found.len()
    );
    Ok(())
}

/// Has other rows come and go for so long, a part at a time, while two threads look, as long as they are told to.
fn while_others_come_and_go(
    (subject, seed): (&Subject, u64),
    (index, beside): (&Index, &str),
    part: impl Fn(&mut Random) -> Range<RowId> + Sync,
    key: impl Fn(RowId) -> Vec<u8> + Sync,
    look: impl Fn(usize, &mut Random, &dyn Fn() -> bool) -> Result<(), NotPassed> + Sync,
) -> Result<(), NotPassed> {
    let (done, until) = (AtomicBool::new(false), Instant::now() + LONG);
    let change = || {
        let mut random = subject.random(seed);
        while Instant::now() < until {
            let mut others = part(&mut random);
            others.clone().try_for_each(|row| index.insert_concurrently(&key(row), row))?;
            others.try_for_each(|row| index.delete_concurrently(&key(row), row))?;
        }
        Ok::<(), Error>(())
    };
    together(3, |thread| {
        if thread > 0 {
            return look(thread, &mut subject.random(seed + 1 + thread as u64), &|| !done.load(SeqCst));
        }
        let changed = change();
        done.store(true, SeqCst);
        changed.must(&format!("a change beside {beside}"))
    })
}

/// Between rows that stay, as many come and go as make blocks of their own.
fn a_range_has_once_what_stays(subject: &Subject) -> Result<(), NotPassed> {
    const STAY: u64 = 2000;
    const APART: u64 = 1000;
    const COME: u64 = 700;
    let keys = of_changes(subject)?;
    if !keys.is_bytes() {
        skip!("the keys have no order");
    }
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    needed("range", index.range(b"", b"", 1))?;
    build(index, &(0..STAY).map(|number| (number * APART, keys.key(number * APART))).collect::<Vec<_>>())?;
    let index = &*index;
    let part = |random: &mut Random| {
        let from = random.below(STAY) * APART;
        from + 1..from + 1 + COME
    };
    let look = |thread: usize, random: &mut Random, goes_on: &dyn Fn() -> bool| {
        // More than there ever are: nobody comes again for those that had no room.
        let mut places = vec![MaybeUninit::uninit(); 2 * STAY as usize];
        while goes_on() {
            let from = random.below(STAY / 2);
            let to = [STAY, from + random.below(STAY / 2)][thread - 1];
            let (start, end) = (keys.key(from * APART), keys.key(to * APART));
            let mut rows = RowIds::within(&mut places);
            let mut range = || index.range_into(&start, &end, usize::MAX, &mut rows);
            if thread == 1 { ask_waiting(range) } else { range() }.must("range beside changes")?;
            is_whole(&rows.iter().collect::<Vec<_>>(), (from..to).map(|number| number * APART))?;
        }
        Ok(())
    };
    while_others_come_and_go((subject, 161), (index, "ranges"), part, |row| keys.key(row), look)
}

/// Rows that are there before others come, and go again.
const FIRST: u64 = 1536;
/// Of so many rows that come, every second one goes when they are there.
const PART: u64 = 64;

/// The key of a row: those that come later come before all others.
fn key_of(keys: Keys, row: RowId) -> Vec<u8> {
    keys.key(if row < FIRST { row + (1 << 32) } else { row })
}

/// Whether a row that came goes again.
fn goes(row: RowId) -> bool {
    row >= FIRST && row % 2 == 1
}

/// A save is of any moment while it runs, or of several, but what was there before it began is in it.
fn a_save_has_what_was_there_before(subject: &Subject) -> Result<(), NotPassed> {
    const MOST: u64 = 20_000;
    let keys = of_changes(subject)?;
    let (mut instance, mut other) = (subject.instance()?, subject.instance()?);
    let (index, other) = (instance.index()?, other.index()?);
    build(index, &(0..FIRST).map(|row| (row, key_of(keys, row))).collect::<Vec<_>>())?;
    needed("save", index.save(1))?;
    let (index, is_seen) = (&*index, !index.describe().visible_after_flush);
    let (begun, there, done) = (AtomicU64::new(FIRST), AtomicU64::new(FIRST), AtomicBool::new(false));
    let other = Mutex::new(other);
    let change = || {
        for row in (FIRST..MOST).take_while(|_| !done.load(SeqCst)) {
            begun.store(row + 1, SeqCst);
            index.insert_concurrently(&key_of(keys, row), row)?;
            if row % PART == PART - 1 {
                let mut going = (row + 1 - PART..=row).filter(|row| goes(*row));
                going.try_for_each(|row| index.delete_concurrently(&key_of(keys, row), row))?;
            }
            if is_seen {
                there.store(row + 1, SeqCst);
            }
        }
        Ok::<(), Error>(())
    };
    together(2, |thread| {
        if thread == 0 {
            return change().must("a change beside a save");
        }
        let mut other = other.lock().expect("one thread has it");
        let mut saves = || {
            let (until, mut random) = (Instant::now() + LONG, subject.random(171));
            for round in (0..).take_while(|round| *round < 4 || Instant::now() < until) {
                let before = there.load(SeqCst);
                let saved = ask_waiting(|| index.save(round)).must("a save beside changes")?;
                let some: Vec<RowId> = (0..50).map(|_| random.below(before)).collect();
                is_saved(&mut other, keys, (&saved, round), &some, (before, begun.load(SeqCst)))?;
            }
            Ok(())
        };
        let saved = saves();
        done.store(true, SeqCst);
        saved
    })
}

/// Loads what was saved while the rows from the first number up to the second came, and looks at some of them.
fn is_saved(
    index: &mut Index,
    keys: Keys,
    (saved, watermark): (&[u8], u64),
    some: &[RowId],
    (before, after): (u64, u64),
) -> Result<(), NotPassed> {
    let loaded = index.load_from(saved).must("load of what was saved beside changes")?;
    ensure!(loaded == watermark, "saved beside changes with watermark {watermark}, loaded with {loaded}");
    see(index)?;
    let last = before.saturating_sub(50)..(before + 50).min(after + 2);
    for row in some.iter().copied().chain(0..20).chain(FIRST - 20..FIRST).chain(last) {
        let found = rows_of(index, &key_of(keys, row))?;
        let (must, may) = (row < before && !goes(row), row < after);
        ensure!(
            found == [row] && may || found.is_empty() && !must,
            "of row {row}, where {before} had come when a save began and {after} when it ended, {found:?} is saved: a change is \
             whole or not at all, and what was there before is there"
        );
    }
    Ok(())
}

/// Sees that each row comes once, is one of those that ever come, and stands at its distance behind the nearer ones.
fn is_right(
    found: &[(RowId, f32)],
    (keys, metric, all): (Keys, DistanceMetric, &[Vec<u8>]),
    query: &[u8],
) -> Result<(), NotPassed> {
    let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).collect();
    let in_order = found.is_sorted_by(|a, b| a.1 <= b.1);
    ensure!(rows.len() == found.len() && in_order, "beside changes {found:?} is found: nearest first, each row once");
    for (row, distance) in found {
        let Some(key) = all.get(*row as usize) else {
            return Err(format!("beside changes row {row} is found, which never came").into());
        };
        let expected = far(metric, keys, query, key);
        ensure!(
            expected.is_none_or(|expected| tells(keys, *distance, expected)),
            "beside changes row {row} is found at the distance {distance}; it is at {expected:?}"
        );
    }
    Ok(())
}

/// Between vectors that stay others come and go, each with one row.
fn a_search_has_once_what_stays(subject: &Subject) -> Result<(), NotPassed> {
    const STAY: u64 = 300;
    const COME: u64 = 40;
    const PARTS: u64 = 10;
    let keys = of_changes(subject)?;
    if !keys.are_vectors() {
        skip!("the keys are no vectors");
    }
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, STAY)?;
    needed("nearest", index.nearest(&keys.key(0), 1))?;
    let described = index.describe();
    // More than there ever are, so that none is cut off.
    let room = (STAY + COME + 1) as usize;
    let room = described.max_neighbors.map_or(room, |most| room.min(most as usize));
    let (exact, all) = (is_exact(index, &keys.key(0))?, (0..STAY + PARTS * COME).map(|row| keys.key(row)));
    let (all, index) = (all.collect::<Vec<_>>(), &*index);
    let part = |random: &mut Random| {
        let from = STAY + random.below(PARTS) * COME;
        from..from + COME
    };
    let look = |thread: usize, random: &mut Random, goes_on: &dyn Fn() -> bool| {
        while goes_on() {
            let query = keys.key(1_000_000 + random.below(100));
            if thread == 1 || !exact {
                let found = index.nearest(&query, 20.min(room)).must("nearest beside changes")?;
                is_right(&found, (keys, described.metric, &all), &query)?;
                continue;
            }
            let search = Search::new(&query, room).exactly();
            let found = ask_waiting(|| index.search(&search)).must("search beside changes")?;
            is_right(&found.neighbors, (keys, described.metric, &all), &query)?;
            let is_whole = found.exactness == Exactness::Exact && found.neighbors.len() < room;
            let lost = (0..STAY).find(|stays| is_whole && found.neighbors.iter().all(|(row, _)| row != stays));
            ensure!(
                lost.is_none(),
                "an exact search beside changes of other rows finds {} rows, and row {lost:?}, which stays, is \
                 not among them (SOCH_INDEX_CONCURRENT_CHANGES)",
                found.neighbors.len()
            );
        }
        Ok(())
    };
    while_others_come_and_go((subject, 181), (index, "searches"), part, |row| all[row as usize].clone(), look)
}
