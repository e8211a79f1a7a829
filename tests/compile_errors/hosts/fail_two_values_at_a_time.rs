//! A second value is asked for while the first is in use, which it ends.
//~ error[E0499]: cannot borrow `values` as mutable more than once at a time
use sochdb_plugin_host::sdk::Result;
use sochdb_plugin_host::Reader;

pub fn compares(reader: &mut Reader) -> Result<bool> {
    let (mut values, _cursors) = reader.split();
    let first = values.get(1, b"a")?;
    let second = values.get(1, b"b")?;
    Ok(first == second)
}
