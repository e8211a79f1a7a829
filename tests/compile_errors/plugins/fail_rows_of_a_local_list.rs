//! A cursor fills the batch from a list that is gone when it returns.
//~ error[E0597]: `list` does not live long enough
//~ rows.fill(list.iter()
use sochdb_plugin_sdk::prelude::*;

pub struct Rows;

impl StorageCursor for Rows {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        let list = vec![(vec![1_u8], vec![2_u8])];
        rows.fill(list.iter().map(|(key, value)| (&key[..], &value[..])));
        Ok(())
    }
}
