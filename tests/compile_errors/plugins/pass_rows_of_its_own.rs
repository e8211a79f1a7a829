//! A cursor may lend what it keeps, and what its reader lent it for longer.
#![deny(unsafe_code)]
use sochdb_plugin_sdk::prelude::*;

pub struct Own {
    pub buffer: Vec<u8>,
}

impl StorageCursor for Own {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        self.buffer.push(1);
        rows.push(b"key", &self.buffer)
    }
}

pub struct Longer<'r> {
    pub rows: std::slice::Iter<'r, (&'r [u8], &'r [u8])>,
}

impl StorageCursor for Longer<'_> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        rows.fill(self.rows.by_ref().copied());
        Ok(())
    }
}
