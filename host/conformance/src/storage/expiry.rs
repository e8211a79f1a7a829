//! Tests of rows with a time to live: each is there as long as it says, and then gone by every way to read.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::rows::left_of;
use crate::storage::checkpoint::copied;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, StorageExtension, StorageTable, TransactionOptions, Write};
use sochdb_plugin_host::Storage;
use std::time::{Duration, Instant};

suite!(Storage, "storage_expiry":
    a_row_is_there_for_its_time_and_then_gone,
    a_later_write_ends_a_time_to_live,
    a_long_time_to_live_is_no_short_one,
    the_time_goes_on_while_no_instance_has_the_rows,
    the_time_goes_on_in_a_copy,
    a_snapshot_keeps_what_expires_later,
    threads_write_rows_that_expire,
);

/// Long enough to look at the rows before, even on a machine that is busy.
pub(crate) const TIME: Duration = Duration::from_millis(400);
/// By so much later a row may be gone.
pub(crate) const LATE: Duration = Duration::from_secs(1);

pub(crate) fn expiring<'a>(key: &'a [u8], value: &'a [u8], time_to_live: Duration) -> Write<'a> {
    Write::PutExpiring { table: 1, key, value, time_to_live }
}

pub(crate) fn put(key: &[u8]) -> Write<'_> {
    Write::Put { table: 1, key, value: b"stays" }
}

