use crate::error::{Error, ErrorKind, Result};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

opaque!(RowBatch<'_>);

/// A walk over rows of a [`StorageReader`](crate::StorageReader). [`CursorOptions::walk`](crate::CursorOptions::walk) makes
/// one of an iterator; this one is written by hand, and lends a row at a time, as an engine does whose position is all that
/// it keeps. Another thread may go on with a cursor and its reader, but no two at a time.
///
/// ```
/// use sochdb_plugin_sdk::{Result, RowBatch, StorageCursor};
///
/// /// The engine's own iterator.
/// struct Position {
///     key: [u8; 1],
///     value: Vec<u8>,
/// }
///
/// impl StorageCursor for Position {
///     fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
///         self.key[0] += 1;
///         self.value = vec![self.key[0]; 3];
///         if self.key[0] == 10 || rows.is_full() {
///             return Ok(());
///         }
///         rows.push(&self.key, &self.value)
///     }
/// }
/// ```
pub trait StorageCursor: Send {
    /// Lends the next rows until the next call: as many as fit into `rows`, or fewer; none at the end, and only there.
    /// After the end, each further call lends none. [`RowBatch::fill`] takes rows from an iterator.
    ///
    /// # Errors
    /// What the storage reports, and [`Call::go_on`](crate::Call::go_on) in a walk that is long; the cursor stands anywhere
    /// then, until it is moved.
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()>;

    /// Moves to `key`, forward or backward: the next rows are those of the cursor's range from `key` on, in its order.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default: the host opens another cursor there. What the storage reports.
    fn seek(&mut self, _key: &[u8]) -> Result<()> {
        Err(Error::unsupported("seek"))
    }
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
