use crate::error::{Error, Result};
use crate::ids::RowId;
use std::fmt;

/// The rows that a search may find: all, those of a bitmap, those of a list, or those that a function allows.
///
/// ```
/// use sochdb_plugin_sdk::RowFilter;
///
/// // Rows 0, 2 and 65.
/// let bits = RowFilter::bitmap(&[0b101, 0b10]);
/// let list = RowFilter::sorted(&[0, 2, 65])?;
/// let even = RowFilter::by(&|row| row % 2 == 0);
/// let found = |filter: RowFilter<'_>| (0..100).filter(|row| filter.contains(*row)).collect::<Vec<_>>();
/// assert_eq!(found(bits), [0, 2, 65]);
/// assert_eq!(found(list), [0, 2, 65]);
/// assert_eq!(found(even).len(), 50);
/// assert_eq!(found(RowFilter::all()).len(), 100);
/// assert_eq!((bits.count(), list.count(), even.count()), (Some(3), Some(3), None));
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct RowFilter<'a>(pub(crate) Form<'a>);

/// A form in which rows are allowed.
#[derive(Clone, Copy)]
pub(crate) enum Form<'a> {
    All,
    Bitmap(&'a [u64]),
    /// Ascending, each once.
    Sorted(&'a [RowId]),
    By(&'a (dyn Fn(RowId) -> bool + Sync)),
}

impl<'a> RowFilter<'a> {
    /// Makes the filter that allows every row.
    #[must_use]
    pub fn all() -> Self {
        Self(Form::All)
    }

    /// Makes the filter that allows the rows whose bit is set: row 0 is the lowest bit of the first word.
    #[must_use]
    pub fn bitmap(words: &'a [u64]) -> Self {
        Self(Form::Bitmap(words))
    }

    /// Makes the filter that allows the rows listed.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) unless they ascend, each once.
    pub fn sorted(rows: &'a [RowId]) -> Result<Self> {
        match rows.windows(2).position(|pair| pair[0] >= pair[1]) {
            None => Ok(Self(Form::Sorted(rows))),
            Some(at) => Err(Error::invalid(format!(
                "the rows of the filter must ascend, each once: {} comes before {}",
                rows[at],
                rows[at + 1]
            ))),
        }
    }

    /// Makes the filter that allows the rows for which `allows` returns true: the same for a row each time. A search may
    /// call it from several threads, for any number, and holds its locks then: it does not call the index.
    #[must_use]
    pub fn by(allows: &'a (dyn Fn(RowId) -> bool + Sync)) -> Self {
        Self(Form::By(allows))
    }

    /// Returns whether the row is allowed.
    #[inline]
    #[must_use]
    pub fn contains(&self, row: RowId) -> bool {
        match self.0 {
            Form::All => true,
            Form::Bitmap(words) => {
                let word = usize::try_from(row / 64).ok().and_then(|at| words.get(at));
                word.is_some_and(|word| word >> (row % 64) & 1 == 1)
            }
            Form::Sorted(rows) => rows.binary_search(&row).is_ok(),
            Form::By(allows) => allows(row),
        }
    }

    /// Returns whether every row is allowed.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self.0, Form::All)
    }

    /// Returns how many rows are allowed; None if that is not known.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        match self.0 {
            Form::Bitmap(words) => Some(words.iter().map(|word| u64::from(word.count_ones())).sum()),
            Form::Sorted(rows) => Some(rows.len() as u64),
            Form::All | Form::By(_) => None,
        }
    }
}

impl fmt::Debug for RowFilter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::All => formatter.write_str("all rows"),
            Form::Bitmap(words) => write!(formatter, "rows of a bitmap of {} words", words.len()),
            Form::Sorted(rows) => write!(formatter, "{} rows", rows.len()),
            Form::By(_) => formatter.write_str("rows by a function"),
        }
    }
}
