//! A reader lends a value of a buffer that is gone when it returns, and not of the scratch.
//~ error[E0515]: cannot return value referencing local variable `buffer`
use sochdb_plugin_sdk::prelude::*;

pub struct Values;

impl StorageReader for Values {
    fn get<'a>(&'a self, _: TableId, _: &[u8], _: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>> {
        let buffer = vec![7; 10];
        Ok(Some(&buffer))
    }

    fn cursor<'a>(&'a self, _: TableId, _: &[u8], _: &[u8]) -> Result<Box<dyn StorageCursor + 'a>> {
        Err(Error::unsupported("cursor"))
    }
}
