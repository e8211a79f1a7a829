//! A cursor goes to another thread, and its reader stays: both would be used at once.
//~ error[E0277]: `*mut c_void` cannot be sent between threads safely
use sochdb_plugin_host::sdk::{CursorOptions, Result};
use sochdb_plugin_host::Reader;

pub fn counts(reader: &Reader) -> Result<usize> {
    let mut cursor = reader.cursor(1, &CursorOptions::new())?;
    std::thread::scope(|scope| scope.spawn(move || cursor.next_batch().map(|rows| rows.len())).join().expect("no panic"))
}
