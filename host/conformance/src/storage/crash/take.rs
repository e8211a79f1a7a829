//! The steps of a storage, taken, and what is there after them.

use crate::crash::promise::FAILED;
use crate::frame::must::show;
use crate::inputs::rows::{left_of, Row};
use crate::storage::crash::history::Place;
use crate::storage::crash::steps::{key, number_of_key, number_of_value, value, End, RowWrite, Step, KEYS, TABLES};
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, Error, ErrorKind, Result as Called, StorageExtension, TransactionOptions, Write,
};
use sochdb_plugin_host::Storage;

/// The table that shows whether a storage that came again still works.
pub(crate) const AGAIN: u32 = TABLES + 1;

pub(crate) fn take(storage: &Storage, step: &Step) -> Called<()> {
    let options = |durable: bool| if durable { BatchOptions::new().durable() } else { BatchOptions::new() };
    match step {
        Step::Write(RowWrite { table, key: row, value: Some(new) }) => storage.put(*table, &key(*row), &value(*new), 0),
        Step::Write(RowWrite { table, key: row, value: None }) => storage.delete(*table, &key(*row), 0),
        Step::Batch { writes, durable } => {
            let rows: Vec<_> =
                writes.iter().map(|write| (write.table, key(write.key), write.value.map(value))).collect();
            let writes: Vec<Write<'_>> = rows
                .iter()
                .map(|(table, key, value)| match value {
                    Some(value) => Write::Put { table: *table, key, value },
                    None => Write::Delete { table: *table, key },
                })
                .collect();
            storage.write_batch(&writes, &options(*durable))
        }
        Step::DeleteRange { table, from, to, durable } => {
            let (start, end) = (key(*from), key(*to));
            storage.write_batch(&[Write::DeleteRange { table: *table, start: &start, end: &end }], &options(*durable))
        }
        Step::Transaction { writes, end } => transaction(storage, writes, *end),
        Step::DropTable { table } => storage.drop_table(*table),
        Step::Flush => storage.flush(),
        Step::Flushed(step) => {
            storage.flush()?;
            take(storage, step)?;
            storage.flush()
        }
        Step::FlushedBesideReader(write) => {
            // What is written anew for this may be all that an engine would bring to the disk, but for the snapshot.
            storage.flush()?;
            let mut reader = storage.reader()?;
            // Some take their snapshot when they are read first.
            reader.get(write.table, &key(write.key))?;
            take(storage, &Step::Write(*write))?;
            storage.flush()
        }
        Step::Compact => storage.compact(),
    }
}

fn transaction(storage: &Storage, writes: &[RowWrite], end: End) -> Called<()> {
    let options = TransactionOptions::new();
    let options = if end == End::DurableCommit { options.durable() } else { options };
    let mut inside = storage.begin(&options)?;
    for write in writes {
        match write.value {
            Some(new) => inside.put(write.table, &key(write.key), &value(new))?,
            None => inside.delete(write.table, &key(write.key))?,
        }
    }
    if end == End::Abort {
        inside.abort();
        return Ok(());
    }
    inside.commit()
}

/// The rows that are there, each with the number of its value, in a storage that goes on working.
pub(crate) fn look(storage: &Storage) -> Result<Vec<(Place, u32)>, String> {
    let mut all = Vec::new();
    for table in 1..=AGAIN {
        let rows =
            storage.scan(table, b"", b"", usize::MAX).map_err(|error| format!("scan of table {table}: {error}"))?;
        for (key, value) in rows {
            match (number_of_key(&key), number_of_value(&value)) {
                (Some(key), Some(value)) => all.push(((table, key), value)),
                _ => {
                    let (key, value) = (show(&key), show(&value));
                    return Err(format!("table {table} has the key {key} with the value {value}, which nobody wrote"));
                }
            }
        }
    }
    goes_on(storage, all.len() as u32).map_err(|error| format!("what came again does not go on: {error}"))?;
    Ok(all)
}

/// The rows that each way to read gives, a line for each call.
pub(crate) fn read(storage: &Storage) -> Vec<String> {
    let said = |what: String, found: Called<String>| match found {
        Ok(found) => format!("{what}: {found}"),
        Err(_) => format!("{what}: {FAILED}"),
    };
    let one = |found: Option<Vec<u8>>| match found {
        Some(found) => number_of_value(&found).map_or_else(|| show(&found), |value| format!("value {value}")),
        None => "no row".to_owned(),
    };
    let all = |rows: Vec<Row>| {
        let rows = rows.into_iter().map(|(key, value)| format!("{} {}", show(&key), one(Some(value))));
        rows.collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    for table in 1..=TABLES {
        for row in 0..KEYS {
            lines.push(said(format!("get of key {row} of table {table}"), storage.get(table, &key(row)).map(one)));
        }
        lines.push(said(format!("scan of table {table}"), storage.scan(table, b"", b"", usize::MAX).map(all)));
        let keys: Vec<Vec<u8>> = (0..KEYS).map(key).collect();
        let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        let many = storage.multi_get(table, &keys);
        let many = many.map(|found| found.into_iter().map(one).collect::<Vec<_>>().join(", "));
        lines.push(said(format!("multi_get of table {table}"), many));
        let [first, again] = walked(storage, table).unwrap_or_else(|error| [Err(error.clone()), Err(error)]);
        lines.push(said(format!("cursor over table {table}"), first.map(all)));
        lines.push(said(format!("cursor over table {table} that was moved to its begin"), again.map(all)));
    }
    lines
}

/// The rows that a cursor gives, and those that it gives when it is moved to its begin: where it is moved to, it goes on after an error, too.
fn walked(storage: &Storage, table: u32) -> Called<[Called<Vec<Row>>; 2]> {
    let reader = storage.reader()?;
    let mut cursor = reader.cursor(table, &CursorOptions::new())?;
    let first = left_of(&mut cursor, usize::MAX);
    Ok([first, cursor.seek(b"").and_then(|()| left_of(&mut cursor, usize::MAX))])
}

fn goes_on(storage: &Storage, number: u32) -> Result<(), Error> {
    let (key, value) = (key(number % KEYS), value(number));
    storage.put(AGAIN, &key, &value, 0)?;
    storage.flush()?;
    match storage.get(AGAIN, &key)? {
        Some(found) if found == value => Ok(()),
        found => Err(Error::new(ErrorKind::Failed, format!("a row that was put is {found:?}"))),
    }
}
