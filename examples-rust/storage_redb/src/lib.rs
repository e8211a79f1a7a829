//! A storage on disk over redb: one file, a table of redb for each table, values that are lent as redb keeps them.
#![deny(unsafe_code)]

mod database;
mod file;
mod reader;
mod transaction;
mod turn;

use database::{failed, read_table, Rows, Sync};
use file::QuietFile;
use reader::Snapshot;
use redb::{Database, Durability, ReadableDatabase, ReadableTableMetadata, TableHandle};
use serde::Deserialize;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::StorageProperties;
use std::time::Duration;
use transaction::Transaction;
use turn::Turn;

/// How long a plain write waits for an open transaction.
const WRITE_WAITS: Duration = Duration::from_secs(1);
/// Writes of a batch between two questions whether it is to go on.
const ASK_EVERY: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The file, made if it is missing; `rows.redb` in the instance's `data_dir` if that is given.
    path: Option<std::path::PathBuf>,
    /// When a write is durable.
    #[serde(default)]
    sync: Sync,
}

/// Rows in a redb database.
pub struct RedbStorage {
    database: Database,
    sync: Sync,
    turn: Turn,
}

impl Plugin for RedbStorage {
    fn create(host: Host) -> Result<Self> {
        let config: Config = host.config()?;
        let path = config.path.or_else(|| host.data_dir().map(|directory| directory.join("rows.redb")));
        let path =
            path.ok_or_else(|| Error::invalid("`path` is missing, and there is no `data_dir`: give one of them"))?;
        let database = Database::builder().create_with_backend(QuietFile::open(&path)?).map_err(failed)?;
        Ok(Self { database, sync: config.sync, turn: Turn::default() })
    }
}

impl RedbStorage {
    /// Begins a transaction of redb, whose own wait for another writer has no end.
    fn begin_within(&self, wait: Duration, durable: bool) -> Result<Transaction<'_>> {
        let turn = self.turn.take(wait).ok_or_else(|| {
            Error::new(ErrorKind::Busy, "another transaction is open, and redb has one writer at a time")
        })?;
        let mut write = self.database.begin_write().map_err(failed)?;
        if !durable && self.sync == Sync::Flush {
            write.set_durability(Durability::None).map_err(failed)?;
        }
        Ok(Transaction::new(write, turn))
    }

    fn write(&self, change: impl FnOnce(&mut Transaction<'_>) -> Result<()>) -> Result<()> {
        let mut transaction = self.begin_within(WRITE_WAITS, false)?;
        change(&mut transaction)?;
        Box::new(transaction).commit()
    }
}

impl StorageExtension for RedbStorage {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        let read = self.database.begin_read().map_err(failed)?;
        let Some(rows) = read_table(&read, table)? else { return Ok(false) };
        match rows.get(key).map_err(failed)? {
            Some(found) => value.write(found.value()).map(|()| true),
            None => Ok(false),
        }
    }

    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.write(|transaction| transaction.put(table, key, value))
    }

    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.write(|transaction| transaction.delete(table, key))
    }

    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        self.reader()?.scan_into(table, start, end, limit, rows)
    }

    fn flush(&self) -> Result<()> {
        // What was committed before is durable with it.
        Box::new(self.begin_within(Duration::MAX, true)?).commit()
    }

    fn describe(&self) -> StorageProperties {
        let there = StorageProperties::new().counting_exactly().durable().with_transactions().serializable();
        there.deleting_ranges().expecting().with_files()
    }

    fn stats(&self) -> Result<StorageStats> {
        let read = self.database.begin_read().map_err(failed)?;
        let mut stats = StorageStats::default();
        for table in read.list_tables().map_err(failed)? {
            let rows: Rows = read.open_table(database::definition(table.name())).map_err(failed)?;
            stats.key_count += rows.len().map_err(failed)?;
            stats.bytes_stored += rows.stats().map_err(failed)?.stored_bytes();
        }
        Ok(stats)
    }

    fn write_batch(&self, writes: &[Write<'_>], options: &BatchOptions) -> Result<()> {
        let mut transaction = self.begin_within(WRITE_WAITS, options.durable)?;
        writes.iter().try_for_each(|write| transaction.expect(write))?;
        writes.iter().enumerate().try_for_each(|(done, write)| {
            if done % ASK_EVERY == 0 {
                Call::current(|call| call.go_on())?;
            }
            transaction.apply(write)
        })?;
        Box::new(transaction).commit()
    }

    fn list_tables(&self) -> Result<Vec<TableId>> {
        let read = self.database.begin_read().map_err(failed)?;
        let mut tables = Vec::new();
        for table in read.list_tables().map_err(failed)?.filter_map(|table| table.name().parse().ok()) {
            let rows = read_table(&read, table)?;
            if rows.map_or(Ok(true), |rows| rows.is_empty()).map_err(failed)? {
                continue;
            }
            tables.push(table);
        }
        Ok(tables)
    }

    fn drop_table(&self, table: TableId) -> Result<()> {
        self.write(|transaction| transaction.drop_table(table))
    }

    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(Snapshot::new(self.database.begin_read().map_err(failed)?)))
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        Ok(Box::new(self.begin_within(options.wait, options.durable)?))
    }
}

export_plugin!(RedbStorage: storage);
