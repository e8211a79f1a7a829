//! The work of a child: the steps of a storage, or a look at what is there.

use crate::crash::kernel;
use crate::crash::steps::{key, number_of_key, number_of_value, steps, value, End, RowWrite, Step, TABLES};
use crate::crash::talk::Talk;
use crate::frame::must::show;
use crate::frame::subject::Subject;
use rustix::fd::{AsRawFd, OwnedFd};
use sochdb_plugin_host::sdk::{
    BatchOptions, Error, ErrorKind, Result as Called, StorageExtension, TransactionOptions, Write,
};
use sochdb_plugin_host::Storage;
use std::path::Path;

/// The table that shows whether a storage that came again still works.
const AGAIN: u32 = TABLES + 1;

/// Lets whoever supervises decide about the calls of this process from now on. False if the kernel does not.
pub(crate) fn supervise(talk: &Talk) -> std::io::Result<Option<OwnedFd>> {
    match kernel::begin() {
        Ok(listener) => {
            talk.say(&format!("supervise {}", listener.as_raw_fd()))?;
            Ok(Some(listener))
        }
        Err(error) => {
            talk.say(&format!("the kernel lets no process be supervised: {error}"))?;
            Ok(None)
        }
    }
}

/// Takes the steps on a new instance, and says of each that it begins, and how it ended.
pub(crate) fn work(subject: &Subject, talk: &Talk, directory: &Path, seed: u64, count: usize) -> std::io::Result<()> {
    let mut handles = match subject.handles_in(directory) {
        Ok(handles) => handles,
        Err(why) => return talk.say(&format!("refused {why}")),
    };
    let Some(storage) = handles.storage.take() else { return talk.say("refused it is no storage") };
    for (at, step) in steps(seed, count).iter().enumerate() {
        talk.say(&format!("begin {at}"))?;
        match take(&storage, step) {
            Ok(()) => talk.say(&format!("done {at}"))?,
            Err(error) if error.kind() == ErrorKind::Unsupported => talk.say(&format!("never {at}"))?,
            Err(error) => talk.say(&format!("failed {at} {error}"))?,
        }
    }
    Ok(())
}

fn take(storage: &Storage, step: &Step) -> Called<()> {
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

/// Opens what is there, says each row, and whether the storage goes on working.
pub(crate) fn look(subject: &Subject, talk: &Talk, directory: &Path) -> std::io::Result<()> {
    let mut handles = match subject.handles_in(directory) {
        Ok(handles) => handles,
        Err(why) => return talk.say(&format!("refused {why}")),
    };
    let Some(storage) = handles.storage.take() else { return talk.say("refused it is no storage") };
    for table in 1..=TABLES {
        let rows = match storage.scan(table, b"", b"", usize::MAX) {
            Ok(rows) => rows,
            Err(error) => return talk.say(&format!("broken scan of table {table}: {error}")),
        };
        for (key, value) in rows {
            match (number_of_key(&key), number_of_value(&value)) {
                (Some(key), Some(value)) => talk.say(&format!("row {table} {key} {value}"))?,
                _ => {
                    let (key, value) = (show(&key), show(&value));
                    return talk.say(&format!(
                        "broken table {table} has the key {key} with the value {value}, which nobody wrote"
                    ));
                }
            }
        }
    }
    match goes_on(&storage) {
        Ok(()) => Ok(()),
        Err(error) => talk.say(&format!("broken what came again does not go on: {error}")),
    }
}

fn goes_on(storage: &Storage) -> Result<(), Error> {
    storage.put(AGAIN, b"again", b"1", 0)?;
    storage.flush()?;
    match storage.get(AGAIN, b"again")? {
        Some(found) if found == b"1" => Ok(()),
        found => Err(Error::new(ErrorKind::Failed, format!("a row that was put is {found:?}"))),
    }
}
