//! Tests of what batches do beyond puts and deletes: ranges, expectations, options.

use crate::frame::must::{ensure, needed, show, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, Result as Called, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

suite!(Storage, "storage_batch":
    they_have_what_is_described,
    what_is_not_there_changes_nothing,
    a_range_goes_and_nothing_else,
    a_range_goes_at_its_place_in_the_order,
    a_range_is_never_seen_half,
    a_large_range_goes_whole,
    a_range_is_in_the_way_of_a_transaction,
    what_is_not_as_expected_changes_nothing,
    what_is_expected_is_of_before_the_batch,
    no_update_of_many_threads_is_lost,
);

fn write(storage: &Storage, writes: &[Write<'_>]) -> Called<()> {
    storage.write_batch(writes, &BatchOptions::new())
}

fn put<'a>(key: &'a [u8], value: &'a [u8]) -> Write<'a> {
    Write::Put { table: 1, key, value }
}

fn range<'a>(start: &'a [u8], end: &'a [u8]) -> Write<'a> {
    Write::DeleteRange { table: 1, start, end }
}

fn expect<'a>(key: &'a [u8], value: &'a [u8]) -> Write<'a> {
    Write::Expect { table: 1, key, value }
}

fn expect_absent(key: &[u8]) -> Write<'_> {
    Write::ExpectAbsent { table: 1, key }
}

fn expiring<'a>(key: &'a [u8], value: &'a [u8]) -> Write<'a> {
    Write::PutExpiring { table: 1, key, value, time_to_live: Duration::from_secs(3600) }
}

/// A key and its value.
type Row = (Vec<u8>, Vec<u8>);

/// The rows of the table that these tests write to.
fn rows(storage: &Storage) -> Result<Vec<Row>, NotPassed> {
    storage.scan(1, b"", b"", usize::MAX).must("scan")
}

/// Runs the test if the storage describes that its batches have what is tested.
fn if_described(
    subject: &Subject,
    what: &str,
    described: impl FnOnce(&Storage) -> bool,
    test: impl FnOnce(&Storage) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    if !described(storage) {
        skip!("{what} in a batch is not described");
    }
    test(storage)
}

fn with_ranges(subject: &Subject, test: impl FnOnce(&Storage) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
    if_described(subject, "a range that is deleted", |storage| storage.describe().deletes_ranges, test)
}

fn with_expectations(subject: &Subject, test: impl FnOnce(&Storage) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
    if_described(subject, "a value that is expected", |storage| storage.describe().expects, test)
}

fn they_have_what_is_described(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let described = storage.describe();
    storage.put(1, b"key", b"value", 0).must("put")?;
    let tries = [
        (described.deletes_ranges, "a range that is deleted", range(b"a", b"b")),
        (described.expects, "a value that is expected", expect(b"key", b"value")),
        (described.expects, "a key that is expected to be absent", expect_absent(b"none")),
        (described.expires, "a time to live", expiring(b"c", b"value")),
    ];
    for (described, what, one) in tries {
        let there = supported("write_batch", write(storage, &[one]))?.is_some();
        ensure!(there == described, "{what}: `describe` says {described}, and that a batch has it is {there}");
    }
    if supported("write_batch", write(storage, &[put(b"a", b"1")]))?.is_some() {
        storage.write_batch(&[put(b"b", b"2")], &BatchOptions::new().durable()).must("a durable batch")?;
        let found = storage.get(1, b"b").must("get")?;
        ensure!(found.as_deref() == Some(b"2"), "a row of a durable batch is {found:02x?}");
    }
    Ok(())
}

fn what_is_not_there_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    let before = rows(storage)?;
    let others =
        [vec![range(b"a", b"b")], vec![expect(b"key", b"value")], vec![range(b"a", b"b"), expect_absent(b"none")]];
    for others in others {
        for at in 0..=3 {
            let mut writes = vec![put(b"x", b"1"), put(b"y", b"2"), Write::Delete { table: 1, key: b"key" }];
            writes.splice(at..at, others.iter().copied());
            if supported("write_batch", write(storage, &writes))?.is_some() {
                let undo = [put(b"key", b"value"), Write::Delete { table: 1, key: b"x" }];
                write(storage, &undo).must("write_batch")?;
                storage.delete(1, b"y", 0).must("delete")?;
            }
            let after = rows(storage)?;
            ensure!(after == before, "a batch with {others:?} at {at}, unsupported or undone, left {after:02x?}");
        }
    }
    Ok(())
}

/// A key of few different bytes, so that keys meet and one is often the beginning of another.
fn short_key(random: &mut Random) -> Vec<u8> {
    let length = random.below(4) as usize;
    let mut key: Vec<u8> = random.bytes(length).iter().map(|byte| [0, 1, 0x7F, 0xFF][*byte as usize % 4]).collect();
    if key.is_empty() {
        key.push(0x10);
    }
    key
}

