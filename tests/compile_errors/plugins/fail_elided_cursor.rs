//! The lifetime of a cursor's rows is left out: rustc writes the line that is right.
//~ fn next_batch<'a>(&'a mut self, rows: &mut RowBatch<'a>) -> Result<()>
use sochdb_plugin_sdk::prelude::*;

pub struct Rows(Vec<(Vec<u8>, Vec<u8>)>);

impl StorageCursor for Rows {
    fn next_batch(&mut self, rows: &mut RowBatch<'_>) -> Result<()> {
        rows.fill(self.0.iter().map(|(key, value)| (&key[..], &value[..])));
        Ok(())
    }
}
