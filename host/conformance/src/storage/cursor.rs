//! Tests of what a cursor may be asked for beside a range.

use crate::frame::must::{ensure, needed, show, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{prefix_end, CursorOptions, ErrorKind, StorageExtension};
use sochdb_plugin_host::{Cursor, Storage};
use std::collections::BTreeMap;

suite!(Storage, "storage_cursor":
    every_small_range_agrees_with_a_model,
    one_over_a_prefix_gives_what_begins_with_it,
    one_that_is_moved_goes_on_where_it_should,
    one_without_values_gives_every_key,
    a_value_stays_lent_beside_cursors,
);

pub(crate) type Rows = Vec<(Vec<u8>, Vec<u8>)>;
pub(crate) type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// All rows of a cursor of a new reader; none if the storage has no such cursors, as those backwards. One that has no
/// cursors at all is not for the test.
fn rows_of(storage: &Storage, table: u32, options: &CursorOptions<'_>) -> Result<Option<Rows>, NotPassed> {
    let reader = needed("open_reader", storage.reader())?;
    let cursor = supported("open_cursor", reader.cursor(table, options))?;
    match cursor {
        Some(mut cursor) => rest(&mut cursor).map(Some),
        None if options.reverse => Ok(None),
        None => skip!("`open_cursor` is unsupported"),
    }
}

/// The rows that are left of a cursor.
fn rest(cursor: &mut Cursor<'_>) -> Result<Rows, NotPassed> {
    let rows = left_of(cursor, 9_999).must("cursor_next")?;
    let after = cursor.next_batch().must("cursor_next at the end")?.len();
    ensure!(after == 0, "after its end a cursor gives {after} rows");
    Ok(rows)
}

/// The tables in which the rows are: at both ends, so that a walk that leaves its table is seen.
const TABLES: [u32; 5] = [0, 1, 2, u32::MAX - 1, u32::MAX];

/// Every key of up to two of these bytes, the empty one first.
pub(crate) fn small_keys() -> Vec<Vec<u8>> {
    let bytes = [0, 1, 0x7F, 0xFE, 0xFF];
    let two = bytes.iter().flat_map(|first| bytes.iter().map(|second| vec![*first, *second]));
    let mut keys: Vec<_> = [Vec::new()].into_iter().chain(bytes.iter().map(|byte| vec![*byte])).chain(two).collect();
    keys.sort();
    keys
}

/// Other bounds: between two keys, behind the last short one, and around the longest key.
pub(crate) fn other_bounds(storage: &Storage) -> [Vec<u8>; 7] {
    let longest = longest_key(storage);
    let (less, more) = (longest[1..].to_vec(), [&longest[..], &[0]].concat());
    [vec![0, 0, 0], vec![0x80], vec![0xFF, 0xFF, 0], less, more, longest, vec![0xFF; 5000]]
}

/// The greatest key that the storage takes, of those up to 1000 bytes.
fn longest_key(storage: &Storage) -> Vec<u8> {
    let most = storage.describe().max_key.map_or(1000, |most| most.min(1000));
    vec![0xFF; most as usize]
}

/// Puts a row under every second small key of each table, the empty one too if the storage takes it, and under a long one;
/// removes one.
pub(crate) fn filled(storage: &Storage) -> Result<BTreeMap<u32, Model>, NotPassed> {
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut model = Model::new();
        for (number, key) in small_keys().into_iter().enumerate().filter(|(number, _)| number % 2 == table as usize % 2)
        {
            let value = [&table.to_be_bytes()[..], &[number as u8]].concat();
            match storage.put(table, &key, &value, 0) {
                Err(error) if key.is_empty() && error.kind() == ErrorKind::Invalid => continue,
                put => put.must("put")?,
            }
            model.insert(key, value);
        }
        let longest = longest_key(storage);
        match storage.put(table, &longest, b"longest", 0) {
            Err(error) if error.kind() == ErrorKind::Limit => {}
            put => {
                put.must("put")?;
                model.insert(longest, b"longest".to_vec());
            }
        }
        storage.put(table, &[0x7F, 7], b"removed", 0).must("put")?;
        storage.delete(table, &[0x7F, 7], 0).must("delete")?;
        tables.insert(table, model);
    }
    tables.insert(3, Model::new());
    Ok(tables)
}