fn a_range_goes_and_nothing_else(subject: &Subject) -> Result<(), NotPassed> {
    with_ranges(subject, |storage| {
        let mut random = subject.random(7);
        let mut model: [BTreeMap<Vec<u8>, Vec<u8>>; 3] = Default::default();
        // Longer than any key that there is.
        let long = [[0x7F; 2000].to_vec(), [0xFF; 2000].to_vec()];
        for step in 0..200 {
            let table = random.below(3) as u32;
            let new: Vec<_> = (0..12).map(|_| (short_key(&mut random), random.bytes(9))).collect();
            let puts: Vec<_> = new.iter().map(|(key, value)| Write::Put { table, key, value }).collect();
            write(storage, &puts).must("write_batch")?;
            model[table as usize].extend(new);
            let table = random.below(4) as u32;
            let start = match random.below(8) {
                0 => Vec::new(),
                1 => long[step % 2].clone(),
                _ => short_key(&mut random),
            };
            let end = match random.below(6) {
                0 => Vec::new(),
                1 => long[step % 2].clone(),
                2 => start.clone(),
                _ => short_key(&mut random),
            };
            let writes = [Write::DeleteRange { table, start: &start, end: &end }];
            write(storage, &writes).must("a range that is deleted")?;
            if let Some(rows) = model.get_mut(table as usize) {
                rows.retain(|key, _| *key < start || (!end.is_empty() && *key >= end));
            }
            for (table, rows) in model.iter().enumerate() {
                let found = storage.scan(table as u32, b"", b"", usize::MAX).must("scan")?;
                let same = found.iter().map(|(key, value)| (key, value)).eq(rows);
                ensure!(
                    same,
                    "after the range from {} to {} went, there are {} rows where {} are left, or others",
                    show(&start),
                    show(&end),
                    found.len(),
                    rows.len()
                );
                let read = rows.keys().all(|key| storage.get(table as u32, key).is_ok_and(|value| value.is_some()));
                ensure!(read, "a row beside a range that went is not found");
            }
        }
        Ok(())
    })
}

fn a_range_goes_at_its_place_in_the_order(subject: &Subject) -> Result<(), NotPassed> {
    with_ranges(subject, |storage| {
        storage.put(1, b"b", b"old", 0).must("put")?;
        let writes = [put(b"c", b"before"), range(b"a", b"d"), put(b"b", b"behind"), put(b"d", b"outside")];
        write(storage, &writes).must("write_batch")?;
        let expected = [(b"b".to_vec(), b"behind".to_vec()), (b"d".to_vec(), b"outside".to_vec())];
        let found = rows(storage)?;
        ensure!(found == expected, "puts around a range leave {found:02x?}");
        Ok(())
    })
}

fn a_range_is_never_seen_half(subject: &Subject) -> Result<(), NotPassed> {
    with_ranges(subject, |storage| {
        let keys: Vec<[u8; 1]> = (0..50).map(|key| [key]).collect();
        let fill = |round: &[u8]| {
            let mut writes = vec![range(b"", b"")];
            writes.extend(keys.iter().map(|key| Write::Put { table: 1, key, value: round }));
            write(storage, &writes).must("a range, and puts in its place")
        };
        fill(b"0")?;
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let found = rows(storage)?;
                    let one = found.windows(2).all(|two| two[0].1 == two[1].1);
                    ensure!(
                        found.len() == 50 && one,
                        "of 50 rows that one batch puts in place {} are seen",
                        found.len()
                    );
                }
                Ok(())
            });
            let filled = (0..200_u8).try_for_each(|round| fill(&[round]));
            done.store(true, Ordering::Release);
            let read = reading.join().expect("no test panics");
            filled.and(read)
        })
    })
}

fn a_large_range_goes_whole(subject: &Subject) -> Result<(), NotPassed> {
    with_ranges(subject, |storage| {
        let keys: Vec<[u8; 4]> = (0..5000_u32).map(u32::to_be_bytes).collect();
        for part in keys.chunks(500) {
            let puts: Vec<_> = part.iter().map(|key| Write::Put { table: 1, key, value: &[7; 60] }).collect();
            write(storage, &puts).must("write_batch")?;
        }
        let (start, end) = (keys[100], keys[4900]);
        write(storage, &[range(&start, &end)]).must("a range of 4800 rows")?;
        let found: Vec<_> = rows(storage)?.into_iter().map(|(key, _)| key).collect();
        let left = keys[..100].iter().chain(&keys[4900..]);
        let same = left.map(|key| &key[..]).eq(found.iter().map(|key| &key[..]));
        ensure!(same, "of 5000 rows 4800 went as a range, and {} are left, or others", found.len());
        Ok(())
    })
}

