//! Snapshots: clones of all tables, which lend what is in them.

use super::tree::Rows;
use super::Tables;
use sochdb_plugin_sdk::prelude::*;

/// All tables as they were. No write changes it, so none waits for it.
pub(crate) struct Snapshot(pub(crate) Tables);

impl StorageReader for Snapshot {
    fn get<'a>(&'a self, table: TableId, key: &[u8], _: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>> {
        Ok(self.0.tree(table).and_then(|tree| tree.get(key)))
    }

    fn cursor<'a>(&'a self, table: TableId, start: &[u8], end: &[u8]) -> Result<Box<dyn StorageCursor + 'a>> {
        Ok(Box::new(Cursor(self.0.tree(table).map(|tree| tree.rows(start, end)))))
    }
}

/// None in a table that did not exist.
struct Cursor<'a>(Option<Rows<'a>>);

impl StorageCursor for Cursor<'_> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        if let Some(found) = &mut self.0 {
            rows.fill(found);
        }
        Ok(())
    }
}
