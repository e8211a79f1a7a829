//! A value is lent while cursors are opened and used.
use sochdb_plugin_host::sdk::{CursorOptions, Result};
use sochdb_plugin_host::Reader;

pub fn joins(reader: &mut Reader) -> Result<usize> {
    let (mut values, cursors) = reader.split();
    let mut rows = cursors.cursor(1, &CursorOptions::new())?;
    let value = values.get(2, b"key")?.unwrap_or_default();
    let same = rows.next_batch()?.filter(|row| row.1 == value).count();
    let mut others = cursors.cursor(2, &CursorOptions::new().reversed())?;
    let more = others.next_batch()?.filter(|row| row.1 == value).count();
    Ok(same + more)
}