/// The rows of the model that such a cursor gives.
pub(crate) fn expected(model: &Model, options: &CursorOptions<'_>) -> Rows {
    let inside = |key: &[u8]| key >= options.start && (options.end.is_empty() || key < options.end);
    let mut rows: Rows = model.clone().into_iter().filter(|(key, _)| inside(key)).collect();
    if options.reverse {
        rows.reverse();
    }
    rows
}

fn every_small_range_agrees_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let tables = filled(storage)?;
    let bounds: Vec<_> = small_keys().into_iter().chain(other_bounds(storage)).collect();
    for (table, model) in &tables {
        // All ranges of the table that has neighbours on both sides, some of the others.
        let step = if *table == 1 { 1 } else { 7 };
        let ranges = bounds.iter().flat_map(|start| bounds.iter().map(move |end| (start, end)));
        for (start, end) in ranges.step_by(step) {
            let options = CursorOptions::range(start, end);
            for options in [options, options.reversed()] {
                let wanted = expected(model, &options);
                let Some(found) = rows_of(storage, *table, &options)? else { continue };
                agrees(&found, &wanted, *table, &options)?;
                let without = options.without_values();
                let found = rows_of(storage, *table, &without)?.ok_or("a cursor without values is UNSUPPORTED")?;
                agrees(&with_values(found, model), &wanted, *table, &without)?;
            }
        }
    }
    Ok(())
}

/// The rows of a cursor without values, which may lend them as empty, with those of the model in their place.
fn with_values(rows: Rows, model: &Model) -> Rows {
    let value = |row: &(Vec<u8>, Vec<u8>)| model.get(&row.0).filter(|_| row.1.is_empty()).cloned();
    rows.into_iter().map(|row| (row.0.clone(), value(&row).unwrap_or(row.1))).collect()
}

