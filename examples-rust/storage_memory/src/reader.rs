//! Snapshots: clones of all tables, which lend what is in them.

use super::Tables;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::IterCursor;

/// All tables as they were. No write changes it, so none waits for it.
pub(crate) struct Snapshot(pub(crate) Tables);

impl StorageReader for Snapshot {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
        Ok(self.0.tree(table).and_then(|tree| tree.get(key)).map(Value::lent))
    }

    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        let rows = self.0.tree(table).map(|tree| match options.reverse {
            false => tree.rows(options.start, options.end),
            true => tree.rows_reversed(options.start, options.end),
        });
        Ok(Box::new(IterCursor::new(rows.into_iter().flatten())))
    }
}
