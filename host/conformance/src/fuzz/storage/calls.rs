//! The operations as calls of a plugin.

use crate::frame::instance::Instance;
use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Row};
use crate::fuzz::storage::operation::{fill_key, BatchWrite, By, StorageOperation, OPEN};
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, Error, ErrorKind, StorageExtension, StorageTable, TransactionOptions, Write,
};
use sochdb_plugin_host::{Reader, Storage, Transaction};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// An instance, and what is open of it.
pub(crate) struct Plugin<'a> {
    // They end before the instance.
    readers: [Option<Reader>; OPEN],
    transactions: [Option<Transaction>; OPEN],
    storage: Option<Storage>,
    instance: Option<Instance>,
    subject: &'a Subject,
}

impl<'a> Plugin<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Result<Self, NotPassed> {
        let mut instance = subject.instance()?;
        let storage = Some(instance.storage()?.clone());
        Ok(Self {
            readers: Default::default(),
            transactions: Default::default(),
            storage,
            instance: Some(instance),
            subject,
        })
    }

    fn storage(&self) -> Result<&Storage, Error> {
        self.storage.as_ref().ok_or_else(|| Error::failed("the next instance was not made"))
    }

    fn transaction(&mut self, at: usize) -> Result<&mut Transaction, Error> {
        self.transactions[at].as_mut().ok_or_else(|| Error::failed("the transaction is not open"))
    }

    fn reader(&self, at: usize) -> Result<&Reader, Error> {
        self.readers[at].as_ref().ok_or_else(|| Error::failed("the reader is not open"))
    }

    /// A plain write, unless it would wait for an open transaction.
    fn plainly(&mut self, write: impl FnOnce(&Storage) -> Result<(), Error>) -> Result<Answer, Error> {
        let waits = &self.subject.writes_wait;
        // Each of them would take a second.
        if waits.load(Ordering::Relaxed) && self.transactions.iter().any(Option::is_some) {
            return Err(Error::new(ErrorKind::Busy, "a plain write waits for an open transaction"));
        }
        let written = write(self.storage()?);
        if written.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy) {
            waits.store(true, Ordering::Relaxed);
        }
        written.map(|()| Answer::Done)
    }

    /// A write inside of a transaction, which ends if it is refused.
    fn inside(
        &mut self,
        at: usize,
        write: impl FnOnce(&mut Transaction) -> Result<(), Error>,
    ) -> Result<Answer, Error> {
        let written = write(self.transaction(at)?);
        if written.is_err() {
            self.transactions[at] = None;
        }
        written.map(|()| Answer::Done)
    }

    pub(crate) fn call(&mut self, operation: &StorageOperation) -> Result<Answer, Error> {
        match operation {
            StorageOperation::Put { by: By::Transaction(at), table, key, value } => {
                self.inside(*at, |inside| inside.put(*table, key, value))
            }
            StorageOperation::Put { by: By::Handle, table, key, value } => {
                self.plainly(|storage| storage.open_table(*table)?.put(key, value, 0))
            }
            StorageOperation::Put { table, key, value, .. } => {
                self.plainly(|storage| storage.put(*table, key, value, 0))
            }
            StorageOperation::Delete { by: By::Transaction(at), table, key } => {
                self.inside(*at, |inside| inside.delete(*table, key))
            }
            StorageOperation::Delete { table, key, .. } => self.plainly(|storage| storage.delete(*table, key, 0)),
            StorageOperation::Get { by, table, key } => self.get(*by, *table, key).map(Answer::Value),
            StorageOperation::MultiGet { table, keys } => {
                let lent: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
                let found = self.storage()?.multi_get(*table, &lent)?;
                let rows = keys.iter().zip(found).filter_map(|(key, value)| Some((key.clone(), value?)));
                Ok(Answer::Rows(rows.collect()))
            }
            StorageOperation::Scan { by: By::Transaction(at), range, limit } => {
                self.transaction(*at)?.scan(range.table, &range.start, &range.end, *limit).map(Answer::Rows)
            }
            StorageOperation::Scan { range, limit, .. } => {
                self.storage()?.scan(range.table, &range.start, &range.end, *limit).map(Answer::Rows)
            }
            StorageOperation::Walk { reader, range, reverse, seek } => {
                let options = CursorOptions::range(&range.start, &range.end);
                let options = if *reverse { options.reversed() } else { options };
                walk(self.reader(*reader)?, range.table, &options, seek.as_deref()).map(Answer::Rows)
            }
            StorageOperation::Fill { table, count } => self.plainly(|storage| {
                (0..*count).try_for_each(|number| storage.put(*table, &fill_key(number), &[number as u8], 0))
            }),
            StorageOperation::Batch(writes) => {
                let writes: Vec<Write<'_>> = writes.iter().map(lent).collect();
                self.plainly(|storage| storage.write_batch(&writes, &BatchOptions::new()))
            }
            StorageOperation::DropTable { table } => self.plainly(|storage| storage.drop_table(*table)),
            StorageOperation::ListTables => {
                let tables = self.storage()?.list_tables()?;
                Ok(Answer::Numbers(tables.into_iter().map(u64::from).collect()))
            }
            StorageOperation::Count => {
                let storage = self.storage()?;
                if !storage.describe().counts_exactly {
                    return Err(Error::new(ErrorKind::Unsupported, "the count is an estimate"));
                }
                Ok(Answer::Numbers(vec![storage.stats()?.key_count]))
            }
            StorageOperation::Flush => self.plainly(|storage| storage.flush()),
            StorageOperation::Compact => self.plainly(|storage| storage.compact()),
            StorageOperation::Reopen => self.reopen(),
            StorageOperation::OpenReader(_)
            | StorageOperation::CloseReader(_)
            | StorageOperation::Begin(_)
            | StorageOperation::Commit(_)
            | StorageOperation::Abort(_)
            | StorageOperation::Save(_)
            | StorageOperation::RollBack(_) => self.open_or_close(operation),
        }
    }

    fn open_or_close(&mut self, operation: &StorageOperation) -> Result<Answer, Error> {
        match operation {
            StorageOperation::OpenReader(at) => self.readers[*at] = Some(self.storage()?.reader()?),
            StorageOperation::CloseReader(at) => self.readers[*at] = None,
            StorageOperation::Begin(at) => {
                let options = TransactionOptions::new().with_wait(Duration::ZERO);
                self.transactions[*at] = Some(self.storage()?.begin(&options)?);
            }
            StorageOperation::Commit(at) => {
                let open = self.transactions[*at].take();
                open.ok_or_else(|| Error::failed("the transaction is not open"))?.commit()?;
            }
            StorageOperation::Abort(at) => self.transactions[*at] = None,
            StorageOperation::Save(at) => self.transaction(*at)?.set_savepoint()?,
            StorageOperation::RollBack(at) => self.transaction(*at)?.rollback_to_savepoint()?,
            _ => {}
        }
        Ok(Answer::Done)
    }

    fn get(&mut self, by: By, table: u32, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        match by {
            By::Storage => self.storage()?.get(table, key),
            By::Transaction(at) => self.transaction(at)?.get(table, key),
            By::Handle => {
                let mut value = Vec::new();
                Ok(self.storage()?.open_table(table)?.get_append(key, &mut value)?.then_some(value))
            }
            By::Reader(at) => {
                let mut value = Vec::new();
                Ok(self.reader(at)?.get_append(table, key, &mut value)?.then_some(value))
            }
        }
    }

    fn reopen(&mut self) -> Result<Answer, Error> {
        if !self.storage()?.describe().durable {
            return Err(Error::new(ErrorKind::Unsupported, "the storage is not durable"));
        }
        self.storage()?.flush()?;
        self.storage = None;
        let instance = self.instance.take().ok_or_else(|| Error::failed("the next instance was not made"))?;
        let again = self.subject.again(instance).must("the next instance");
        let mut again = again.map_err(|why| Error::failed(why.to_string()))?;
        self.storage = Some(again.storage().map_err(|why| Error::failed(why.to_string()))?.clone());
        self.instance = Some(again);
        Ok(Answer::Done)
    }
}

fn walk(reader: &Reader, table: u32, options: &CursorOptions<'_>, seek: Option<&[u8]>) -> Result<Vec<Row>, Error> {
    let mut cursor = reader.cursor(table, options)?;
    if let Some(key) = seek {
        cursor.seek(key)?;
    }
    left_of(&mut cursor, 10_000)
}

fn lent(write: &BatchWrite) -> Write<'_> {
    match write {
        BatchWrite::Put { table, key, value } => Write::Put { table: *table, key, value },
        BatchWrite::Delete { table, key } => Write::Delete { table: *table, key },
        BatchWrite::DeleteRange { table, start, end } => Write::DeleteRange { table: *table, start, end },
        BatchWrite::Expect { table, key, value } => Write::Expect { table: *table, key, value },
        BatchWrite::ExpectAbsent { table, key } => Write::ExpectAbsent { table: *table, key },
    }
}
