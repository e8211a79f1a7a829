use crate::cursor::{RowBatch, StorageCursor};
use crate::cursor_options::CursorOptions;
use crate::error::Result;
use crate::ids::TableId;
use crate::row_sink::RowSink;
use crate::value::Value;
use crate::writer::Writer;
use std::mem::MaybeUninit;

/// The number of rows that a scan asks a cursor for at a time: enough to hide the cost of a call.
const BATCH: usize = 64;

/// A snapshot of a storage, which lends its bytes: what
/// [`StorageExtension::reader`](crate::StorageExtension::reader) returns. It has what was written before it was opened,
/// and nothing that is written later, and no write waits for it.
///
/// One thread at a time uses it with its cursors, and another may go on. A storage that has it needs one line for
/// each of its other ways of reading: `self.reader()?.get_into(table, key, value)`,
/// `self.reader()?.scan_into(table, start, end, limit, rows)`.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
///
/// /// The rows of the only table, sorted by key.
/// struct Snapshot(Vec<(Vec<u8>, Vec<u8>)>);
///
/// impl Snapshot {
///     fn place(&self, key: &[u8]) -> usize {
///         self.0.partition_point(|(have, _)| &have[..] < key)
///     }
/// }
///
/// impl StorageReader for Snapshot {
///     fn get(&self, _: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
///         let found = self.0.get(self.place(key)).filter(|(have, _)| have == key);
///         Ok(found.map(|(_, value)| Value::lent(value)))
///     }
///     fn cursor<'a>(&'a self, _: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
///         let end = if options.end.is_empty() { self.0.len() } else { self.place(options.end) };
///         let rows = &self.0[self.place(options.start).min(end)..end];
///         Ok(options.walk(rows.iter().map(|(key, value)| (&key[..], &value[..]))))
///     }
/// }
///
/// let reader = Snapshot(vec![(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
/// assert_eq!(reader.get(1, b"b")?.as_deref(), Some(&b"2"[..]));
/// let mut keys = Vec::new();
/// let mut take = |key: &[u8], _: &[u8]| {
///     keys.push(key.to_vec());
///     Ok(())
/// };
/// reader.scan_into(1, b"", b"b", 10, &mut RowSink::new(&mut take))?;
/// assert_eq!(keys, [b"a"]);
/// # Ok::<(), Error>(())
/// ```
pub trait StorageReader: Send {
    /// Lends the value of `key`; None if there is none. Bytes that do not live as long as the reader come with a guard that
    /// keeps them: [`Value::kept`].
    ///
    /// # Errors
    /// What the storage reports.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>>;

    /// Opens a cursor over the rows that `options` name, in the order that they name. Keys order as unsigned bytes.
    ///
    /// # Errors
    /// What the storage reports.
    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>>;

    /// Writes the value of `key` to `value`; false, with nothing written, if there is none.
    ///
    /// # Errors
    /// What the storage or the writer reports.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        match self.get(table, key)? {
            Some(found) => value.write(&found).map(|()| true),
            None => Ok(false),
        }
    }

    /// Gives `rows` the rows with `start <= key < end` as `cursor` does, at most `limit` of them.
    ///
    /// # Errors
    /// What the storage or the sink reports.
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let mut cursor = self.cursor(table, &CursorOptions::range(start, end))?;
        let mut places = [MaybeUninit::uninit(); BATCH];
        let mut left = limit;
        while left > 0 {
            let mut batch = RowBatch::new(&mut places[..left.min(BATCH)]);
            cursor.next_batch(&mut batch)?;
            let lent = batch.rows();
            if lent.len() == 0 {
                break;
            }
            left -= lent.len();
            for (key, value) in lent {
                rows.push(key, value)?;
            }
        }
        Ok(())
    }
}
