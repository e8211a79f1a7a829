use crate::cursor::{RowBatch, StorageCursor};
use crate::error::{Error, Result};
use crate::machinery::boundary::ReadLent;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;

/// The rows that a cursor walks over, and how: those with `start <= key < end`, in ascending order of key, unless it says
/// otherwise.
///
/// ```
/// use sochdb_plugin_sdk::{prefix_end, CursorOptions};
///
/// let all = CursorOptions::new();
/// let some = CursorOptions::range(b"a", b"c").reversed();
/// let of_ada = prefix_end(b"ada/");
/// let of_ada = CursorOptions::range(b"ada/", &of_ada).without_values();
/// assert!(all.end.is_empty() && some.reverse && of_ada.keys_only);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CursorOptions<'a> {
    /// The first key that may be among the rows.
    pub start: &'a [u8],
    /// The key before which the rows end; empty at the end of the table.
    pub end: &'a [u8],
    /// Whether the rows come in descending order of key.
    pub reverse: bool,
    /// Whether values are not looked at; they may be lent as empty.
    pub keys_only: bool,
}

impl<'a> CursorOptions<'a> {
    /// Makes the options of a walk over a whole table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the options of a walk over the rows with `start <= key < end`. An empty `end` means: to the end of the table. A
    /// `start` behind `end`, where there are no rows, becomes `end`: engines want a range in order.
    #[must_use]
    pub fn range(start: &'a [u8], end: &'a [u8]) -> Self {
        let start = if !end.is_empty() && start > end { end } else { start };
        Self { start, end, ..Self::default() }
    }

    /// The same in descending order of key.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// The same for who looks at keys alone.
    #[must_use]
    pub fn without_values(self) -> Self {
        Self { keys_only: true, ..self }
    }

    /// Makes a cursor of `rows`, which are those of the range in ascending order, that walks as these options say.
    ///
    /// ```
    /// use sochdb_plugin_sdk::{CursorOptions, StorageCursor};
    /// use std::collections::BTreeMap;
    /// use std::ops::Bound::{Excluded, Included, Unbounded};
    ///
    /// fn cursor<'a>(table: &'a BTreeMap<Vec<u8>, Vec<u8>>, options: &CursorOptions<'_>) -> Box<dyn StorageCursor + 'a> {
    ///     let end = if options.end.is_empty() { Unbounded } else { Excluded(options.end) };
    ///     let rows = table.range::<[u8], _>((Included(options.start), end));
    ///     options.walk(rows.map(|(key, value)| (&key[..], &value[..])))
    /// }
    /// ```
    pub fn walk<'r>(
        &self,
        rows: impl DoubleEndedIterator<Item = (&'r [u8], &'r [u8])> + Send + 'r,
    ) -> Box<dyn StorageCursor + 'r> {
        if self.reverse {
            Box::new(IterCursor::new(rows.rev()))
        } else {
            Box::new(IterCursor::new(rows))
        }
    }

    /// Returns the struct of the C ABI. It borrows the keys, and must not outlive them.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_cursor_options {
        let flag = |set, bit| if set { bit } else { 0 };
        // Also of options that were not made by it.
        let Self { start, end, .. } = Self::range(self.start, self.end);
        soch_cursor_options {
            size: std::mem::size_of::<soch_cursor_options>(),
            flags: flag(self.reverse, SOCH_CURSOR_REVERSE) | flag(self.keys_only, SOCH_CURSOR_KEYS_ONLY),
            start: soch_bytes::lend(start),
            end: soch_bytes::lend(end),
        }
    }

    /// Reads the struct of the C ABI.
    ///
    /// # Safety
    /// The other side lends the keys for `'a`.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a flag that must be understood and is not known;
    /// a key at NULL with a length.
    #[doc(hidden)]
    pub unsafe fn from_raw(raw: &soch_cursor_options) -> Result<Self> {
        let unknown = raw.flags & SOCH_OPTIONS_MUST_UNDERSTAND & !SOCH_CURSOR_REVERSE;
        if unknown != 0 {
            return Err(Error::unsupported(&format!("a cursor with the flags {unknown:#x}")));
        }
        let (reverse, keys_only) = (raw.flags & SOCH_CURSOR_REVERSE != 0, raw.flags & SOCH_CURSOR_KEYS_ONLY != 0);
        // SAFETY: the caller promises it.
        let (start, end) = unsafe { (raw.start.read()?, raw.end.read()?) };
        Ok(Self { reverse, keys_only, ..Self::range(start, end) })
    }
}

/// A cursor over the rows of an iterator, in its order.
///
/// ```
/// use sochdb_plugin_sdk::{IterCursor, StorageCursor};
///
/// let rows: [(&[u8], &[u8]); 2] = [(b"a", b"1"), (b"b", b"2")];
/// let cursor: Box<dyn StorageCursor> = Box::new(IterCursor::new(rows.into_iter()));
/// # let _ = cursor;
/// ```
#[derive(Clone, Debug)]
pub struct IterCursor<'r, I> {
    rows: I,
    lent: PhantomData<&'r [u8]>,
}

impl<'r, I: Iterator<Item = (&'r [u8], &'r [u8])>> IterCursor<'r, I> {
    /// Makes a cursor that lends what `rows` gives.
    #[must_use]
    pub fn new(rows: I) -> Self {
        Self { rows, lent: PhantomData }
    }
}

impl<'r, I: Iterator<Item = (&'r [u8], &'r [u8])> + Send> StorageCursor for IterCursor<'r, I> {
    fn next_batch<'c>(&'c mut self, rows: &mut RowBatch<'c>) -> Result<()> {
        rows.fill(self.rows.by_ref());
        Ok(())
    }
}

/// Returns the end of the range of all keys that begin with `prefix`, of which `prefix` is the start: empty if there is no
/// greater key.
///
/// ```
/// use sochdb_plugin_sdk::prefix_end;
///
/// assert_eq!(prefix_end(b"ada/"), b"ada0");
/// assert_eq!(prefix_end(b"a\xff\xff"), b"b");
/// assert_eq!(prefix_end(b"\xff"), b"");
/// ```
#[must_use]
pub fn prefix_end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}
