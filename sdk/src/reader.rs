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

/// The number of rows that a scan asks a cursor for at a time: enough to hide the cost of a call.
const BATCH: usize = 64;

/// A snapshot of a storage, which lends its bytes: what
/// [`StorageExtension::reader`](crate::StorageExtension::reader) returns. It has what was written before it was opened,
/// and nothing that is written later, and no write waits for it.
///
/// One thread uses it at a time, and always the same one while it has cursors. A storage that has it needs one line for
/// each of its other ways of reading: `self.reader()?.get_into(table, key, value)`,
/// `self.reader()?.scan_into(table, start, end, limit, rows)`.
///
/// The `Walk` of this example is that of [`StorageCursor`]:
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
///     fn get<'a>(&'a self, _: TableId, key: &[u8], _: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>> {
///         let found = self.0.get(self.place(key)).filter(|(have, _)| have == key);
///         Ok(found.map(|(_, value)| &value[..]))
///     }
///     fn cursor<'a>(&'a self, _: TableId, start: &[u8], end: &[u8]) -> Result<Box<dyn StorageCursor + 'a>> {
///         let end = if end.is_empty() { self.0.len() } else { self.place(end) };
///         Ok(Box::new(Walk(self.0[self.place(start).min(end)..end].iter())))
///     }
/// }
/// # struct Walk<'a>(std::slice::Iter<'a, (Vec<u8>, Vec<u8>)>);
/// # impl StorageCursor for Walk<'_> {
/// #     fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
/// #         rows.fill(self.0.by_ref().map(|(key, value)| (&key[..], &value[..])));
/// #         Ok(())
/// #     }
/// # }
///
/// let reader = Snapshot(vec![(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
/// assert_eq!(reader.get(1, b"b", &mut Vec::new())?, Some(&b"2"[..]));
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
    /// Lends the value of `key`; None if there is none. A storage that keeps values in another form puts the bytes into
    /// `scratch`, in place of what was there, and lends them from it.
    ///
    /// # Errors
    /// What the storage reports.
    fn get<'a>(&'a self, table: TableId, key: &[u8], scratch: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>>;

    /// Opens a cursor over the rows with `start <= key < end`, ascending by key as unsigned bytes. An empty `end` means:
    /// to the end of the table.
    ///
    /// # Errors
    /// What the storage reports.
    fn cursor<'a>(&'a self, table: TableId, start: &[u8], end: &[u8]) -> Result<Box<dyn StorageCursor + 'a>>;

    /// Writes the value of `key` to `value`; false, with nothing written, if there is none.
    ///
    /// # Errors
    /// What the storage or the writer reports.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        match self.get(table, key, &mut Vec::new())? {
            Some(found) => value.write(found).map(|()| true),
            None => Ok(false),
        }
    }

    /// Gives `rows` the rows with `start <= key < end` as `cursor` does, at most `limit` of them.
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

/// A walk over rows of a [`StorageReader`], in ascending order of key.
///
/// ```
/// use sochdb_plugin_sdk::{Result, RowBatch, StorageCursor};
///
/// struct Walk<'a>(std::slice::Iter<'a, (Vec<u8>, Vec<u8>)>);
///
/// impl StorageCursor for Walk<'_> {
///     fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
///         rows.fill(self.0.by_ref().map(|(key, value)| (&key[..], &value[..])));
///         Ok(())
///     }
/// }
/// ```
pub trait StorageCursor {
    /// Lends the next rows until the next call: as many as fit into `rows`, or fewer; none at the end, and only there.
    /// After the end, each further call lends none. [`RowBatch::fill`] takes rows from an iterator.
    ///
    /// # Errors
    /// What the storage reports.
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()>;
}

/// The rows that a cursor lends in one call: an array of the caller.
///
/// ```
/// use sochdb_plugin_sdk::{Result, RowBatch};
///
/// /// Adds the rows from `at` on, which moves to the first that does not fit.
/// fn add<'c>(list: &'c [(Vec<u8>, Vec<u8>)], at: &mut usize, rows: &mut RowBatch<'c>) -> Result<()> {
///     while !rows.is_full() && *at < list.len() {
///         let (key, value) = &list[*at];
///         rows.push(key, value)?;
///         *at += 1;
///     }
///     Ok(())
/// }
/// ```
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

    /// Returns whether no more row fits.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.count == self.places.len()
    }

    /// Returns how many more rows fit.
    #[must_use]
    pub fn room(&self) -> usize {
        self.places.len() - self.count
    }

    /// Adds a row, which stays lent until the cursor's next call.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the batch [is full](RowBatch::is_full).
    pub fn push(&mut self, key: &'c [u8], value: &'c [u8]) -> Result<()> {
        let room = self.places.len();
        let place = self.places.get_mut(self.count);
        let place =
            place.ok_or_else(|| Error::new(ErrorKind::Limit, format!("more than the {room} rows asked for")))?;
        *place = MaybeUninit::new(soch_row { key: soch_bytes::lend(key), value: soch_bytes::lend(value) });
        self.count += 1;
        Ok(())
    }

    /// Adds rows until no more fits or `rows` has no more. A row that does not fit stays in the iterator.
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
