//! The rows of a table, read by each way that a storage has.

use crate::frame::must::{ensure, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{CursorOptions, Error, StorageExtension, StorageTable};
use sochdb_plugin_host::{Cursor, Storage};
use std::collections::BTreeMap;

pub(crate) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
/// A key and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// Sees that all ways to read `table` give these rows and no others.
pub(crate) fn has(storage: &Storage, table: u32, rows: &Rows) -> Result<(), NotPassed> {
    let one = storage.open_table(table).must("open_table")?;
    let reader = supported("open_reader", storage.reader())?;
    for (key, value) in rows {
        let by_reader = match &reader {
            Some(reader) => {
                let mut value = Vec::new();
                reader.get_append(table, key, &mut value).must("reader_get")?.then_some(value)
            }
            None => Some(value.clone()),
        };
        let ways = [
            ("get", storage.get(table, key).must("get")?),
            ("table_get", one.get(key).must("table_get")?),
            ("reader_get", by_reader),
        ];
        for (slot, found) in ways {
            let found_len = found.as_ref().map(Vec::len);
            ensure!(
                found.as_ref() == Some(value),
                "{slot} of a key of {} bytes gives {found_len:?} bytes, or other ones, where {} were put: {}",
                key.len(),
                value.len(),
                first_difference(found.as_deref().unwrap_or_default(), value)
            );
        }
    }
    drop(reader);
    scans_have(storage, table, rows)
}

/// Sees that a scan and a cursor give these rows, in both directions.
pub(crate) fn scans_have(storage: &Storage, table: u32, rows: &Rows) -> Result<(), NotPassed> {
    let scanned = storage.scan(table, b"", b"", usize::MAX).must("scan")?;
    same("scan", scanned.into_iter(), rows.iter(), rows.len())?;
    let Some(reader) = supported("open_reader", storage.reader())? else { return Ok(()) };
    for options in [CursorOptions::new(), CursorOptions::new().reversed()] {
        let Some(mut cursor) = supported("open_cursor", reader.cursor(table, &options))? else { continue };
        let mut found = left_of(&mut cursor, rows.len()).must("cursor_next")?;
        if options.reverse {
            found.reverse();
        }
        same("a cursor", found.into_iter(), rows.iter(), rows.len())?;
    }
    Ok(())
}

/// All rows that are left of a cursor, batch by batch, of which one may be a single row.
///
/// # Errors
/// That of the cursor; it gives more than `most`.
pub(crate) fn left_of(cursor: &mut Cursor<'_>, most: usize) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    loop {
        let batch = cursor.next_batch()?;
        if batch.len() == 0 {
            return Ok(rows);
        }
        rows.extend(batch.map(|(key, value)| (key.to_vec(), value.to_vec())));
        if rows.len() > most {
            return Err(Error::failed("a cursor gives more rows than there can be, or has no end"));
        }
    }
}

/// Sees that these rows are those.
pub(crate) fn same<'a>(
    what: &str,
    found: impl ExactSizeIterator<Item = (Vec<u8>, Vec<u8>)>,
    expected: impl Iterator<Item = (&'a Vec<u8>, &'a Vec<u8>)>,
    count: usize,
) -> Result<(), NotPassed> {
    let len = found.len();
    for (number, (found, expected)) in found.zip(expected).enumerate() {
        let (key, value) = (found.0 == *expected.0, found.1 == *expected.1);
        ensure!(
            key && value,
            "row {number} of {what} has the {} of another row, or a part of it: its key is {}, not {}; its value has {} bytes, not {}",
            if key { "value" } else { "key" },
            show(&found.0),
            show(expected.0),
            found.1.len(),
            expected.1.len()
        );
    }
    ensure!(len == count, "{what} gives {len} of {count} rows");
    Ok(())
}

fn first_difference(found: &[u8], expected: &[u8]) -> String {
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(at) => format!("byte {at} is the first that differs"),
        None => "the shorter one is the beginning of the longer one".to_owned(),
    }
}
