//! A reader lends a value of a buffer that is gone when it returns, and does not keep it.
//~ error[E0515]: cannot return value referencing local variable `buffer`
use sochdb_plugin_sdk::prelude::*;

pub struct Values;

impl StorageReader for Values {
    fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
        let buffer = vec![7; 10];
        Ok(Some(Value::lent(&buffer)))
    }

    fn cursor<'a>(&'a self, _: TableId, _: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        Err(Error::unsupported("cursor"))
    }
}