pub(crate) fn write(storage: &Storage, writes: &[Write<'_>]) -> Result<(), NotPassed> {
    storage.write_batch(writes, &BatchOptions::new()).must("write_batch")
}

pub(crate) fn with_expiry(
    subject: &Subject,
    test: impl FnOnce(&Storage) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    if !storage.describe().expires {
        skip!("a time to live is not described");
    }
    test(storage)
}

/// A way to read all of a table, and the keys that it gives.
type Way = (&'static str, Vec<Vec<u8>>);

fn by_all_ways(storage: &Storage) -> Result<Vec<Way>, NotPassed> {
    let keys = |rows: Vec<(Vec<u8>, Vec<u8>)>| rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    let mut ways = vec![("scan", keys(storage.scan(1, b"", b"", 99).must("scan")?))];
    if let Some(reader) = supported("open_reader", storage.reader())? {
        for options in [CursorOptions::new(), CursorOptions::new().reversed()] {
            let Some(mut cursor) = supported("open_cursor", reader.cursor(1, &options))? else { continue };
            let mut found = keys(left_of(&mut cursor, 99).must("cursor_next")?);
            found.sort();
            ways.push(("a cursor", found));
        }
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        ways.push(("txn_scan", keys(inside.scan(1, b"", b"", 99).must("txn_scan")?)));
    }
    Ok(ways)
}

/// Whether `key` is found by each way to find one row.
fn found(storage: &Storage, key: &[u8]) -> Result<Vec<(&'static str, bool)>, NotPassed> {
    let many = storage.multi_get(1, &[key, b"none"]).must("multi_get")?;
    let mut ways = vec![
        ("get", storage.get(1, key).must("get")?.is_some()),
        ("table_get", storage.open_table(1).must("open_table")?.get(key).must("table_get")?.is_some()),
        ("multi_get", many[0].is_some()),
    ];
    if let Some(mut reader) = supported("open_reader", storage.reader())? {
        ways.push(("reader_get", reader.get(1, key).must("reader_get")?.is_some()));
    }
    if let Some(inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        ways.push(("txn_get", inside.get(1, key).must("txn_get")?.is_some()));
    }
    Ok(ways)
}

/// Waits until `get` does not find the row, which it may for so long from `since` on.
pub(crate) fn gone(storage: &Storage, key: &[u8], since: Instant) -> Result<(), NotPassed> {
    loop {
        // Before the call, which may take its time.
        let late = since.elapsed() > TIME + LATE;
        if storage.get(1, key).must("get")?.is_none() {
            return Ok(());
        }
        ensure!(!late, "a row with a time to live of {TIME:?} is there {:?} after it was put", since.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn a_row_is_there_for_its_time_and_then_gone(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let ever = Duration::from_millis(u64::MAX);
        let before = Instant::now();
        write(
            storage,
            &[
                put(b"a"),
                expiring(b"b", b"goes", TIME),
                expiring(b"c", b"stays long", Duration::from_secs(3600)),
                expiring(b"d", b"", TIME),
                expiring(b"e", b"stays for ever", ever),
            ],
        )?;
        let since = Instant::now();
        let (ways, one) = (by_all_ways(storage)?, found(storage, b"b")?);
        if before.elapsed() < TIME {
            for (way, keys) in ways {
                ensure!(keys.len() == 5, "{way} gives {} of 5 rows whose time to live is not over", keys.len());
            }
            for (way, found) in one {
                ensure!(found, "{way} does not find a row whose time to live is not over");
            }
        }
        // It may write all rows anew.
        storage.compact().must("compact")?;
        gone(storage, b"b", since)?;
        gone(storage, b"d", since)?;
        for (way, keys) in by_all_ways(storage)? {
            let left = [b"a", b"c", b"e"].map(|key| key.to_vec());
            ensure!(keys == left, "after the time to live of two rows, {way} gives {keys:02x?}");
        }
        for (way, found) in found(storage, b"b")? {
            ensure!(!found, "{way} finds a row that get does not, as its time to live is over");
        }
        let described = storage.describe();
        if described.counts_exactly {
            let count = storage.stats().must("stats")?.key_count;
            ensure!(count == 3, "3 rows are left of those with a time to live, and {count} are counted exactly");
        }
        if described.expects {
            write(storage, &[Write::ExpectAbsent { table: 1, key: b"b" }, put(b"b")])?;
            let again = storage.get(1, b"b").must("get")?;
            ensure!(again.as_deref() == Some(b"stays"), "a row that is put after one that expired is {again:02x?}");
        }
        Ok(())
    })
}

/// A row for each way to write one.
const SAME: [&str; 4] = ["same by put", "same by table_put", "same by batch", "same by commit"];

fn put_by(storage: &Storage, way: usize, key: &[u8]) -> Result<(), NotPassed> {
    match way {
        0 => storage.put(1, key, b"stays", 0).must("put"),
        1 => storage.open_table(1).must("open_table")?.put(key, b"stays", 0).must("table_put"),
        2 => write(storage, &[put(key)]),
        _ => match supported("begin", storage.begin(&TransactionOptions::new()))? {
            None => storage.put(1, key, b"stays", 0).must("put"),
            Some(mut inside) => inside.put(1, key, b"stays").and_then(|()| inside.commit()).must("commit"),
        },
    }
}

fn a_later_write_ends_a_time_to_live(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let short = |key| expiring(key, b"goes", TIME);
        write(storage, &[short(b"batch"), short(b"put"), short(b"removed"), short(b"longer"), put(b"shorter")])?;
        storage.put(1, b"put", b"stays", 0).must("put")?;
        storage.delete(1, b"removed", 0).must("delete")?;
        storage.put(1, b"removed", b"stays", 0).must("put")?;
        // A write of the value that is there is a write.
        for (number, way) in SAME.into_iter().enumerate() {
            write(storage, &[expiring(way.as_bytes(), b"stays", TIME)])?;
            put_by(storage, number, way.as_bytes())?;
        }
        // The last write of a batch counts.
        write(
            storage,
            &[
                put(b"batch"),
                expiring(b"longer", b"stays", Duration::from_secs(3600)),
                put(b"shorter"),
                short(b"shorter"),
                short(b"last"),
            ],
        )?;
        let since = Instant::now();
        gone(storage, b"shorter", since)?;
        gone(storage, b"last", since)?;
        // Whoever writes next may look for what has expired.
        storage.put(1, b"next", b"stays", 0).must("put")?;
        let same = SAME.iter().map(|way| way.as_bytes());
        for key in [&b"batch"[..], b"put", b"removed", b"longer"].into_iter().chain(same) {
            let value = storage.get(1, key).must("get")?;
            ensure!(
                value.as_deref() == Some(b"stays"),
                "`{}`, which was put again, went with its first time to live: {value:02x?}",
                String::from_utf8_lossy(key)
            );
        }
        Ok(())
    })
}

/// Milliseconds behind the borders of what a number of them, or of a smaller unit, is kept in, of which little is left over.
const LONG: [u64; 12] = [
    (1 << 17) + 1,
    (1 << 31) + 1,
    (1 << 32) + 1,
    (1 << 42) + 1,
    u64::MAX / 1_000_000 + 1,
    u64::MAX / 2 / 1_000_000 + 1,
    u64::MAX / 1000 + 1,
    u64::MAX / 2 / 1000 + 1,
    1 << 62,
    u64::MAX / 2 + 1,
    u64::MAX - 1_000_000_000_000,
    u64::MAX - 1,
];

/// The rows are there when the shortest of what could be left of their times is over, by each way to read, and in a later instance.
fn a_long_time_to_live_is_no_short_one(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    if !storage.describe().expires {
        skip!("a time to live is not described");
    }
    let keys = LONG.map(u64::to_be_bytes);
    let long = LONG.iter().zip(&keys).map(|(time, key)| expiring(key, b"stays", Duration::from_millis(*time)));
    let short = expiring(b"short", b"goes", Duration::from_millis(2));
    write(storage, &long.chain([short]).collect::<Vec<_>>())?;
    let since = Instant::now();
    gone(storage, b"short", since)?;
    let all_stay = |storage: &Storage, whose: &str| {
        for (time, key) in LONG.iter().zip(&keys) {
            for (way, found) in found(storage, key)? {
                ensure!(
                    found,
                    "{way} of {whose} does not find a row with a time to live of {time} ms; it is not gone before"
                );
            }
        }
        for (way, mut keys) in by_all_ways(storage)? {
            keys.retain(|key| key.len() == 8);
            let count = keys.len();
            ensure!(
                count == LONG.len(),
                "{way} of {whose} gives {count} of {} rows with long times to live",
                LONG.len()
            );
        }
        Ok(())
    };
    all_stay(storage, "the instance")?;
    if !storage.describe().durable {
        return Ok(());
    }
    storage.flush().must("flush")?;
    all_stay(subject.again(instance)?.storage()?, "a later instance")
}

/// Rows that stay, go and stay long.
const OF_EACH: [Write<'_>; 3] = [
    Write::Put { table: 1, key: b"a", value: b"stays" },
    Write::PutExpiring { table: 1, key: b"b", value: b"goes", time_to_live: TIME },
    Write::PutExpiring { table: 1, key: b"c", value: b"stays long", time_to_live: Duration::from_secs(3600) },
];

fn keys(storage: &Storage) -> Result<Vec<Vec<u8>>, NotPassed> {
    let rows = storage.scan(1, b"", b"", 99).must("scan")?;
    Ok(rows.into_iter().map(|(key, _)| key).collect())
}

fn the_time_goes_on_while_no_instance_has_the_rows(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    let described = storage.describe();
    if !described.expires || !described.durable {
        skip!("rows that last and have a time to live are not described");
    }
    let before = Instant::now();
    write(storage, &OF_EACH)?;
    let since = Instant::now();
    storage.flush().must("flush")?;
    instance = subject.again(instance)?;
    let found = keys(instance.storage()?)?;
    if before.elapsed() < TIME {
        ensure!(found.len() == 3, "a later instance has {found:02x?} of 3 rows whose time to live is not over");
    }
    instance.storage()?.compact().must("compact")?;
    let directory = instance.directory();
    drop(instance);
    // One that begins the time anew has the row then.
    std::thread::sleep((since + TIME + LATE).saturating_duration_since(Instant::now()));
    let found = keys(subject.instance_in(directory)?.storage()?)?;
    ensure!(
        found == [b"a", b"c"],
        "after the time to live of a row, which went on without an instance, a later one has {found:02x?}"
    );
    Ok(())
}

/// A copy has the rows as they were, and a row was to go at a moment.
fn the_time_goes_on_in_a_copy(subject: &Subject) -> Result<(), NotPassed> {
    let directory = new_directory()?;
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    if !storage.describe().expires {
        skip!("a time to live is not described");
    }
    let before = Instant::now();
    write(storage, &OF_EACH)?;
    let since = Instant::now();
    copied(storage, subject, directory.path())?;
    let mut copy = subject.instance_in(directory)?;
    let copy = copy.storage()?;
    let found = keys(copy)?;
    if before.elapsed() < TIME {
        ensure!(found.len() == 3, "a copy has {found:02x?} of 3 rows whose time to live is not over");
    }
    gone(copy, b"b", since)?;
    let found = keys(copy)?;
    ensure!(found == [b"a", b"c"], "after the time to live of a row, a copy that was made before has {found:02x?}");
    Ok(())
}

/// A snapshot is of one moment, and so is what was there then.
fn a_snapshot_keeps_what_expires_later(subject: &Subject) -> Result<(), NotPassed> {
    with_expiry(subject, |storage| {
        let before = Instant::now();
        write(storage, &[put(b"a"), expiring(b"b", b"goes", TIME), put(b"c")])?;
        let since = Instant::now();
        let mut reader = needed("open_reader", storage.reader())?;
        let first = reader.get(1, b"b").must("reader_get")?.map(<[u8]>::to_vec);
        if before.elapsed() < TIME {
            ensure!(first.is_some(), "a snapshot does not see a row whose time to live is not over");
        }
        gone(storage, b"b", since)?;
        // Whoever writes next may look for what has expired.
        storage.put(1, b"next", b"stays", 0).must("put")?;
        let again = reader.get(1, b"b").must("reader_get")?.map(<[u8]>::to_vec);
        ensure!(
            again == first,
            "a snapshot had {first:02x?} in a row with a time to live, and has {again:02x?} when that is over; it shows one moment"
        );
        Ok(())
    })
}

fn threads_write_rows_that_expire(subject: &Subject) -> Result<(), NotPassed> {
    const WHILE: Duration = Duration::from_millis(400);
    const THREADS: usize = 4;
    with_expiry(subject, |storage| {
        together(THREADS, |thread| {
            let key = |number: u32| format!("{thread} {number:06}").into_bytes();
            let (begin, mut written) = (Instant::now(), 0);
            // Some go at once, some when others look, some stay.
            while begin.elapsed() < WHILE {
                let keys = [key(written), key(written + 1), key(written + 2)];
                write(
                    storage,
                    &[
                        expiring(&keys[0], b"goes", Duration::from_millis(1)),
                        expiring(&keys[1], b"stays long", Duration::from_secs(3600)),
                        expiring(&keys[2], b"goes", Duration::from_millis(u64::from(written % 60))),
                    ],
                )?;
                written += 3;
            }
            for number in (1..written).step_by(3) {
                let found = storage.get(1, &key(number)).must("get")?;
                ensure!(
                    found.as_deref() == Some(b"stays long"),
                    "of rows that {THREADS} threads put with times to live, one of an hour is {found:02x?}"
                );
            }
            Ok(())
        })
    })
}
