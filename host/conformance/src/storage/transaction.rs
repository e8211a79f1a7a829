//! Tests of transactions: who sees what, that nothing is half, and that no update is lost between two.

use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use sochdb_plugin_host::sdk::{ErrorKind, Result as Called, StorageExtension, TransactionOptions};
use sochdb_plugin_host::Storage;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

suite!(Storage, "storage_transaction":
    they_are_what_is_described,
    only_a_transaction_sees_its_writes_before_its_commit,
    nothing_stays_of_an_aborted_one,
    all_tables_change_at_one_moment,
    two_that_write_one_key_do_not_both_commit,
    a_plain_write_beside_one_gets_an_answer,
    no_update_of_many_threads_is_lost,
    another_thread_may_go_on,
    reads_inside_agree_with_a_model,
    many_come_and_go,
);

/// The most time that a plain write may take: the second that it may wait, and what a loaded machine adds.
const ANSWERED: Duration = Duration::from_secs(20);

/// Options of a transaction that waits for nobody.
fn at_once() -> TransactionOptions {
    TransactionOptions::new().with_wait(Duration::ZERO)
}

/// Runs the test if the storage has transactions.
fn with_transactions(
    subject: &Subject,
    test: impl FnOnce(&Storage, TransactionOptions) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let options = TransactionOptions::new();
    needed("begin", storage.begin(&options))?.abort();
    test(storage, options)
}

/// Whether another one was first: the caller begins again.
fn was_late<T>(result: &Called<T>) -> bool {
    result.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Busy))
}

fn they_are_what_is_described(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let begun = storage.begin(&TransactionOptions::new());
    let there = !matches!(&begun, Err(error) if error.kind() == ErrorKind::Unsupported);
    ensure!(
        there == storage.describe().transactions,
        "`describe` and `begin` differ in whether there are transactions: `begin` has them: {there}"
    );
    Ok(())
}

fn only_a_transaction_sees_its_writes_before_its_commit(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        storage.put(1, b"old", b"1", 0).must("put")?;
        storage.put(1, b"gone", b"1", 0).must("put")?;
        let mut inside = storage.begin(&options).must("begin")?;
        inside.put(1, b"new", b"2").must("txn_put")?;
        inside.put(1, b"old", b"").must("txn_put")?;
        inside.delete(1, b"gone").must("txn_remove")?;
        inside.delete(1, b"never").must("txn_remove of no row")?;
        let expected = [(b"new".to_vec(), b"2".to_vec()), (b"old".to_vec(), Vec::new())];
        ensure!(inside.get(1, b"new").must("txn_get")?.as_deref() == Some(b"2"), "txn_get lacks what was just put");
        ensure!(inside.get(1, b"old").must("txn_get")?.as_deref() == Some(b""), "txn_get has what was replaced");
        ensure!(inside.get(1, b"gone").must("txn_get")?.is_none(), "txn_get has what was just removed");
        ensure!(inside.get(2, b"new").must("txn_get")?.is_none(), "txn_get has the row in another table");
        let rows = inside.scan(1, b"", b"", 9).must("txn_scan")?;
        ensure!(rows == expected, "txn_scan gives {rows:02x?} after two puts and a removal");
        let before = [(b"gone".to_vec(), b"1".to_vec()), (b"old".to_vec(), b"1".to_vec())];
        let rows = storage.scan(1, b"", b"", 9).must("scan")?;
        ensure!(rows == before, "before the commit others scan {rows:02x?}");
        let value = storage.get(1, b"new").must("get")?;
        ensure!(value.is_none(), "before the commit another get finds {value:02x?}");
        inside.commit().must("commit")?;
        let rows = storage.scan(1, b"", b"", 9).must("scan")?;
        ensure!(rows == expected, "after the commit a scan gives {rows:02x?}");
        ensure!(storage.get(1, b"gone").must("get")?.is_none(), "after the commit the row that it removed is there");
        Ok(())
    })
}

fn nothing_stays_of_an_aborted_one(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        storage.put(1, b"old", b"1", 0).must("put")?;
        for dropped in [false, true] {
            let mut inside = storage.begin(&options).must("begin")?;
            for table in 1..5 {
                inside.put(table, b"new", b"2").must("txn_put")?;
            }
            inside.put(1, b"old", b"2").must("txn_put")?;
            inside.delete(1, b"old").must("txn_remove")?;
            if dropped {
                drop(inside);
            } else {
                inside.abort();
            }
            let value = storage.get(1, b"old").must("get")?;
            ensure!(value.as_deref() == Some(b"1"), "after an abort a key has {value:02x?}");
            for table in 1..5 {
                let value = storage.get(table, b"new").must("get")?;
                ensure!(value.is_none(), "after an abort table {table} has {value:02x?}");
            }
        }
        storage.put(2, b"new", b"3", 0).must("put after an abort")?;
        let mut inside = storage.begin(&options).must("begin after an abort")?;
        ensure!(
            inside.scan(2, b"", b"", 9).must("txn_scan")?.len() == 1,
            "after an abort a transaction sees other rows"
        );
        Ok(())
    })
}

