//! What a gate's callers share: the counts, the state, and the lock behind which they wait.

use super::counts::Counts;
use super::refusal::Refusal;
use crate::barrier::Barrier;
use crate::shard::{Shard, SHARDS};
use crate::slab::Slab;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::*};
use std::time::Instant;

/// Calls get in without a look at anything else.
pub(super) const OPEN: u8 = 0;
/// An exclusive call waits for the shared ones to leave. Nobody gets in but those for whom it waits.
pub(super) const DRAINING: u8 = 1;
/// An exclusive call runs.
pub(super) const ALONE: u8 = 2;
pub(super) const CLOSED: u8 = 3;
pub(super) const POISONED: u8 = 4;
/// This process is a child of fork: whom this waits for may not exist here, and locks may be held for ever.
pub(super) const FORKED: u8 = 5;

/// Of no thread.
pub(super) const NOBODY: usize = 0;

pub(super) struct Core {
    barrier: Option<Barrier>,
    pub(super) shards: [Counts; SHARDS],
    pub(super) state: AtomicU8,
    /// The extension's, for messages.
    pub(super) name: Box<str>,
    /// Held by the exclusive call from before it waits.
    pub(super) turn: Mutex<()>,
    /// The thread whose turn it is.
    pub(super) owner: AtomicUsize,
    /// The threads that opened or last used what stays.
    pub(super) stays: Mutex<Slab<usize>>,
    /// Every change of the state but one into [`FORKED`] happens under this lock, and whoever waits looks under it.
    lock: Mutex<()>,
    changed: Condvar,
}

/// The lock of the core of a gate.
pub(super) type Locked<'a> = MutexGuard<'a, ()>;

impl Core {
    pub(super) fn new(name: &str, barrier: Option<Barrier>) -> Self {
        Self {
            barrier,
            shards: Default::default(),
            state: AtomicU8::new(OPEN),
            name: name.into(),
            turn: Mutex::default(),
            owner: AtomicUsize::new(NOBODY),
            stays: Mutex::default(),
            lock: Mutex::default(),
            changed: Condvar::default(),
        }
    }

    #[inline(always)]
    pub(super) fn state(&self) -> u8 {
        self.state.load(SeqCst)
    }

    /// Why nobody gets in any more, if so.
    pub(super) fn refuse(state: u8) -> Result<(), Refusal> {
        match state {
            CLOSED => Err(Refusal::Closed),
            POISONED => Err(Refusal::Poisoned),
            FORKED => Err(Refusal::Forked),
            _ => Ok(()),
        }
    }

    /// Where a thread of this shard is counted that does not have it alone, and what may end on another.
    pub(super) fn shared_by(&self, thread: Shard) -> &Counts {
        &self.shards[thread.number()]
    }

    /// Sets the count of the calls of the thread that owns `shard`, and orders it before a look at the state.
    #[inline(always)]
    pub(super) fn count(&self, shard: &Counts, calls: usize) {
        if self.barrier.is_some() {
            shard.own.store(calls, Release);
            Barrier::passed_here();
        } else {
            shard.own.swap(calls, SeqCst);
        }
    }

    #[inline(always)]
    pub(super) fn leave_own(&self, shard: &Counts) {
        self.count(shard, shard.own.load(Relaxed) - 1);
        self.left();
    }

    #[inline]
    pub(super) fn leave_shared(&self, shard: &Counts) {
        shard.shared.fetch_sub(1, SeqCst);
        self.left();
    }

    #[inline(always)]
    fn left(&self) {
        if self.state() != OPEN {
            self.wake();
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.shards.iter().map(Counts::all).sum()
    }

    /// Makes every thread that counted itself before it could see the new state known to [`Core::in_flight`].
    pub(super) fn all_pass(&self) -> Result<(), Refusal> {
        if self.barrier.as_ref().is_some_and(|barrier| !barrier.all_pass()) {
            return Err(Refusal::NoBarrier);
        }
        Ok(())
    }

    /// The lock. A child of fork may find it held by a thread that it does not have.
    pub(super) fn lock(&self) -> Result<Locked<'_>, Refusal> {
        if self.state() == FORKED {
            return Err(Refusal::Forked);
        }
        Ok(self.lock.lock())
    }

    /// Takes the state from `old` to `new`; says what it was. The lock is held.
    pub(super) fn change(&self, old: u8, new: u8) -> u8 {
        self.state.compare_exchange(old, new, SeqCst, SeqCst).unwrap_or_else(|state| state)
    }

    /// Waits for a change. False if `deadline` came first.
    pub(super) fn wait(&self, locked: &mut Locked<'_>, deadline: Instant) -> bool {
        !self.changed.wait_until(locked, deadline).timed_out()
    }

    /// Lets all who wait look again.
    #[cold]
    pub(super) fn wake(&self) {
        // The lock orders this after the look of whoever is about to wait.
        if let Ok(locked) = self.lock() {
            drop(locked);
            self.changed.notify_all();
        }
    }

    pub(super) fn poison(&self) {
        if let Ok(locked) = self.lock() {
            if self.state() != FORKED {
                self.state.store(POISONED, SeqCst);
            }
            drop(locked);
            self.changed.notify_all();
        }
    }
}
