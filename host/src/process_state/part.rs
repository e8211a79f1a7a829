//! One part of the process, at one moment.

use super::change::Changes;

pub(super) trait Part: Sized {
    /// It as it is now.
    fn now() -> Self;

    /// Tells how `now` differs from it, and how to undo that.
    fn compare(&self, now: &Self, changes: &mut Changes);
}
