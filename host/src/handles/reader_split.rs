use crate::handles::storage_cursor::Cursor;
use crate::handles::storage_reader::Reader;
use sochdb_plugin_sdk::{CursorOptions, Result, TableId};

/// The half of a [`Reader`] that lends values: see [`Reader::split`].
///
/// ```
/// use sochdb_plugin_host::sdk::{CursorOptions, Result};
/// use sochdb_plugin_host::Reader;
///
/// /// Counts the orders of table 1 whose customer is in table 2.
/// fn count(reader: &mut Reader) -> Result<usize> {
///     let (mut values, cursors) = reader.split();
///     let (mut orders, mut count) = (cursors.cursor(1, &CursorOptions::new())?, 0);
///     loop {
///         let batch = orders.next_batch()?;
///         if batch.len() == 0 {
///             return Ok(count);
///         }
///         for (_order, customer) in batch {
///             count += usize::from(values.get(2, customer)?.is_some());
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Values<'r>(&'r Reader);

/// The half of a [`Reader`] that opens cursors, which lend beside its [`Values`].
///
/// ```
/// use sochdb_plugin_host::sdk::{CursorOptions, Result};
/// use sochdb_plugin_host::Reader;
///
/// fn last_key(reader: &mut Reader) -> Result<Option<Vec<u8>>> {
///     let (_values, cursors) = reader.split();
///     let mut cursor = cursors.cursor(1, &CursorOptions::new().reversed().without_values())?;
///     let last = cursor.next_batch()?.next().map(|(key, _)| key.to_vec());
///     Ok(last)
/// }
/// ```
#[derive(Debug)]
pub struct Cursors<'r>(&'r Reader);

impl Reader {
    /// Parts the reader, so that a value may be lent while cursors are opened and used.
    ///
    /// Never blocks.
    pub fn split(&mut self) -> (Values<'_>, Cursors<'_>) {
        let reader = &*self;
        (Values(reader), Cursors(reader))
    }
}

impl Values<'_> {
    /// Lends the value of `key` until the next call, or `None` if there is none.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn get(&mut self, table: TableId, key: &[u8]) -> Result<Option<&[u8]>> {
        // SAFETY: the plugin lends the value until the next `reader_get`. Of a reader that is split only this makes one, and
        // `&mut` keeps it away; there is one of this, as the reader was alone.
        Ok(self.0.find(table, key)?.and_then(|value| unsafe { value.get() }))
    }
}

impl<'r> Cursors<'r> {
    /// Opens a cursor, as [`Reader::cursor`] does.
    ///
    /// Blocks until the storage has answered.
    ///
    /// # Errors
    /// Those that the storage reports.
    pub fn cursor(&self, table: TableId, options: &CursorOptions<'_>) -> Result<Cursor<'r>> {
        self.0.cursor(table, options)
    }
}
