//! One part of the process, at one moment.

use crate::process_state::change::Changes;

pub(crate) trait Part: Sized {
    /// The part as it is now.
    fn now() -> Self;

    /// Tells how `now` differs from it, and how to undo that.
    fn compare(&self, now: &Self, changes: &mut Changes);
}
