//! The changes of an index while what it keeps is on its way to another one.

use parking_lot::Mutex;
use sochdb_plugin_sdk::{IndexChange, RowId};
use std::mem::size_of;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;

/// The bytes that an index saved, and the changes that were made in it since.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The plugin and the version that saved it.
    pub(crate) by: String,
    pub(crate) bytes: Arc<Vec<u8>>,
    pub(crate) changes: Vec<Change>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) is_insert: bool,
    key: Box<[u8]>,
    row: RowId,
}

impl Change {
    fn of(change: &IndexChange<'_>) -> Option<Self> {
        match *change {
            IndexChange::Insert { key, row } => Some(Self { is_insert: true, key: key.into(), row }),
            IndexChange::Delete { key, row } => Some(Self { is_insert: false, key: key.into(), row }),
            _ => None,
        }
    }

    pub(crate) fn entry(&self) -> (&[u8], RowId) {
        (&self.key, self.row)
    }

    pub(crate) fn lend(&self) -> IndexChange<'_> {
        match self.is_insert {
            true => IndexChange::Insert { key: &self.key, row: self.row },
            false => IndexChange::Delete { key: &self.key, row: self.row },
        }
    }
}

#[derive(Default)]
enum Noted {
    #[default]
    Nothing,
    Changes(Vec<Change>, u64),
    /// Why they are not known.
    Lost(&'static str),
}

/// The changes since the journal began, in the order in which they were made. Whoever begins, notes, or takes the last of
/// them keeps [`Succession::changes`](crate::instance::succession::Succession), so that none is missing.
#[derive(Default)]
pub(crate) struct Journal {
    is_on: AtomicBool,
    kept: Mutex<Noted>,
}

impl Journal {
    pub(crate) fn begin(&self) {
        *self.kept.lock() = Noted::Changes(Vec::new(), 0);
        self.is_on.store(true, Relaxed);
    }

    pub(crate) fn end(&self) {
        self.is_on.store(false, Relaxed);
        *self.kept.lock() = Noted::Nothing;
    }

    /// The changes since it began, or since this was asked last.
    ///
    /// # Errors
    /// Why they are not known.
    pub(crate) fn take(&self) -> Result<Vec<Change>, &'static str> {
        match &mut *self.kept.lock() {
            Noted::Changes(changes, bytes) => {
                *bytes = 0;
                Ok(std::mem::take(changes))
            }
            Noted::Lost(why) => Err(why),
            Noted::Nothing => Ok(Vec::new()),
        }
    }

    /// Keeps changes that were made, together at most `limit` bytes of them.
    #[inline]
    pub(crate) fn note(&self, changes: &[IndexChange<'_>], limit: u64) {
        if self.is_on.load(Relaxed) {
            self.keep(changes, limit);
        }
    }

    #[cold]
    fn keep(&self, changes: &[IndexChange<'_>], limit: u64) {
        let mut kept = self.kept.lock();
        let Noted::Changes(before, bytes) = &mut *kept else { return };
        *bytes += changes.iter().map(|change| (size_of::<Change>() + change.key().len()) as u64).sum::<u64>();
        if *bytes > limit {
            *kept = Noted::Lost("it was changed more often meanwhile than there is room to remember");
            return;
        }
        before.extend(changes.iter().filter_map(Change::of));
    }

    /// Says that more was changed than can be told.
    pub(crate) fn lose(&self, why: &'static str) {
        if self.is_on.load(Relaxed) {
            *self.kept.lock() = Noted::Lost(why);
        }
    }
}

#[cfg(test)]
mod tests;
