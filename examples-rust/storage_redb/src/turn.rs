//! The turn of the one writer, which others wait for as long as they want.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Turn {
    taken: Mutex<bool>,
    ended: Condvar,
}

/// The turn, until it is dropped.
pub(crate) struct Taken<'a>(&'a Turn);

impl Turn {
    /// None if somebody else has it all the time.
    pub(crate) fn take(&self, wait: Duration) -> Option<Taken<'_>> {
        // A century is the longest time that a condition can wait.
        let wait = wait.min(Duration::from_secs(100 * 365 * 86_400));
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(taken, wait, |taken| *taken);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!std::mem::replace(&mut *taken, true)).then(|| Taken(self))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.ended.notify_one();
    }
}
