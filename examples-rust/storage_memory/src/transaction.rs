//! Transactions: a clone of all tables, which takes their place if nothing else changed them.

use super::{push_all, write_found, MemoryStorage, Tables};
use sochdb_plugin_sdk::prelude::*;

/// It waits for nobody, and nobody for it: of two that change anything, the second to commit has to begin again.
pub(crate) struct Transaction<'a> {
    storage: &'a MemoryStorage,
    began_at: u64,
    tables: Tables,
    /// The tables as each savepoint found them: clones, which cost little.
    savepoints: Vec<Tables>,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(storage: &'a MemoryStorage) -> Self {
        let tables = storage.read().clone();
        Self { storage, began_at: tables.changes, tables, savepoints: Vec::new() }
    }
}

impl StorageTransaction for Transaction<'_> {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        write_found(self.tables.tree(table).and_then(|tree| tree.get(key)), value)
    }

    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        let place = self.tables.place(table);
        self.tables.put(place, key, value);
        Ok(())
    }

    fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
        self.tables.delete(table, key);
        Ok(())
    }

    fn scan_into(
        &mut self,
        table: TableId,
        start: &[u8],
        end: &[u8],
        limit: usize,
        rows: &mut RowSink<'_>,
    ) -> Result<()> {
        let found = self.tables.tree(table).map(|tree| tree.rows(start, end).take(limit));
        push_all(found.into_iter().flatten(), rows)
    }

    fn set_savepoint(&mut self) -> Result<()> {
        self.savepoints.push(self.tables.clone());
        Ok(())
    }

    fn rollback_to_savepoint(&mut self) -> Result<()> {
        self.tables = self.savepoints.pop().ok_or_else(|| Error::invalid("no savepoint is set"))?;
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let mut tables = self.storage.write();
        // With the lock, which another commit may have held for long.
        Call::current(|call| call.go_on())?;
        if tables.changes != self.began_at && self.tables.changes != self.began_at {
            return Err(Error::new(ErrorKind::Conflict, "something else was written first: begin again"));
        }
        if self.tables.changes != self.began_at {
            *tables = self.tables;
        }
        Ok(())
    }
}
