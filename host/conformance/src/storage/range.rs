//! Tests of ranges that are longer than what one call gives: bounds, limits and snapshots hold up to the last row.

use crate::frame::must::{ensure, needed, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::compacted::compact;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, ErrorKind, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::{Reader, Storage};
use std::collections::BTreeMap;

suite!(Storage, "storage_range":
    limits_of_every_width_are_kept,
    long_ranges_agree_with_a_model,
    rows_between_removed_ones_are_found,
    many_cursors_are_open_at_once,
    snapshots_keep_many_rows_that_went,
);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
type List = Vec<(Vec<u8>, Vec<u8>)>;

/// Rows whose keys are the even numbers, so that bounds lie on keys and beside them.
fn even(count: u32, value: &[u8]) -> Rows {
    (0..count).map(|row| ((row * 2).to_be_bytes().to_vec(), [&row.to_le_bytes()[..], value].concat())).collect()
}

fn put_all(storage: &Storage, table: u32, rows: &Rows) -> Result<(), NotPassed> {
    // Neither upwards nor downwards.
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().enumerate().partition(|(number, _)| number % 3 == 1);
    let mut order = first.into_iter().rev().chain(second);
    order.try_for_each(|(_, (key, value))| storage.put(table, key, value, 0).must("put"))
}

fn range_of(rows: &Rows, start: &[u8], end: &[u8], limit: usize) -> List {
    let inside = rows.iter().filter(|(key, _)| start <= &key[..] && (end.is_empty() || &key[..] < end));
    inside.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// All rows of a cursor; None if there are none of this direction.
fn by_cursor(reader: &Reader, table: u32, options: &CursorOptions<'_>) -> Result<Option<List>, NotPassed> {
    let Some(mut cursor) = supported("open_cursor", reader.cursor(table, options))? else { return Ok(None) };
    let mut rows = left_of(&mut cursor, 9_999).must("cursor_next")?;
    if options.reverse {
        rows.reverse();
    }
    Ok(Some(rows))
}

fn agrees(slot: &str, start: &[u8], end: &[u8], found: &List, expected: &List) -> Result<(), NotPassed> {
    let first = found.iter().zip(expected).position(|(found, expected)| found != expected);
    ensure!(
        found == expected,
        "{slot} from {} to {} gives {} rows where {} are in the range; the first that differs is row {}",
        show(start),
        show(end),
        found.len(),
        expected.len(),
        first.unwrap_or_else(|| found.len().min(expected.len()))
    );
    Ok(())
}

fn limits_of_every_width_are_kept(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let rows = even(150, b"value");
    put_all(storage, 1, &rows)?;
    let narrow = [0, 1, 2, 63, 64, 65, 127, 128, 129, 149, 150, 151, 255, 256, 1 << 15, 1 << 16, (1 << 16) + 1];
    let wide = [1_u64 << 31, (1 << 31) + 1, 1 << 32, (1 << 32) + 1, (1 << 32) + 64, 1 << 63, (1 << 63) + 1];
    let limits = narrow.into_iter().chain(wide).chain([u64::MAX - 1, u64::MAX]);
    let limits: Vec<usize> = limits.filter_map(|limit| usize::try_from(limit).ok()).collect();
    for limit in &limits {
        let found = storage.scan(1, b"", b"", *limit).must("scan")?;
        agrees(&format!("scan with a limit of {limit}"), b"", b"", &found, &range_of(&rows, b"", b"", *limit))?;
    }
    let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? else { return Ok(()) };
    // Some rows are the transaction's own, some are not.
    for (key, value) in rows.iter().step_by(3) {
        inside.put(1, key, value).must("txn_put")?;
    }
    for limit in &limits {
        let found = inside.scan(1, b"", b"", *limit).must("txn_scan")?;
        agrees(&format!("txn_scan with a limit of {limit}"), b"", b"", &found, &range_of(&rows, b"", b"", *limit))?;
    }
    Ok(())
}

fn long_ranges_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 700;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let rows = even(ROWS, b"value");
    put_all(storage, 8, &rows)?;
    for neighbour in [7, 9] {
        put_all(storage, neighbour, &even(5, b"of a neighbour"))?;
        storage.put(neighbour, &[0xFF; 9], b"of a neighbour", 0).must("put")?;
    }
    let mut random = subject.random(81);
    let mut ranges = vec![(Vec::new(), Vec::new())];
    for span in [0, 1, 2, 63, 64, 65, 126, 127, 128, 129, 130, 256, 400, 1000, 1398] {
        let start = random.below(u64::from(ROWS) * 2 - span) as u32;
        let bounds = |start: u32| (start.to_be_bytes().to_vec(), (start + span as u32).to_be_bytes().to_vec());
        let (first, last) = bounds(start);
        ranges.extend([bounds(start), bounds(start ^ 1), (Vec::new(), last), (first, Vec::new())]);
    }
    let reader = supported("open_reader", storage.reader())?;
    let mut inside = supported("begin", storage.begin(&TransactionOptions::new()))?;
    for (start, end) in &ranges {
        let expected = range_of(&rows, start, end, usize::MAX);
        for limit in [expected.len().saturating_sub(1), expected.len(), expected.len() + 1] {
            let wanted = range_of(&rows, start, end, limit);
            let found = storage.scan(8, start, end, limit).must("scan")?;
            agrees(&format!("scan with a limit of {limit}"), start, end, &found, &wanted)?;
            if let Some(inside) = &mut inside {
                let found = inside.scan(8, start, end, limit).must("txn_scan")?;
                agrees(&format!("txn_scan with a limit of {limit}"), start, end, &found, &wanted)?;
            }
        }
        let Some(reader) = &reader else { continue };
        let options = CursorOptions::range(start, end);
        for (what, options) in [("a cursor", options), ("a cursor backwards", options.reversed())] {
            if let Some(found) = by_cursor(reader, 8, &options)? {
                agrees(what, start, end, &found, &expected)?;
            }
        }
    }
    Ok(())
}

/// A snapshot from before the removals is open, so that an engine has to pass over what it keeps for that.
fn rows_between_removed_ones_are_found(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let before = even(600, b"value");
    put_all(storage, 1, &before)?;
    let old = supported("open_reader", storage.reader())?;
    let mut left = before.clone();
    for (number, key) in before.keys().enumerate().filter(|(number, _)| ![1, 150, 151, 299, 598].contains(number)) {
        storage.delete(1, key, 0).must(&format!("delete of row {number}"))?;
        left.remove(key);
    }
    let expected = range_of(&left, b"", b"", usize::MAX);
    for limit in [1, 2, 5, 6, usize::MAX] {
        let found = storage.scan(1, b"", b"", limit).must("scan")?;
        let wanted = range_of(&left, b"", b"", limit);
        agrees(&format!("scan among removed rows, with a limit of {limit},"), b"", b"", &found, &wanted)?;
    }
    if let Some(mut inside) = supported("begin", storage.begin(&TransactionOptions::new()))? {
        let found = inside.scan(1, b"", b"", usize::MAX).must("txn_scan")?;
        agrees("txn_scan among removed rows", b"", b"", &found, &expected)?;
    }
    let Some(old) = old else { return Ok(()) };
    let new = storage.reader().must("open_reader")?;
    for options in [CursorOptions::new(), CursorOptions::new().reversed()] {
        let Some(found) = by_cursor(&new, 1, &options)? else { continue };
        agrees("a cursor among removed rows", b"", b"", &found, &expected)?;
        let found = by_cursor(&old, 1, &options)?.unwrap_or_default();
        let all = range_of(&before, b"", b"", usize::MAX);
        agrees("a cursor of a snapshot from before rows were removed", b"", b"", &found, &all)?;
    }
    Ok(())
}

fn many_cursors_are_open_at_once(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let rows = even(300, b"value");
    put_all(storage, 1, &rows)?;
    let reader = needed("open_reader", storage.reader())?;
    let mut cursors = Vec::new();
    for number in 0..50_u32 {
        let start = (number * 7).to_be_bytes();
        match reader.cursor(1, &CursorOptions::range(&start, b"")) {
            // How many there may be, no engine is asked.
            Err(error) if number > 0 && error.kind() == ErrorKind::Limit => break,
            cursor => cursors.push((cursor.must("open_cursor")?, start, List::new())),
        }
    }
    for _ in 0..302 {
        for (cursor, _, found) in &mut cursors {
            let batch = cursor.next_batch().must("cursor_next")?;
            found.extend(batch.map(|(key, value)| (key.to_vec(), value.to_vec())));
        }
        if cursors.iter().all(|(_, start, found)| found.len() >= range_of(&rows, start, b"", usize::MAX).len()) {
            break;
        }
    }
    let open = cursors.len();
    for (_, start, found) in &cursors {
        let what = format!("a cursor beside {} others", open - 1);
        agrees(&what, start, b"", found, &range_of(&rows, start, b"", usize::MAX))?;
    }
    Ok(())
}

fn snapshots_keep_many_rows_that_went(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let (first, second, third) = (even(400, &[1; 73]), even(400, &[2; 10]), even(200, &[3; 73]));
    put_all(storage, 1, &first)?;
    let mut snapshots = vec![(needed("open_reader", storage.reader())?, &first)];
    put_all(storage, 1, &second)?;
    snapshots.push((storage.reader().must("open_reader")?, &second));
    // By a range or else one by one; the last ones as a table.
    let range = [Write::DeleteRange { table: 1, start: b"", end: b"" }];
    if storage.describe().deletes_ranges {
        storage.write_batch(&range, &BatchOptions::new()).must("a range of all rows")?;
    } else {
        second.keys().try_for_each(|key| storage.delete(1, key, 0).must("delete"))?;
    }
    put_all(storage, 1, &third)?;
    snapshots.push((storage.reader().must("open_reader")?, &third));
    let none = Rows::new();
    if supported("drop_table", storage.drop_table(1))?.is_none() {
        third.keys().try_for_each(|key| storage.delete(1, key, 0).must("delete"))?;
    }
    snapshots.push((storage.reader().must("open_reader")?, &none));
    // Now one goes from the middle, now the first, now the last.
    for goes in [1, 0, 1] {
        put_all(storage, 1, &first)?;
        compact(storage)?;
        for (reader, expected) in &snapshots {
            let found = by_cursor(reader, 1, &CursorOptions::new())?.unwrap_or_default();
            agrees("a cursor of an old snapshot", b"", b"", &found, &range_of(expected, b"", b"", usize::MAX))?;
            for (key, value) in expected.iter().step_by(37) {
                let mut read = Vec::new();
                let there = reader.get_append(1, key, &mut read).must("reader_get")?;
                ensure!(there && read == *value, "reader_get of an old snapshot lacks the row {}", show(key));
            }
        }
        drop(snapshots.remove(goes));
        put_all(storage, 1, &second)?;
    }
    Ok(())
}
