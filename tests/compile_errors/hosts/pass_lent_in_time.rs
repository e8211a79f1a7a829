//! What is lent is used before the next call.
use sochdb_plugin_host::sdk::{CursorOptions, Result};
use sochdb_plugin_host::Reader;

pub fn uses(reader: &mut Reader) -> Result<usize> {
    let mut sum = reader.get(1, b"one")?.map_or(0, <[u8]>::len);
    sum += reader.get(1, b"other")?.map_or(0, <[u8]>::len);
    let mut cursor = reader.cursor(1, &CursorOptions::new())?;
    for (key, value) in cursor.next_batch()? {
        sum += key.len() + value.len();
    }
    sum += cursor.next_batch()?.len();
    Ok(sum)
}
