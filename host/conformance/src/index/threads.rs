//! Tests of an index that several threads search at once, and of several instances: no call sees the data of another.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::index::basics::{build, fill, rows_of, see};
use crate::index::metric::exactly;
use crate::inputs::keys::Keys;
use crate::inputs::waiting_writer::{write_waiting, WAIT};
use sochdb_plugin_host::sdk::{IndexExtension, RowFilter, RowId, Search};
use sochdb_plugin_host::Index;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

suite!(Index, "index_threads":
    searches_beside_each_other_agree,
    a_search_may_wait_in_its_filter,
    a_save_may_wait_in_its_writer,
    a_key_changes_while_others_read_its_rows,
    instances_do_not_mix,
);

const THREADS: usize = 4;
const ROWS: u64 = 200;
/// The rows of a range: a call that takes its time meets others.
const MANY: usize = 150;
/// How often each thread asks at least, and how long otherwise: threads that share a processor take turns in it.
const LEAST: usize = 20;
const LONG: Duration = Duration::from_millis(250);

/// The answers of the index while nothing else runs.
struct Expected {
    key: Vec<u8>,
    rows: Vec<RowId>,
    range: Option<Vec<RowId>>,
    /// The distance of each row, where it has one.
    distances: Option<BTreeMap<RowId, f32>>,
}

impl Expected {
    fn of(index: &Index, key: Vec<u8>) -> Result<Self, NotPassed> {
        let rows = rows_of(index, &key)?;
        let range = supported("range", index.range(&key, b"", MANY))?;
        let near = supported("nearest", index.nearest(&key, 1))?;
        let distances = near.map(|_| exactly(index, &key, ROWS as usize)).transpose()?;
        Ok(Self { key, rows, range, distances: distances.map(|found| found.into_iter().collect()) })
    }

    fn are_near(&self, found: &[(RowId, f32)], slot: &str) -> Result<(), NotPassed> {
        let Some(distances) = &self.distances else { return Ok(()) };
        let same = |(row, distance): &&(RowId, f32)| {
            distances.get(row).is_none_or(|alone| (alone - distance).abs() <= 1e-5 * alone.abs() + 1e-6)
        };
        let other = found.iter().find(|found| !same(found));
        ensure!(other.is_none(), "{slot} beside other threads gives {other:?}, whose distance is another one alone");
        ensure!(found.is_sorted_by(|a, b| a.1 <= b.1), "{slot} beside other threads gives {found:?}, out of order");
        Ok(())
    }

    fn comes(&self, index: &Index, round: usize) -> Result<(), NotPassed> {
        let rows = rows_of(index, &self.key)?;
        ensure!(rows == self.rows, "beside other threads a key has the rows {rows:?}, alone {:?}", self.rows);
        let range = supported("range", index.range(&self.key, b"", MANY))?;
        ensure!(range == self.range, "beside other threads a range finds {range:?}, alone {:?}", self.range);
        if self.distances.is_some() {
            let near = index.nearest(&self.key, 5).must("nearest beside other threads")?;
            ensure!(!near.is_empty(), "nearest beside other threads finds nothing");
            self.are_near(&near, "nearest")?;
            self.are_near(&exactly(index, &self.key, 10)?, "search")?;
            if round.is_multiple_of(8) {
                let lists =
                    index.nearest_batch(&[&self.key, &self.key], 5).must("nearest_batch beside other threads")?;
                lists.iter().try_for_each(|list| self.are_near(list, "nearest_batch"))?;
            }
        }
        supported("size_bytes beside other threads", index.size_bytes()).map(drop)
    }
}

fn searches_beside_each_other_agree(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    let index = &*index;
    let saved = supported("save", index.save(1))?;
    let asked = (0..ROWS).step_by(5).chain([1000, 1001]).map(|number| Expected::of(index, keys.key(number)));
    let asked = asked.collect::<Result<Vec<_>, _>>()?;
    let begin = Instant::now();
    together(THREADS, |thread| {
        for round in 0.. {
            if round >= LEAST && begin.elapsed() > LONG {
                break;
            }
            // Each thread asks for something else.
            asked[(round * (2 * thread + 1) + 10 * thread) % asked.len()].comes(index, round)?;
            if round % 50 == 7 && round < 400 {
                let again = supported("save", index.save(1))?;
                let same = again.as_ref().map(Vec::len) == saved.as_ref().map(Vec::len);
                ensure!(same, "a save beside searches and saves has another length than one alone");
            }
        }
        Ok(())
    })
}

/// While one search asks its filter, another one runs: what both keep in one place is seen at once.
fn a_search_may_wait_in_its_filter(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    let index = &*index;
    let search = |query: &[u8], of: u64, waits: bool| {
        let allows = |row: RowId| {
            if waits && row.is_multiple_of(16) {
                std::thread::sleep(WAIT);
            }
            row % THREADS as u64 == of
        };
        index.search(&Search::new(query, 7).exactly().among(RowFilter::by(&allows)))
    };
    let queries: Vec<_> = (0..THREADS as u64).map(|of| keys.key(of * 9)).collect();
    let alone = (0..).zip(&queries).map(|(of, query)| needed("search", search(query, of, false)));
    let alone = alone.collect::<Result<Vec<_>, _>>()?;
    together(THREADS, |thread| {
        (0..6).try_for_each(|_| {
            let found = search(&queries[thread], thread as u64, true).must("search with a slow filter")?;
            ensure!(
                found.neighbors == alone[thread].neighbors,
                "while other searches wait in their filters, one finds {:?}, alone {:?}",
                found.neighbors,
                alone[thread].neighbors
            );
            Ok(())
        })
    })
}

