use crate::error::{Error, Result};
use crate::ids::RowId;
use crate::machinery::boundary::ReadLent;
use sochdb_plugin_abi::*;

/// A change of a batch.
///
/// ```
/// use sochdb_plugin_sdk::{IndexChange, IndexExtension, Result};
///
/// fn rename(index: &mut dyn IndexExtension, from: &[u8], to: &[u8]) -> Result<()> {
///     index.change_batch(&[IndexChange::Delete { key: from, row: 7 }, IndexChange::Insert { key: to, row: 7 }])
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexChange<'a> {
    /// Adds a row with its key.
    Insert {
        /// The key.
        key: &'a [u8],
        /// The row.
        row: RowId,
    },
    /// Removes a row with its key.
    Delete {
        /// The key.
        key: &'a [u8],
        /// The row.
        row: RowId,
    },
}

impl<'a> IndexChange<'a> {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &'a [u8] {
        match *self {
            Self::Insert { key, .. } | Self::Delete { key, .. } => key,
        }
    }

    /// Returns the struct of the C ABI for this change. It borrows the key, and must not outlive it.
    #[must_use]
    pub fn as_raw(&self) -> soch_index_change {
        let (op, key, row) = match *self {
            Self::Insert { key, row } => (SOCH_INDEX_INSERT, key, row),
            Self::Delete { key, row } => (SOCH_INDEX_REMOVE, key, row),
        };
        soch_index_change { op, reserved: 0, row, key: soch_bytes::lend(key) }
    }

    pub(crate) unsafe fn from_raw(raw: &soch_index_change) -> Result<Self> {
        // SAFETY: the host lends the key for the call.
        let (row, key) = unsafe { (raw.row, raw.key.read()?) };
        match raw.op {
            SOCH_INDEX_INSERT => Ok(Self::Insert { key, row }),
            SOCH_INDEX_REMOVE => Ok(Self::Delete { key, row }),
            op => Err(Error::unsupported(&format!("change {op}"))),
        }
    }
}
