//! A row is used after the next batch.
//~ error[E0499]: cannot borrow `*cursor` as mutable more than once at a time
use sochdb_plugin_host::sdk::Result;
use sochdb_plugin_host::Cursor;

pub fn keeps(cursor: &mut Cursor<'_>) -> Result<usize> {
    let row = cursor.next_batch()?.next();
    let count = cursor.next_batch()?.len();
    Ok(row.map_or(count, |(key, _)| key.len()))
}
