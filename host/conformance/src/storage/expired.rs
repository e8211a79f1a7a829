//! Tests of rows whose time to live is over: who was there before goes on to see them, and for all others they count for nothing.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::compacted::compact;
use crate::inputs::rows::{left_of, Row};
use crate::storage::expiry::{expiring, gone, put, with_expiry, write, LATE, TIME};
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, ErrorKind, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::{Cursor, Cursors, Storage, Transaction};
use std::time::{Duration, Instant};

suite!(Storage, "storage_expired":
    a_reader_from_before_goes_on_to_see_one,
    a_transaction_from_before_goes_on_to_see_one,
    one_counts_for_nothing,
    a_write_that_is_taken_back_ends_no_time_to_live,
);

/// Puts rows of which one goes, and lets `first` look at them before; true if it did in time.
fn looked_before<T>(
    storage: &Storage,
    first: impl FnOnce() -> Result<T, NotPassed>,
) -> Result<(T, Instant, bool), NotPassed> {
    let before = Instant::now();
    write(storage, &[put(b"a"), expiring(b"b", b"goes", TIME), put(b"c")])?;
    let since = Instant::now();
    let first = first()?;
    Ok((first, since, before.elapsed() < TIME))
}

/// Waits until the row is over, and then does what may look for what has expired, or write the rows anew.
fn clean_up(storage: &Storage, since: Instant) -> Result<(), NotPassed> {
    gone(storage, b"b", since)?;
    compact(storage)?;
    storage.flush().must("flush")?;
    match storage.put(1, b"next", b"stays", 0) {
        // A transaction may be in its way.
        Err(error) if error.kind() == ErrorKind::Busy => Ok(()),
        put => put.must("put"),
    }
}

/// Sees that `slot`, after the time to live of a row, gives what was there before.
fn still(slot: &str, found: &[Row], first: &[Row]) -> Result<(), NotPassed> {
    ensure!(
        found == first,
        "{slot} gives {found:02x?} when the time to live of a row is over, and what was open before goes on to see {first:02x?} \
         (`soch_write.ttl_ms`)"
    );
    Ok(())
}

fn is_whole(slot: &str, first: &[Row], in_time: bool) -> Result<(), NotPassed> {
    ensure!(!in_time || first.len() == 3, "{slot} gives {first:02x?}, not all of 3 rows whose times are not over");
    Ok(())
}

/// The rows that are left of a cursor, the last one first if it goes backwards.
fn rest(cursor: &mut Cursor<'_>) -> Result<Vec<Row>, NotPassed> {
    left_of(cursor, 99).must("cursor_next")
}

fn by_new_cursor(reader: &Cursors<'_>, options: &CursorOptions<'_>) -> Result<Option<Vec<Row>>, NotPassed> {
    let cursor = supported("open_cursor", reader.cursor(1, options))?;
    cursor.map(|mut cursor| rest(&mut cursor)).transpose()
}

fn a_reader_from_before_goes_on_to_see_one(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let open = || needed("open_reader", storage.reader());
        let (mut reader, since, in_time) = looked_before(storage, open)?;
        let (mut values, cursors) = reader.split();
        let first = values.get(1, b"b").must("reader_get")?.map(<[u8]>::to_vec);
        let ways = [("a cursor", CursorOptions::new()), ("a cursor backwards", CursorOptions::new().reversed())];
        let mut opened = Vec::new();
        for (slot, options) in ways {
            let Some(cursor) = supported("open_cursor", cursors.cursor(1, &options))? else { continue };
            let all = by_new_cursor(&cursors, &options)?.unwrap_or_default();
            is_whole(slot, &all, in_time)?;
            opened.push((slot, options, cursor, all));
        }
        clean_up(storage, since)?;
        let again = values.get(1, b"b").must("reader_get")?.map(<[u8]>::to_vec);
        ensure!(
            again == first,
            "reader_get had {first:02x?} in a row with a time to live, and has {again:02x?} when that is over and the storage \
             has compacted; a reader that was open before goes on to see it (`soch_write.ttl_ms`)"
        );
        for (slot, options, mut cursor, all) in opened {
            still(&format!("{slot} that was opened before"), &rest(&mut cursor)?, &all)?;
            still(&format!("{slot} of an old reader"), &by_new_cursor(&cursors, &options)?.unwrap_or_default(), &all)?;
        }
        Ok(())
    })
}