fn a_save_may_wait_in_its_writer(subject: &Subject) -> Result<(), NotPassed> {
    const FEW: u64 = 12;
    let keys = Keys::of(subject)?;
    let mut instances = [subject.instance()?, subject.instance()?];
    let mut alone = Vec::new();
    for (of, instance) in (0..).zip(&mut instances) {
        let index = instance.index()?;
        let entries: Vec<(RowId, Vec<u8>)> = (0..FEW + of).map(|row| (row, keys.key(row + 50 * of))).collect();
        build(index, &entries)?;
        alone.push(needed("save", index.save(of))?);
    }
    let [one, other] = &mut instances;
    let indexes = [&*one.index()?, &*other.index()?];
    together(THREADS, |thread| {
        let (of, mut saved) = (thread % 2, Vec::new());
        write_waiting(&mut saved, |to| indexes[of].save_into(of as u64, to)).must("save to a slow writer")?;
        ensure!(
            saved.len() == alone[of].len(),
            "while another save waits in its writer, one has {} bytes, alone {}",
            saved.len(),
            alone[of].len()
        );
        let mut third = subject.instance()?;
        let third = third.index()?;
        let watermark = third.load_from(&saved).must("load of what was saved beside others")?;
        ensure!(watermark == of as u64, "what was saved beside others has the watermark {watermark}, not {of}");
        see(third)?;
        for row in 0..FEW {
            let found = rows_of(third, &keys.key(row + 50 * of as u64))?;
            ensure!(found == [row], "what was saved beside others finds {found:?} by the key of row {row}");
        }
        Ok(())
    })
}

/// A call that reads the many rows of a key takes its time, in which the key changes, again and again.
fn a_key_changes_while_others_read_its_rows(subject: &Subject) -> Result<(), NotPassed> {
    const OF_THE_KEY: RowId = 5000;
    const CHANGES: RowId = 300;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    if !index.describe().concurrent_changes {
        skip!("changes beside each other are described as not taken");
    }
    let key = keys.key(1);
    needed("lookup", index.lookup(&key))?;
    build(index, &(0..OF_THE_KEY).map(|row| (row, key.clone())).collect::<Vec<_>>())?;
    let index = &*index;
    let done = AtomicBool::new(false);
    together(2, |thread| {
        if thread > 0 {
            while !done.load(Relaxed) {
                let found = index.lookup(&key).must("lookup beside changes")?;
                ensure!(found.len() as RowId >= OF_THE_KEY - CHANGES, "a key has {} rows beside changes", found.len());
            }
            return Ok(());
        }
        let changed = (0..CHANGES).try_for_each(|row| {
            index.insert_concurrently(&key, OF_THE_KEY + row)?;
            index.delete_concurrently(&key, OF_THE_KEY + row - row % 2)?;
            index.delete_concurrently(&key, row)
        });
        done.store(true, Relaxed);
        changed.must("a change beside lookups")
    })?;
    see(index)?;
    let found = rows_of(index, &key)?;
    let new = (0..CHANGES).filter(|row| row % 2 > 0).map(|row| OF_THE_KEY + row);
    let wanted: Vec<RowId> = (CHANGES..OF_THE_KEY).chain(new).collect();
    let wrong = found.iter().find(|row| wanted.binary_search(row).is_err());
    let lost = wanted.iter().find(|row| found.binary_search(row).is_err());
    ensure!(
        found == wanted,
        "changes beside lookups of their key left {} rows where {} belong: row {wrong:?} is there, row {lost:?} is not",
        found.len(),
        wanted.len()
    );
    Ok(())
}

fn instances_do_not_mix(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instances = [subject.instance()?, subject.instance()?, subject.instance()?];
    let rows = |of: u64| (0..60).filter(move |row| row % 3 == of && row % 4 > 0);
    for row in 0..60 {
        let index = instances[row as usize % 3].index()?;
        needed("insert beside another instance", index.insert(&keys.key(row), row))?;
    }
    for row in (0..60).step_by(4) {
        let index = instances[row as usize % 3].index()?;
        needed("delete beside another instance", index.delete(&keys.key(row), row))?;
    }
    let looks = |index: &Index, of: u64| {
        see(index)?;
        for row in 0..60 {
            let found = rows_of(index, &keys.key(row))?;
            let wanted = rows(of).find(|own| *own == row);
            ensure!(found.iter().copied().eq(wanted), "instance {of} of 3 finds {found:?} by the key of row {row}");
        }
        Ok(())
    };
    for (of, instance) in (0..).zip(&mut instances) {
        looks(instance.index()?, of)?;
    }
    // One that is built anew or gone leaves the others as they are.
    build(instances[1].index()?, &[(500, keys.key(500))])?;
    looks(instances[0].index()?, 0)?;
    let [first, second, third] = instances;
    drop((first, second));
    let mut third = third;
    looks(third.index()?, 2)?;
    let mut fresh = subject.instance()?;
    let found = rows_of(fresh.index()?, &keys.key(2))?;
    ensure!(found.is_empty(), "a new instance with a directory of its own finds {found:?}");
    looks(third.index()?, 2)
}
