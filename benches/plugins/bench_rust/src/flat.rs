//! A storage whose rows lie one after the other in memory, as in a page: what its calls cost is the boundary.

use sochdb_plugin_sdk::prelude::*;
use std::sync::OnceLock;

/// Bytes of each key.
pub const KEY: usize = 32;
/// Bytes of each value.
pub const VALUE: usize = 100;
/// Bytes of each row.
pub const ROW: usize = KEY + VALUE;
/// The largest table.
const TABLES: usize = 7;

/// Table `n` has ten to the `n` rows, made when they are first asked for.
#[derive(Default)]
pub struct Flat {
    tables: [OnceLock<Box<[u8]>>; TABLES],
}

impl Flat {
    /// The rows of a table, each a key and a value, ascending.
    pub fn rows(&self, table: TableId) -> &[u8] {
        self.tables.get(table as usize).map_or(&[], |rows| rows.get_or_init(|| make(10_usize.pow(table))))
    }

    fn range(&self, table: TableId, start: &[u8], end: &[u8]) -> &[u8] {
        let (rows, _) = self.rows(table).as_chunks::<ROW>();
        let start = rows.partition_point(|row| &row[..KEY] < start);
        let end = if end.is_empty() { rows.len() } else { rows.partition_point(|row| &row[..KEY] < end) };
        rows.get(start..end).unwrap_or_default().as_flattened()
    }
}

/// The key of a row.
pub fn key(number: u64) -> [u8; KEY] {
    let mut key = [b'k'; KEY];
    key[KEY - 8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// Key and value of each row.
pub fn pairs(rows: &[u8]) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> + DoubleEndedIterator {
    rows.chunks_exact(ROW).map(|row| row.split_at(KEY))
}

fn make(count: usize) -> Box<[u8]> {
    let row = |number: u64| key(number).into_iter().chain([number as u8; VALUE]);
    (0..count as u64).flat_map(row).collect()
}

impl StorageReader for &Flat {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Value<'_>>> {
        let found = pairs(self.range(table, key, &[])).next().filter(|(found, _)| *found == key);
        Ok(found.map(|(_, value)| Value::lent(value)))
    }

    fn cursor<'a>(&'a self, table: TableId, options: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        let rows = self.range(table, options.start, options.end);
        Ok(if options.reverse { options.walk(pairs(rows)) } else { Box::new(Cursor(rows)) })
    }
}

/// The rows that are left.
struct Cursor<'a>(&'a [u8]);

impl StorageCursor for Cursor<'_> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        let (lent, left) = self.0.split_at((rows.room() * ROW).min(self.0.len()));
        self.0 = left;
        rows.fill(pairs(lent));
        Ok(())
    }
}

impl StorageExtension for crate::Bench {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        self.reader()?.get_into(table, key, value)
    }
    fn put(&self, _: TableId, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        Err(Error::unsupported("put"))
    }
    fn delete(&self, _: TableId, _: &[u8], _: TransactionId) -> Result<()> {
        Err(Error::unsupported("delete"))
    }
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        pairs(self.flat.range(table, start, end)).take(limit).try_for_each(|(key, value)| rows.push(key, value))
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(&self.flat))
    }
}
