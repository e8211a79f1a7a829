//! What a call costs, whatever the machine is busy with.

use std::cell::Cell;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts one distance that this thread computed, or one vector of an old graph that it looked at.
pub(crate) fn count() {
    DONE.with(|done| done.set(done.get() + 1));
}

/// What `call` costs.
pub(crate) fn of(call: impl FnOnce()) -> u64 {
    let before = DONE.get();
    call();
    DONE.get() - before
}
