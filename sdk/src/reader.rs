use crate::error::{Error, ErrorKind, Result};
use crate::ids::TableId;
use crate::opaque::opaque;
use crate::row_sink::RowSink;
use crate::writer::Writer;
use sochdb_plugin_abi::*;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

opaque!(RowBatch<'_>);

/// How many rows are asked for at a time where nobody said: enough to hide what a call costs.
const BATCH: usize = 64;

/// A snapshot of a storage, which lends its bytes: what
/// [`StorageExtension::reader`](crate::StorageExtension::reader) returns. What was written before it was opened is
/// seen, what is written later is not, and no write waits for it.
///
/// One thread uses it at a time, and always the same one while it has cursors. A storage that implements it has its other ways of reading in one line:
/// `self.reader()?.get_into(table, key, value)`, `self.reader()?.scan_into(table, start, end, limit, rows)`.
pub trait StorageReader: Send {
    /// Lends the value of `key`, or None. `scratch` is for a storage that has no such bytes to lend, as it keeps them
    /// in another form: it puts them there. What was in it does not matter.
    ///
    /// # Errors
    /// What the storage reports.
    fn get<'a>(&'a self, table: TableId, key: &[u8], scratch: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>>;

    /// Walks over the rows with `start <= key < end`, ascending by key. An empty `end` means: to the end of the table.
    ///
    /// # Errors
    /// What the storage reports.
    fn cursor<'a>(&'a self, table: TableId, start: &[u8], end: &[u8]) -> Result<Box<dyn StorageCursor + 'a>>;

    /// Writes the value of `key`. False, with nothing written, if there is none.
    ///
    /// # Errors
    /// What the storage or the writer reports.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        match self.get(table, key, &mut Vec::new())? {
            Some(found) => value.write(found).map(|()| true),
            None => Ok(false),
        }
    }

    /// Gives `rows` those of `cursor`, at most `limit` of them.
    ///
    /// # Errors
    /// What the storage or the sink reports.
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        let mut cursor = self.cursor(table, start, end)?;
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

/// A walk over the rows of a [`StorageReader`].
pub trait StorageCursor {
    /// Lends the next rows, until the next call: as many as fit, or fewer; none at the end, and only there.
    /// [`RowBatch::fill`] takes them from an iterator.
    ///
    /// # Errors
    /// What the storage reports.
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()>;
}

/// Where a cursor puts the rows that it lends: the caller's array.
pub struct RowBatch<'c> {
    places: &'c mut [MaybeUninit<soch_row>],
    count: usize,
    // Invariant: rows of a shorter life must not be put here.
    lent: PhantomData<Cell<&'c [u8]>>,
}

impl<'c> RowBatch<'c> {
    pub(crate) fn new(places: &'c mut [MaybeUninit<soch_row>]) -> Self {
        Self { places, count: 0, lent: PhantomData }
    }

    /// Whether no row fits any more.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.count == self.places.len()
    }

    /// How many more rows fit.
    #[must_use]
    pub fn room(&self) -> usize {
        self.places.len() - self.count
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if it [is full](RowBatch::is_full).
    pub fn push(&mut self, key: &'c [u8], value: &'c [u8]) -> Result<()> {
        let room = self.places.len();
        let place = self.places.get_mut(self.count);
        let place =
            place.ok_or_else(|| Error::new(ErrorKind::Limit, format!("more than the {room} rows asked for")))?;
        *place = MaybeUninit::new(soch_row { key: soch_bytes::lend(key), value: soch_bytes::lend(value) });
        self.count += 1;
        Ok(())
    }

    /// Adds rows until none fits or none is left. What does not fit stays in the iterator.
    pub fn fill<'r: 'c>(&mut self, rows: impl Iterator<Item = (&'r [u8], &'r [u8])>) {
        for (place, (key, value)) in self.places[self.count..].iter_mut().zip(rows) {
            *place = MaybeUninit::new(soch_row { key: soch_bytes::lend(key), value: soch_bytes::lend(value) });
            self.count += 1;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The rows that were put here.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = (&'c [u8], &'c [u8])> + '_ {
        self.places[..self.count].iter().map(|place| {
            // SAFETY: `push` and `fill` wrote the first `count` places, from slices that live for `'c`.
            unsafe {
                let row = place.assume_init_read();
                (row.key.get().unwrap_or_default(), row.value.get().unwrap_or_default())
            }
        })
    }
}
