//! A value comes with the guard that keeps it: counted, decoded, or one that borrows from the reader.
#![forbid(unsafe_code)]
use sochdb_plugin_sdk::prelude::*;
use std::sync::Arc;

pub struct Values {
    pub counted: Arc<[u8]>,
}

pub struct Guard<'a>(&'a Values);

impl StorageReader for Values {
    fn get(&self, table: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
        Ok(Some(match table {
            0 => Value::lent(&self.counted),
            1 => Value::kept(self.counted.clone(), |counted| counted),
            2 => Value::kept(vec![7; 10], |decoded| decoded),
            _ => Value::kept(Guard(self), |guard| &guard.0.counted),
        }))
    }

    fn cursor<'a>(&'a self, _: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        Ok(options.walk(std::iter::once((&b"key"[..], &self.counted[..]))))
    }
}