fn all_tables_change_at_one_moment(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        let read = || -> Called<Vec<Option<Vec<u8>>>> {
            // What one moment shows: a snapshot, or else a transaction.
            let mut found = Vec::new();
            match storage.reader() {
                Ok(mut reader) => {
                    for table in 0..8 {
                        found.push(reader.get(table, b"key")?.map(<[u8]>::to_vec));
                    }
                }
                Err(_) => {
                    let inside = storage.begin(&options)?;
                    for table in 0..8 {
                        found.push(inside.get(table, b"key")?);
                    }
                }
            }
            Ok(found)
        };
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for round in 0..50_u8 {
                    let mut inside = storage.begin(&options).must("begin")?;
                    for table in 0..8 {
                        inside.put(table, b"key", &[round]).must("txn_put")?;
                    }
                    inside.commit().must("commit")?;
                }
                Ok(())
            });
            while !writer.is_finished() {
                let found = read();
                if was_late(&found) {
                    continue;
                }
                let found = found.must("reader_get")?;
                ensure!(found.windows(2).all(|pair| pair[0] == pair[1]), "half of a commit is seen: {found:02x?}");
            }
            writer.join().map_err(|_| "the writer panicked".to_owned())?
        })?;
        let found = read().must("reader_get")?;
        ensure!(found == vec![Some(vec![49]); 8], "after 50 commits in 8 tables they have {found:02x?}");
        Ok(())
    })
}

fn two_that_write_one_key_do_not_both_commit(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, _| {
        storage.put(1, b"key", b"start", 0).must("put")?;
        let mut first = storage.begin(&at_once()).must("begin")?;
        first.get(1, b"key").must("txn_get")?;
        let second = storage.begin(&at_once());
        let (late, mut second) = (was_late(&second), second);
        first.put(1, b"key", b"first").must("txn_put of the first of two transactions")?;
        let wrote = match &mut second {
            Ok(second) => second.put(1, b"key", b"second").map(drop),
            Err(error) => Err(error.clone()),
        };
        first.commit().must("commit of the first of two transactions")?;
        let second = match (wrote, second) {
            (Ok(()), Ok(second)) => second.commit(),
            (wrote, _) => wrote,
        };
        ensure!(late || was_late(&second), "the second of two that wrote one key ends with {second:?}");
        let value = storage.get(1, b"key").must("get")?;
        ensure!(value.as_deref() == Some(b"first"), "after the first committed and the second did not: {value:02x?}");
        let mut again = storage.begin(&at_once()).must("begin after both ended")?;
        again.put(1, b"key", b"second").must("txn_put after both ended")?;
        again.commit().must("commit after both ended")
    })
}

fn a_plain_write_beside_one_gets_an_answer(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        let mut inside = storage.begin(&options).must("begin")?;
        inside.put(1, b"inside", b"1").must("txn_put")?;
        let asked = Instant::now();
        let put = storage.put(1, b"plain", b"2", 0);
        ensure!(asked.elapsed() < ANSWERED, "beside a transaction a plain put waited {:?}", asked.elapsed());
        ensure!(put.is_ok() || was_late(&put), "beside a transaction a plain put is {put:?}");
        let commit = inside.commit();
        ensure!(commit.is_ok() || was_late(&commit), "a transaction beside a plain put ends with {commit:?}");
        let found = [(&b"inside"[..], commit.is_ok()), (b"plain", put.is_ok())];
        for (key, written) in found {
            let there = storage.get(1, key).must("get")?.is_some();
            ensure!(there == written, "{} was written: {written}, is there: {there}", show(key));
        }
        storage.put(1, b"plain", b"3", 0).must("put after the transaction")
    })
}

