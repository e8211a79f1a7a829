//! A value is used after its reader.
//~ error[E0505]: cannot move out of `reader` because it is borrowed
use sochdb_plugin_host::sdk::Result;
use sochdb_plugin_host::Storage;

pub fn keeps(storage: &Storage) -> Result<usize> {
    let mut reader = storage.reader()?;
    let value = reader.get(1, b"key")?.unwrap_or_default();
    drop(reader);
    Ok(value.len())
}
