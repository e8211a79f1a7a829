//! A number for every thread, so that threads count in memory of their own.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many threads have a number of their own at a time.
pub(crate) const SHARDS: usize = u32::BITS as usize;

/// The number of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Below [`SHARDS`] if the thread has it alone as long as it lives; from there on others may have it as well.
    packed: usize,
}

impl Shard {
    /// Below [`SHARDS`].
    #[inline]
    pub(crate) fn number(self) -> usize {
        self.packed % SHARDS
    }

    /// Whether no other thread has this number, as long as this one lives.
    #[inline]
    pub(crate) fn is_own(self) -> bool {
        self.packed < SHARDS
    }
}

/// Of a thread that has none yet.
const NONE: Shard = Shard { packed: usize::MAX };

/// Bits of the numbers that are taken.
static TAKEN: AtomicU32 = AtomicU32::new(0);
/// Spreads the threads that got none of their own.
static NEXT_SHARED: AtomicU32 = AtomicU32::new(0);

thread_local! {
    // Without a destructor, so that a look at it is one load.
    static SHARD: Cell<Shard> = const { Cell::new(NONE) };
    static LEASE: Lease = Lease(take());
}

/// The shard of the calling thread, if it has one of its own.
#[inline]
pub(crate) fn own() -> Option<Shard> {
    known_own().or_else(assign)
}

/// The same, but None for a thread that asks the first time.
#[inline(always)]
pub(crate) fn known_own() -> Option<Shard> {
    Some(SHARD.get()).filter(|shard| shard.is_own())
}

#[cold]
fn assign() -> Option<Shard> {
    Some(this_thread()).filter(|shard| shard.is_own())
}

/// The shard of the calling thread.
#[inline]
pub(crate) fn this_thread() -> Shard {
    let shard = SHARD.get();
    if shard == NONE {
        first()
    } else {
        shard
    }
}

#[cold]
fn first() -> Shard {
    // Of a thread that is at its end, the lease may be gone.
    let shard = LEASE.try_with(|lease| lease.0).unwrap_or_else(|_| shared());
    SHARD.set(shard);
    shard
}

struct Lease(Shard);

fn take() -> Shard {
    let taken = TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, |taken| {
        (taken != u32::MAX).then(|| taken | 1 << taken.trailing_ones())
    });
    taken.map_or_else(|_| shared(), |before| Shard { packed: before.trailing_ones() as usize })
}

fn shared() -> Shard {
    Shard { packed: SHARDS + NEXT_SHARED.fetch_add(1, Ordering::Relaxed) as usize % SHARDS }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Destructors of other thread-locals may still come here.
        SHARD.set(shared());
        if self.0.is_own() {
            TAKEN.fetch_and(!(1 << self.0.number()), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests;