/// How such a cursor goes, behind its bounds.
fn manner(options: &CursorOptions<'_>) -> &'static str {
    match (options.reverse, options.keys_only) {
        (false, false) => "",
        (true, false) => ", backwards,",
        (false, true) => ", without values,",
        (true, true) => ", backwards and without values,",
    }
}

fn agrees(found: &Rows, expected: &Rows, table: u32, options: &CursorOptions<'_>) -> Result<(), NotPassed> {
    ensure!(
        found == expected,
        "of table {table} from {} to {}{} a cursor gives {found:02x?}, not {expected:02x?}",
        show(options.start),
        show(options.end),
        manner(options)
    );
    Ok(())
}

fn one_over_a_prefix_gives_what_begins_with_it(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for (table, model) in filled(storage)? {
        for prefix in small_keys().into_iter().chain(other_bounds(storage)) {
            let end = prefix_end(&prefix);
            let options = CursorOptions::range(&prefix, &end);
            let mut with: Rows = model.clone().into_iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
            if let Some(found) = rows_of(storage, table, &options)? {
                agrees(&found, &with, table, &options)?;
            }
            with.reverse();
            if let Some(found) = rows_of(storage, table, &options.reversed())? {
                agrees(&found, &with, table, &options.reversed())?;
            }
        }
    }
    Ok(())
}

fn one_that_is_moved_goes_on_where_it_should(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let tables = filled(storage)?;
    let reader = needed("open_reader", storage.reader())?;
    let keys: Vec<_> = small_keys().into_iter().chain(other_bounds(storage)).collect();
    let ranges: [(&[u8], &[u8]); 6] =
        [(b"", b""), (&[1], &[0xFF]), (b"", &[0x7F, 1]), (&[0x7F], b""), (&[0xFF; 2000], b""), (&[2], &[1])];
    for ((start, end), (table, model)) in ranges.into_iter().flat_map(|range| tables.iter().map(move |at| (range, at)))
    {
        let options = CursorOptions::range(start, end);
        let without = options.without_values();
        for options in [options, options.reversed(), without, without.reversed()] {
            let mut cursor = match reader.cursor(*table, &options) {
                Err(error) if error.kind() == ErrorKind::Unsupported => continue,
                cursor => cursor.must("open_cursor")?,
            };
            // Forward and backward, before and after rows were taken, and twice to one place.
            for (number, key) in keys.iter().chain(keys.iter().rev()).chain(keys.iter().step_by(3)).enumerate() {
                cursor.seek(key).must("cursor_seek")?;
                if number % 5 == 4 {
                    continue;
                }
                let on = |row: &(Vec<u8>, Vec<u8>)| if options.reverse { row.0 <= *key } else { row.0 >= *key };
                let wanted: Rows = expected(model, &options).into_iter().filter(on).collect();
                let found = match rest(&mut cursor)? {
                    rows if options.keys_only => with_values(rows, model),
                    rows => rows,
                };
                ensure!(
                    found == wanted,
                    "moved to {} in table {table} from {} to {}{} a cursor gives {found:02x?}, not {wanted:02x?}",
                    show(key),
                    show(start),
                    show(end),
                    manner(&options)
                );
            }
        }
    }
    amid_its_rows(storage)
}

/// Moves a cursor that stands between two batches.
fn amid_its_rows(storage: &Storage) -> Result<(), NotPassed> {
    for key in 0..300_u16 {
        storage.put(4, &key.to_be_bytes(), b"value", 0).must("put")?;
    }
    let reader = storage.reader().must("open_reader")?;
    let mut cursor = reader.cursor(4, &CursorOptions::new()).must("open_cursor")?;
    for key in [0_u16, 100, 64, 63, 299, 65, 1, 300, 2] {
        cursor.next_batch().map(drop).must("cursor_next")?;
        cursor.seek(&key.to_be_bytes()).must("cursor_seek")?;
        let found = cursor.next_batch().must("cursor_next")?.next().map(|(key, _)| key.to_vec());
        let wanted = (key < 300).then(|| key.to_be_bytes().to_vec());
        ensure!(found == wanted, "between two batches moved to {key}, a cursor gives {found:02x?}");
    }
    Ok(())
}

fn one_without_values_gives_every_key(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    for key in 0..200_u8 {
        storage.put(1, &[key], &[key; 30], 0).must("put")?;
    }
    for options in [CursorOptions::new(), CursorOptions::new().reversed()] {
        let Some(with) = rows_of(storage, 1, &options)? else { continue };
        let without =
            rows_of(storage, 1, &options.without_values())?.ok_or("a cursor without values is UNSUPPORTED")?;
        let same = with.iter().map(|row| &row.0).eq(without.iter().map(|row| &row.0));
        ensure!(same && with.len() == 200, "of {} keys a cursor without values gives {}", with.len(), without.len());
        let right = without.iter().zip(&with).all(|(without, with)| without.1.is_empty() || without.1 == with.1);
        ensure!(right, "a cursor without values gives values that are not those of the rows");
    }
    Ok(())
}

fn a_value_stays_lent_beside_cursors(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let value = |key: u8| vec![key; 100 + usize::from(key) * 10];
    for key in 0..100 {
        storage.put(1, &[key], &value(key), 0).must("put")?;
    }
    let mut reader = needed("open_reader", storage.reader())?;
    let (mut values, cursors) = reader.split();
    for key in [0, 50, 99] {
        let lent = values.get(1, &[key]).must("reader_get")?.ok_or("a key is missing in a snapshot")?;
        let mut cursor = cursors.cursor(1, &CursorOptions::new()).must("open_cursor beside a value")?;
        let rows = cursor.next_batch().must("cursor_next beside a value")?;
        for (number, (row, bytes)) in rows.enumerate() {
            ensure!((row, bytes) == (&[number as u8][..], &value(number as u8)[..]), "row {number} is {}", show(row));
        }
        drop(cursor);
        ensure!(lent == value(key), "beside cursors, a lent value became {}", show(lent));
    }
    Ok(())
}
