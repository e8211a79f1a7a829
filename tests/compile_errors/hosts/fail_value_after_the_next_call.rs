//! A value is used after the next call of its reader.
//~ error[E0499]: cannot borrow `*reader` as mutable more than once at a time
use sochdb_plugin_host::sdk::Result;
use sochdb_plugin_host::Reader;

pub fn keeps(reader: &mut Reader) -> Result<bool> {
    let one = reader.get(1, b"one")?;
    let other = reader.get(1, b"other")?.is_some();
    Ok(other && one.is_some())
}
