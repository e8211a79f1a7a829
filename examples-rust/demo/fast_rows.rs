//! The same rows in the forms that cost less: writes in batches, values and rows that a snapshot lends. The table shows
//! them beside the plain forms.

use crate::data::{Rows, TABLE};
use crate::meter::Meter;
use crate::report::Report;
use crate::setup::Loaded;
use sochdb_plugin_cli::grouped;
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, Error, StorageExtension, Write};
use sochdb_plugin_host::Storage;

/// Writes a call.
const BATCH: usize = 64;

/// Does all three. The rows are there, and are the same afterwards.
pub(crate) fn run(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) {
    let written = write(report, loaded, storage, rows);
    report.check("every row is stored again, in batches", written);
    let lent = read(report, loaded, storage, rows);
    report.check("a snapshot lends every value", lent);
    let walked = walk(report, loaded, storage, rows);
    report.check("a cursor lends all rows in order", walked);
}

fn write(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut meter = Meter::default();
    let writes: Vec<Write<'_>> = rows.all.iter().map(|(key, value)| Write::Put { table: TABLE, key, value }).collect();
    for batch in writes.chunks(BATCH) {
        meter.time(|| storage.write_batch(batch, &BatchOptions::new())).map_err(text)?;
    }
    meter.bytes = rows.bytes();
    report.measured(&loaded.who(), "write_batch", &meter);
    Ok(format!("{} rows, {BATCH} a call", grouped(writes.len() as u64)))
}

fn read(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut meter = Meter::default();
    let mut reader = storage.reader().map_err(text)?;
    for (key, value) in &rows.all {
        let lent = meter.time(|| reader.get(TABLE, key)).map_err(text)?;
        if lent != Some(&value[..]) {
            return Err(format!("{} has another value", String::from_utf8_lossy(key)));
        }
    }
    meter.bytes = rows.all.iter().map(|(_, value)| value.len()).sum();
    report.measured(&loaded.who(), "Reader::get", &meter);
    Ok(format!("{} values, byte for byte", grouped(rows.all.len() as u64)))
}

fn walk(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut meter = Meter::default();
    let equal = meter.time(|| -> Result<bool, Error> {
        let reader = storage.reader()?;
        let mut cursor = reader.cursor(TABLE, &CursorOptions::new())?;
        let mut expected = rows.sorted.iter();
        loop {
            let batch = cursor.next_batch()?;
            if batch.len() == 0 {
                return Ok(expected.len() == 0);
            }
            for (key, value) in batch {
                if expected.next().is_none_or(|row| row.0 != key || row.1 != value) {
                    return Ok(false);
                }
            }
        }
    });
    meter.bytes = rows.bytes();
    report.measured(&loaded.who(), "Cursor", &meter);
    match equal.map_err(text)? {
        true => Ok(format!("{} rows", grouped(rows.sorted.len() as u64))),
        false => Err("they are not those that were stored".to_owned()),
    }
}

fn text(error: Error) -> String {
    error.to_string()
}
