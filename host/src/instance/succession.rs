//! The place of an instance that others take after it.

use crate::instance::journal::Journal;
use parking_lot::{Condvar, Mutex, RwLock};
use std::sync::{Arc, Weak};
use std::thread::ThreadId;

/// The place of an instance, and who has it now. Those who had it keep the place, and no other of them.
pub(crate) struct Place<T>(pub(super) Mutex<Arc<T>>);

/// The instance that comes after another one.
pub(crate) enum Next<T> {
    Nobody,
    /// Somebody prepares one, and the instance takes calls until then.
    Prepared,
    /// Another instance is being made, by this thread.
    Moving(ThreadId),
    Moved(Arc<Place<T>>),
}

/// The part of an instance that knows its place.
pub(crate) struct Succession<T> {
    pub(super) next: Mutex<Next<T>>,
    /// Whoever waits for the next one.
    pub(super) known: Condvar,
    /// The place that the instance has, if it took over somebody's.
    pub(super) place: Mutex<Weak<Place<T>>>,
    /// Read by each change of what the instance keeps, written by whoever carries that to another one.
    pub(super) changes: RwLock<()>,
    /// The thread that writes it, whose own changes go on.
    pub(super) holder: Mutex<Option<ThreadId>>,
    /// The changes since somebody began to do so.
    pub(crate) journal: Journal,
}

impl<T> Default for Succession<T> {
    fn default() -> Self {
        Self {
            next: Mutex::new(Next::Nobody),
            known: Condvar::new(),
            place: Mutex::new(Weak::new()),
            changes: RwLock::new(()),
            holder: Mutex::new(None),
            journal: Journal::default(),
        }
    }
}
