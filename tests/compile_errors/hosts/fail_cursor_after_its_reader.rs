//! A cursor outlives its reader.
//~ error[E0505]: cannot move out of `reader` because it is borrowed
use sochdb_plugin_host::sdk::{CursorOptions, Result};
use sochdb_plugin_host::Storage;

pub fn keeps(storage: &Storage) -> Result<usize> {
    let reader = storage.reader()?;
    let mut cursor = reader.cursor(1, &CursorOptions::new())?;
    drop(reader);
    let count = cursor.next_batch()?.len();
    Ok(count)
}