fn a_range_is_in_the_way_of_a_transaction(subject: &Subject) -> Result<(), NotPassed> {
    with_ranges(subject, |storage| {
        storage.put(1, b"key", b"old", 0).must("put")?;
        let options = TransactionOptions::new();
        let mut inside = needed("begin", storage.begin(&options))?;
        inside.put(1, b"key", b"new").must("txn_put")?;
        let deleted = write(storage, &[range(b"a", b"z")]);
        let busy = deleted.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy);
        if !busy {
            deleted.must("a range beside a transaction")?;
        }
        let committed = inside.commit();
        let conflict = committed.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
        ensure!(
            if busy { committed.is_ok() } else { conflict },
            "a range went while a transaction wrote to one of its rows, and the commit gave {committed:?}"
        );
        Ok(())
    })
}

fn what_is_not_as_expected_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    with_expectations(subject, |storage| {
        storage.put(1, b"key", b"value", 0).must("put")?;
        storage.put(1, b"empty", b"", 0).must("put")?;
        storage.put(2, b"other", b"value", 0).must("put")?;
        let before = rows(storage)?;
        let wrong = [
            expect(b"key", b"valuf"),
            expect(b"key", b"valu"),
            expect(b"key", b"value2"),
            expect(b"key", b""),
            expect(b"empty", b"value"),
            expect(b"none", b"value"),
            expect(b"none", b""),
            expect(b"other", b"value"),
            expect_absent(b"key"),
            expect_absent(b"empty"),
            Write::Expect { table: 9, key: b"key", value: b"value" },
            Write::ExpectAbsent { table: 2, key: b"other" },
        ];
        for wrong in wrong {
            for at in 0..=3 {
                let mut writes = vec![put(b"x", b"1"), Write::Delete { table: 1, key: b"key" }, put(b"empty", b"2")];
                writes.insert(at, wrong);
                let result = write(storage, &writes);
                let conflict = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
                ensure!(conflict, "{wrong:?}, which is not so, gave {result:?}, not Conflict");
                let after = rows(storage)?;
                ensure!(after == before, "{wrong:?}, which is not so, left {after:02x?}");
            }
        }
        let right = [expect(b"key", b"value"), expect(b"empty", b""), expect_absent(b"none"), expect_absent(b"ke")];
        let elsewhere = [
            Write::Expect { table: 2, key: b"other", value: b"value" },
            Write::ExpectAbsent { table: 2, key: b"key" },
            Write::ExpectAbsent { table: 9, key: b"key" },
        ];
        write(storage, &[&right[..], &elsewhere[..]].concat()).must("a batch that expects what is so")?;
        ensure!(rows(storage)? == before, "a batch that only expects changed something");
        write(storage, &[&right[..], &[put(b"key", b"2")]].concat()).must("a batch that expects what is so")?;
        let found = storage.get(1, b"key").must("get")?;
        ensure!(found.as_deref() == Some(b"2"), "a put of a batch whose expectations hold left {found:02x?}");
        Ok(())
    })
}

fn what_is_expected_is_of_before_the_batch(subject: &Subject) -> Result<(), NotPassed> {
    with_expectations(subject, |storage| {
        storage.put(1, b"key", b"1", 0).must("put")?;
        let writes = [put(b"key", b"2"), expect(b"key", b"1"), put(b"new", b"3"), expect_absent(b"new")];
        write(storage, &writes).must("a batch whose puts stand before what it expects")?;
        let expected = [(b"key".to_vec(), b"2".to_vec()), (b"new".to_vec(), b"3".to_vec())];
        let found = rows(storage)?;
        ensure!(found == expected, "after the batch there is {found:02x?}");
        let writes = [Write::Delete { table: 1, key: b"key" }, expect_absent(b"key")];
        let result = write(storage, &writes);
        let conflict = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
        ensure!(conflict, "a key that the batch itself deletes, expected to be absent, gave {result:?}, not Conflict");
        Ok(())
    })
}

fn no_update_of_many_threads_is_lost(subject: &Subject) -> Result<(), NotPassed> {
    const EACH: u32 = 50;
    with_expectations(subject, |storage| {
        let count = |_| {
            for _ in 0..EACH {
                loop {
                    let old = storage.get(1, b"count").must("get")?;
                    let number =
                        old.as_deref().map_or(Some(0), |bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
                    let new = (number.ok_or("the counter is not 4 bytes")? + 1).to_be_bytes();
                    match storage.compare_and_set(1, b"count", old.as_deref(), Some(&new)) {
                        Ok(true) => break,
                        Err(error) if error.kind() != ErrorKind::Busy => {
                            return Err(format!("compare_and_set: {error}").into());
                        }
                        _ => {}
                    }
                }
                // Beside it, what nobody expects anything of.
                storage.put(1, b"beside", b"", 0).must("put")?;
            }
            Ok(())
        };
        together(4, count)?;
        let found = storage.get(1, b"count").must("get")?;
        let expected = (4 * EACH).to_be_bytes();
        ensure!(found.as_deref() == Some(&expected[..]), "4 threads counted to {EACH} each, and there is {found:02x?}");
        ensure!(
            !storage.compare_and_set(1, b"count", None, None).must("compare_and_set")?,
            "a key that is there was taken for absent"
        );
        Ok(())
    })
}
