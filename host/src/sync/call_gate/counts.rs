//! How many calls are under way, in memory of each thread's own.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Calls that are under way, away from anything else that is written, so that threads do not slow each other down.
///
/// By distance, not by alignment, which would make every instance an allocation that is aligned to more than `malloc` gives.
#[repr(C)]
pub(crate) struct Counts {
    _before: [u8; AWAY],
    /// The calls of the thread that owns this shard. Only that thread writes the number.
    pub(crate) own: AtomicUsize,
    /// Others.
    pub(crate) shared: AtomicUsize,
    _behind: [u8; AWAY],
}

/// Counts are then 128 bytes apart, two cache lines, as processors fetch them in pairs; all else is at least one away.
const AWAY: usize = 64 - size_of::<AtomicUsize>();

impl Default for Counts {
    fn default() -> Self {
        let zero = || AtomicUsize::new(0);
        Self { _before: [0; AWAY], own: zero(), shared: zero(), _behind: [0; AWAY] }
    }
}

impl Counts {
    pub(crate) fn all(&self) -> usize {
        self.own.load(SeqCst) + self.shared.load(SeqCst)
    }
}
