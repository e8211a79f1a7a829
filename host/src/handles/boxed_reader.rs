//! A reader behind the trait of the SDK.

use crate::handles::storage::Storage;
use crate::handles::storage_cursor::LockedCursor;
use crate::handles::storage_reader::Reader;
use parking_lot::Mutex;
use sochdb_plugin_sdk::{CursorOptions, Result, StorageCursor, StorageReader, TableId, Value};

/// A reader and the lock that its calls take: behind the trait, safe code may use it and its cursors on several threads.
struct Boxed(Mutex<Reader>);

impl Storage {
    /// A reader in a box, behind the trait.
    pub(crate) fn boxed_reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(Boxed(Mutex::new(self.reader()?))))
    }
}

impl StorageReader for Boxed {
    /// Copies the value, which the plugin lends until the next call only.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
        let mut value = Vec::new();
        let found = self.0.lock().get_append(table, key, &mut value)?;
        Ok(found.then(|| Value::kept(value, |value| value)))
    }

    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        Ok(Box::new(LockedCursor::open(&self.0, table, options)?))
    }
}
