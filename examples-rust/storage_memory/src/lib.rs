//! An ordered storage in memory: what a storage plugin has to do, with nothing else in the way.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

mod reader;
#[cfg(test)]
mod tests;
mod transaction;
mod tree;

use reader::Snapshot;
use sochdb_plugin_sdk::StorageProperties;
use transaction::Transaction;
use tree::Tree;

/// Tables of keys and values in memory. One lock guards them all, so a batch is seen whole or not at all. A scan and
/// a reader have a clone of what they read and do not hold the lock, so writes go on beside them.
#[derive(Clone, Default)]
pub struct MemoryStorage {
    tables: Arc<RwLock<Tables>>,
}

#[derive(Clone, Default)]
struct Tables {
    /// Where in `trees` a table is. It stays there.
    places: BTreeMap<TableId, usize>,
    trees: Vec<Tree>,
    stats: StorageStats,
    /// How often they changed.
    changes: u64,
}

impl Tables {
    fn tree(&self, table: TableId) -> Option<&Tree> {
        self.places.get(&table).map(|place| &self.trees[*place])
    }

    fn place(&mut self, table: TableId) -> usize {
        let Self { places, trees, changes, .. } = self;
        *places.entry(table).or_insert_with(|| {
            *changes += 1;
            trees.push(Tree::default());
            trees.len() - 1
        })
    }

    fn put(&mut self, place: usize, key: &[u8], value: &[u8]) {
        self.changes += 1;
        self.stats.bytes_stored += value.len() as u64;
        match self.trees[place].insert(key, value) {
            Some(old) => self.stats.bytes_stored -= old.len() as u64,
            None => {
                self.stats.bytes_stored += key.len() as u64;
                self.stats.key_count += 1;
            }
        }
    }

    fn delete(&mut self, table: TableId, key: &[u8]) {
        let place = self.places.get(&table).copied();
        if let Some(old) = place.and_then(|place| self.trees[place].remove(key)) {
            self.changes += 1;
            self.stats.bytes_stored -= (key.len() + old.len()) as u64;
            self.stats.key_count -= 1;
        }
    }
}

impl Tables {
    fn delete_range(&mut self, table: TableId, start: &[u8], end: &[u8]) -> Result<()> {
        // A clone, which costs nothing, to walk over while rows go.
        let before = self.tree(table).cloned().unwrap_or_default();
        before.rows(start, end).enumerate().try_for_each(|(looked, (key, _))| {
            ask(looked)?;
            self.delete(table, key);
            Ok(())
        })
    }

    /// Whether a batch may have the write, and what it expects is so.
    fn expect(&self, write: &Write<'_>) -> Result<()> {
        let get = |table, key| self.tree(table).and_then(|tree| tree.get(key));
        let as_expected = match *write {
            Write::Put { .. } | Write::Delete { .. } | Write::DeleteRange { .. } => true,
            Write::Expect { table, key, value } => get(table, key) == Some(value),
            Write::ExpectAbsent { table, key } => get(table, key).is_none(),
            _ => return Err(Error::unsupported("a write of this kind")),
        };
        as_expected.then_some(()).ok_or_else(|| Error::new(ErrorKind::Conflict, "a row is not as the batch expects it"))
    }

    fn apply(&mut self, write: &Write<'_>) -> Result<()> {
        match *write {
            Write::Put { table, key, value } => {
                let place = self.place(table);
                self.put(place, key, value);
            }
            Write::Delete { table, key } => self.delete(table, key),
            Write::DeleteRange { table, start, end } => self.delete_range(table, start, end)?,
            // What a batch expects changes nothing, and one with another write was refused.
            _ => {}
        }
        Ok(())
    }
}

impl MemoryStorage {
    /// Makes changes that are seen at once, or not at all if they are cancelled: of a clone, which costs little.
    fn change(&self, change: impl FnOnce(&mut Tables) -> Result<()>) -> Result<()> {
        let mut tables = self.write();
        let mut changed = tables.clone();
        change(&mut changed)?;
        let before = std::mem::replace(&mut *tables, changed);
        // Nobody waits for what is freed.
        drop(tables);
        drop(before);
        Ok(())
    }

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

/// Rows or writes between two questions whether the call is to go on: a power of 2.
const ASK_EVERY: usize = 256;

/// Ends a call that is not to go on, once in a while.
fn ask(looked: usize) -> Result<()> {
    if looked & (ASK_EVERY - 1) == 0 {
        Call::current(|call| call.go_on())?;
    }
    Ok(())
}

fn push_all<'a>(found: impl Iterator<Item = (&'a [u8], &'a [u8])>, rows: &mut RowSink<'_>) -> Result<()> {
    found.enumerate().try_for_each(|(looked, (key, value))| ask(looked).and_then(|()| rows.push(key, value)))
}

fn write_found(found: Option<&[u8]>, value: &mut Writer<'_>) -> Result<bool> {
    found.map_or(Ok(false), |found| value.write(found).map(|()| true))
}

impl StorageExtension for MemoryStorage {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        write_found(self.read().tree(table).and_then(|tree| tree.get(key)), value)
    }

    fn multi_get_into(&self, table: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
        let tree = self.read().tree(table).cloned().unwrap_or_default();
        let found = keys.iter().map(|key| tree.get(key)).enumerate();
        found
            .into_iter()
            .try_for_each(|(at, found)| ask(at).and_then(|()| found.map_or(Ok(()), |found| values.push(at, found))))
    }

    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        let mut tables = self.write();
        let place = tables.place(table);
        tables.put(place, key, value);
        Ok(())
    }

    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.write().delete(table, key);
        Ok(())
    }

    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let tree = self.read().tree(table).cloned().unwrap_or_default();
        push_all(tree.rows(start, end).take(limit), rows)
    }

    fn flush(&self) -> Result<()> {
        Ok(())
    }

    fn describe(&self) -> StorageProperties {
        StorageProperties::new().counting_exactly().with_transactions().serializable().deleting_ranges().expecting()
    }

    fn stats(&self) -> Result<StorageStats> {
        Ok(self.read().stats)
    }

    fn write_batch(&self, writes: &[Write<'_>], _: &BatchOptions) -> Result<()> {
        self.change(|tables| {
            writes.iter().try_for_each(|write| tables.expect(write))?;
            writes.iter().enumerate().try_for_each(|(looked, write)| ask(looked).and_then(|()| tables.apply(write)))
        })
    }

    fn list_tables(&self) -> Result<Vec<TableId>> {
        let tables = self.read();
        let has_rows = |place: &usize| tables.trees[*place].rows(b"", b"").next().is_some();
        Ok(tables.places.iter().filter(|(_, place)| has_rows(place)).map(|(table, _)| *table).collect())
    }

    fn drop_table(&self, table: TableId) -> Result<()> {
        self.change(|tables| tables.delete_range(table, b"", b""))
    }

    fn open_table(&self, table: TableId) -> Result<Box<dyn StorageTable>> {
        let place = self.write().place(table);
        Ok(Box::new(Table { storage: self.clone(), place }))
    }

    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(Snapshot(self.read().clone())))
    }

    fn begin(&self, _: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        Ok(Box::new(Transaction::new(self)))
    }
}

/// A table whose place is known.
struct Table {
    storage: MemoryStorage,
    place: usize,
}

impl StorageTable for Table {
    fn get_into(&self, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        write_found(self.storage.read().trees[self.place].get(key), value)
    }

    fn put(&self, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.storage.write().put(self.place, key, value);
        Ok(())
    }
}

export_plugin!(MemoryStorage: storage);
