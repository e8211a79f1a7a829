//! Snapshots: read transactions of redb, whose guards are lent as they are.

use crate::database::{bounds, failed, read_table, Rows};
use redb::{AccessGuard, Range, ReadTransaction};
use sochdb_plugin_sdk::prelude::*;
use std::cell::RefCell;
use std::collections::btree_map::{BTreeMap, Entry};

type Guard = AccessGuard<'static, &'static [u8]>;

pub(crate) struct Snapshot {
    read: ReadTransaction,
    /// The tables that were asked for; None for one that does not exist.
    tables: RefCell<BTreeMap<TableId, Option<Rows>>>,
}

impl Snapshot {
    pub(crate) fn new(read: ReadTransaction) -> Self {
        Self { read, tables: RefCell::default() }
    }

    fn with<T>(&self, table: TableId, ask: impl FnOnce(&Rows) -> Result<Option<T>>) -> Result<Option<T>> {
        let mut tables = self.tables.borrow_mut();
        let rows = match tables.entry(table) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(read_table(&self.read, table)?),
        };
        rows.as_ref().map_or(Ok(None), ask)
    }
}

impl StorageReader for Snapshot {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
        let found = self.with(table, |rows| rows.get(key).map_err(failed))?;
        Ok(found.map(|guard: Guard| Value::kept(guard, |guard| guard.value())))
    }

    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        let range = match bounds(options.start, options.end) {
            Some(bounds) => self.with(table, |rows| rows.range::<&[u8]>(bounds).map(Some).map_err(failed))?,
            None => None,
        };
        Ok(Box::new(Walk { range, reverse: options.reverse, kept: Vec::new() }))
    }
}

/// A walk that keeps the guards of the rows that it lends.
struct Walk {
    /// None in a table that does not exist.
    range: Option<Range<'static, &'static [u8], &'static [u8]>>,
    reverse: bool,
    kept: Vec<(Guard, Guard)>,
}

impl StorageCursor for Walk {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        self.kept.clear();
        let Some(range) = &mut self.range else { return Ok(()) };
        while self.kept.len() < rows.room() {
            let next = if self.reverse { range.next_back() } else { range.next() };
            let Some(row) = next else { break };
            self.kept.push(row.map_err(failed)?);
        }
        self.kept.iter().try_for_each(|(key, value)| rows.push(key.value(), value.value()))
    }
}
