//! A cursor lends a row of a buffer that is gone when it returns.
//~ error[E0597]: `buffer` does not live long enough
//~ rows.push(b"key", &buffer)
use sochdb_plugin_sdk::prelude::*;

pub struct Rows;

impl StorageCursor for Rows {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        let buffer = vec![7; 10];
        rows.push(b"key", &buffer)
    }
}