/// The rows of a scan inside, each of which is as `txn_get` finds it.
fn inside(transaction: &mut Transaction) -> Result<Vec<Row>, NotPassed> {
    let rows = transaction.scan(1, b"", b"", 99).must("txn_scan")?;
    for key in [&b"a"[..], b"b", b"c"] {
        let found = transaction.get(1, key).must("txn_get")?;
        let scanned = rows.iter().find(|row| row.0 == key).map(|row| &row.1);
        ensure!(
            found.as_ref() == scanned,
            "txn_get finds {found:02x?} where txn_scan gives {scanned:02x?}, in a row with a time to live that a transaction \
             from before goes on to see (`soch_write.ttl_ms`)"
        );
    }
    Ok(rows)
}

fn a_transaction_from_before_goes_on_to_see_one(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let begin = || needed("begin", storage.begin(&TransactionOptions::new()));
        let (mut transaction, since, in_time) = looked_before(storage, begin)?;
        let first = transaction.scan(1, b"", b"", 99).must("txn_scan")?;
        is_whole("txn_scan", &first, in_time)?;
        clean_up(storage, since)?;
        still("txn_scan", &inside(&mut transaction)?, &first)
    })
}

/// Nobody reads the row before, which could make it go.
fn one_counts_for_nothing(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let alone = Write::PutExpiring { table: 7, key: b"alone", value: b"goes", time_to_live: TIME };
        write(storage, &[put(b"a"), expiring(b"b", b"goes", TIME), expiring(b"c", b"goes", TIME), alone])?;
        std::thread::sleep(TIME + LATE);
        let described = storage.describe();
        if described.counts_exactly {
            let count = storage.stats().must("stats")?.key_count;
            ensure!(count == 1, "one row is left when 3 are over, and {count} are counted exactly");
        }
        if let Some(tables) = supported("list_tables", storage.list_tables())? {
            ensure!(
                tables == [1],
                "when all rows of table 7 are over, only table 1 has rows, and {tables:?} are listed"
            );
        }
        if described.expects {
            let expects = [Write::Expect { table: 1, key: b"b", value: b"goes" }, put(b"b")];
            let result = storage.write_batch(&expects, &BatchOptions::new());
            ensure!(
                result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict),
                "a batch that expects the value of a row whose time to live is over gives {result:?}, not Conflict; no call \
                 gives it any more (`soch_write.ttl_ms`)"
            );
            write(storage, &[Write::ExpectAbsent { table: 1, key: b"c" }, put(b"c")])?;
        }
        Ok(())
    })
}

/// Each way to write to its row and take that back.
fn take_back(storage: &Storage) -> Result<(), NotPassed> {
    if storage.describe().expects {
        for change in [put(b"batch"), expiring(b"batch", b"stays", Duration::from_secs(3600))] {
            let writes = [change, Write::Expect { table: 1, key: b"none", value: b"" }];
            let result = storage.write_batch(&writes, &BatchOptions::new());
            let is_refused = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
            ensure!(is_refused, "a batch that expects a row which is not there gives {result:?}, not Conflict");
        }
    }
    let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? else { return Ok(()) };
    inside.put(1, b"aborted put", b"stays").must("txn_put")?;
    inside.delete(1, b"aborted removal").must("txn_remove")?;
    inside.put(1, b"aborted removal", b"stays").must("txn_put")?;
    inside.abort();
    let mut inside = storage.begin(&TransactionOptions::new()).must("begin")?;
    if supported("txn_set_savepoint", inside.set_savepoint())?.is_some() {
        inside.put(1, b"savepoint", b"stays").must("txn_put")?;
        inside.rollback_to_savepoint().must("txn_rollback_to_savepoint")?;
    }
    inside.put(1, b"beside", b"stays").and_then(|()| inside.commit()).must("commit")
}

fn a_write_that_is_taken_back_ends_no_time_to_live(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let keys = [&b"batch"[..], b"aborted put", b"aborted removal", b"savepoint"];
        let before = Instant::now();
        write(storage, &keys.map(|key| expiring(key, b"goes", TIME)))?;
        let since = Instant::now();
        take_back(storage)?;
        for key in keys {
            let found = storage.get(1, key).must("get")?;
            let is_old = found.as_deref() == Some(b"goes");
            ensure!(
                is_old || (found.is_none() && before.elapsed() >= TIME),
                "after a write to `{}` that was taken back, it is {found:02x?}, and its time to live is not over",
                String::from_utf8_lossy(key)
            );
        }
        keys.into_iter().try_for_each(|key| gone(storage, key, since))
    })
}
