//! An ordered storage in memory: what a storage plugin has to do, with nothing else in the way.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

#[cfg(test)]
mod tests;

type Table = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// Tables of keys and values in memory. One lock guards them all: a batch is seen whole or not at all, and a scan
/// sees one state. A row sink must not call back into the same instance.
#[derive(Default)]
pub struct MemoryStorage {
    tables: RwLock<Tables>,
}

#[derive(Default)]
struct Tables {
    by_id: BTreeMap<TableId, Table>,
    stats: StorageStats,
}

impl Tables {
    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) {
        let table = self.by_id.entry(table).or_default();
        self.stats.bytes_stored += value.len() as u64;
        match table.get_mut(key) {
            Some(old) => self.stats.bytes_stored -= std::mem::replace(old, value.into()).len() as u64,
            None => {
                table.insert(key.into(), value.into());
                self.stats.bytes_stored += key.len() as u64;
                self.stats.key_count += 1;
            }
        }
    }

    fn delete(&mut self, table: TableId, key: &[u8]) {
        if let Some(value) = self.by_id.get_mut(&table).and_then(|table| table.remove(key)) {
            self.stats.bytes_stored -= (key.len() + value.len()) as u64;
            self.stats.key_count -= 1;
        }
    }
}

impl MemoryStorage {
    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plugin for MemoryStorage {
    fn create(_: Host) -> Result<Self> {
        Ok(Self::default())
    }
}

impl StorageExtension for MemoryStorage {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        match self.read().by_id.get(&table).and_then(|table| table.get(key)) {
            Some(found) => value.write(found).map(|()| true),
            None => Ok(false),
        }
    }

    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.write().put(table, key, value);
        Ok(())
    }

    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.write().delete(table, key);
        Ok(())
    }

    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let end = match end {
            [] => Bound::Unbounded,
            // `BTreeMap::range` panics on a range that ends before it starts.
            end if end <= start => return Ok(()),
            end => Bound::Excluded(end),
        };
        let tables = self.read();
        let Some(table) = tables.by_id.get(&table) else { return Ok(()) };
        let mut found = table.range::<[u8], _>((Bound::Included(start), end)).take(limit);
        found.try_for_each(|(key, value)| rows.push(key, value))
    }

    fn flush(&self) -> Result<()> {
        Ok(())
    }

    fn stats(&self) -> Result<StorageStats> {
        Ok(self.read().stats)
    }

    fn write_batch(&self, writes: &[Write<'_>], _: TransactionId) -> Result<()> {
        let mut tables = self.write();
        for write in writes {
            match *write {
                Write::Put { table, key, value } => tables.put(table, key, value),
                Write::Delete { table, key } => tables.delete(table, key),
            }
        }
        Ok(())
    }
}

export_plugin!(MemoryStorage: storage);
