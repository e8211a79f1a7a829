//! A row is used after its cursor.
//~ error[E0505]: cannot move out of `cursor` because it is borrowed
use sochdb_plugin_host::sdk::{CursorOptions, Result};
use sochdb_plugin_host::Reader;

pub fn keeps(reader: &Reader) -> Result<usize> {
    let mut cursor = reader.cursor(1, &CursorOptions::new())?;
    let row = cursor.next_batch()?.next();
    drop(cursor);
    Ok(row.map_or(0, |(key, _)| key.len()))
}