fn no_update_of_many_threads_is_lost(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: u32 = 4;
    const EACH: u32 = 25;
    with_transactions(subject, |storage, options| {
        let number = |value: Option<Vec<u8>>| -> Result<u32, NotPassed> {
            let bytes = value.unwrap_or_else(|| vec![0; 4]);
            Ok(u32::from_be_bytes(bytes.try_into().map_err(|bytes| format!("a counter of {bytes:02x?}"))?))
        };
        let add = || -> Result<(), NotPassed> {
            loop {
                let mut inside = match storage.begin(&options) {
                    late if was_late(&late) => continue,
                    begun => begun.must("begin")?,
                };
                let count = number(inside.get(1, b"count").must("txn_get")?)? + 1;
                if count % 4 == 0 {
                    // Others come between, on one processor too.
                    std::thread::sleep(Duration::from_millis(1));
                }
                match inside.put(1, b"count", &count.to_be_bytes()).and_then(|()| inside.commit()) {
                    late if was_late(&late) => continue,
                    ended => return ended.must("commit"),
                }
            }
        };
        together(THREADS as usize, |_| (0..EACH).try_for_each(|_| add()))?;
        let count = number(storage.get(1, b"count").must("get")?)?;
        ensure!(count == THREADS * EACH, "{THREADS} threads added one {EACH} times each, which is {count}");
        Ok(())
    })
}

fn another_thread_may_go_on(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        for round in 0..20_u8 {
            let mut inside = storage.begin(&options).must("begin")?;
            inside.put(1, b"here", &[round]).must("txn_put")?;
            let there = std::thread::spawn(move || -> Result<(), NotPassed> {
                ensure!(
                    inside.get(1, b"here").must("txn_get on another thread")? == Some(vec![round]),
                    "another thread does not see what was put inside"
                );
                inside.put(1, b"there", &[round]).must("txn_put on another thread")?;
                if round % 2 == 0 {
                    inside.commit().must("commit on another thread")?;
                }
                Ok(())
            });
            there.join().expect("no test panics")?;
            let last = round / 2 * 2;
            for key in [&b"here"[..], b"there"] {
                let value = storage.get(1, key).must("get")?;
                ensure!(value == Some(vec![last]), "after round {round}, {} has {value:02x?}", show(key));
            }
        }
        Ok(())
    })
}

fn reads_inside_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        let mut random = subject.random(11);
        let mut committed = BTreeMap::new();
        for round in 0..40_u64 {
            let (mut inside, mut model) = (storage.begin(&options).must("begin")?, committed.clone());
            for step in 0..30_u64 {
                let length = 1 + random.below(3) as usize;
                let bytes = random.bytes(length);
                let key: Vec<u8> = bytes.iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect();
                match random.below(4) {
                    0 => {
                        let value = (round * 100 + step).to_be_bytes();
                        inside.put(1, &key, &value).must("txn_put")?;
                        model.insert(key, value.to_vec());
                    }
                    1 => {
                        inside.delete(1, &key).must("txn_remove")?;
                        model.remove(&key);
                    }
                    2 => {
                        let found = inside.get(1, &key).must("txn_get")?;
                        ensure!(found.as_ref() == model.get(&key), "round {round}: {} is {found:02x?}", show(&key));
                    }
                    _ => {
                        let limit = 1 + random.below(20) as usize;
                        let found = inside.scan(1, &key, &[0xFF], limit).must("txn_scan")?;
                        let until = &b"\xff"[..];
                        let rows = model.iter().filter(|(have, _)| key <= **have && &have[..] < until).take(limit);
                        let expected: Vec<_> = rows.map(|(key, value)| (key.clone(), value.clone())).collect();
                        ensure!(found == expected, "round {round}: a scan inside from {} differs", show(&key));
                    }
                }
            }
            if random.below(3) > 0 {
                inside.commit().must("commit")?;
                committed = model;
            }
            let rows = storage.scan(1, b"", b"", usize::MAX).must("scan")?;
            ensure!(rows.into_iter().eq(committed.clone()), "round {round}: other rows than were committed");
        }
        Ok(())
    })
}

fn many_come_and_go(subject: &Subject) -> Result<(), NotPassed> {
    with_transactions(subject, |storage, options| {
        for round in 0..300_u32 {
            let mut inside = storage.begin(&options).must("begin")?;
            inside.put(round % 7, &round.to_be_bytes(), &[1; 50]).must("txn_put")?;
            match round % 3 {
                0 => inside.commit().must("commit")?,
                1 => inside.abort(),
                _ => drop(inside),
            }
        }
        let rows: Result<usize, NotPassed> =
            (0..7).map(|table| Ok(storage.scan(table, b"", b"", usize::MAX).must("scan")?.len())).sum();
        ensure!(rows? == 100, "of 300 transactions with a row each 100 were committed, and other rows are there");
        Ok(())
    })
}
