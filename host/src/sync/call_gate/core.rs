//! The part that a gate's callers share: the counts, the state, and the lock behind which they wait.

use crate::sync::call_gate::counts::Counts;
use crate::sync::call_gate::refusal::Refusal;
use crate::sync::membarrier::Barrier;
use crate::sync::slab::Slab;
use crate::sync::thread_slot::{Shard, SHARDS};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::atomic::{AtomicU64, AtomicU8, AtomicUsize, Ordering::*};
use std::time::Instant;

/// Calls get in without a look at anything else.
pub(crate) const OPEN: u8 = 0;
/// An exclusive call waits for the shared ones to leave. Nobody gets in but those for whom it waits.
pub(crate) const DRAINING: u8 = 1;
/// An exclusive call runs.
pub(crate) const ALONE: u8 = 2;
pub(crate) const CLOSED: u8 = 3;
pub(crate) const POISONED: u8 = 4;
/// This process is a child of fork: whom this waits for may not exist here, and locks may be held for ever.
pub(crate) const FORKED: u8 = 5;

/// Of no thread.
pub(crate) const NOBODY: usize = 0;

pub(crate) struct Core {
    barrier: Option<Barrier>,
    pub(crate) shards: [Counts; SHARDS],
    pub(crate) state: AtomicU8,
    /// The extension's, for messages.
    pub(crate) name: Box<str>,
    /// The number of the instance whose gate it is; 0 before that is known.
    pub(crate) instance: AtomicU64,
    /// Held by the exclusive call from before it waits.
    pub(crate) turn: Mutex<()>,
    /// The thread whose turn it is.
    pub(crate) owner: AtomicUsize,
    /// The thread that runs the end. Others may have a turn meanwhile, to find that the end is under way.
    pub(crate) ender: AtomicUsize,
    /// The threads that opened or last used what stays.
    pub(crate) stays: Mutex<Slab<usize>>,
    /// Every change of the state but one into [`FORKED`] happens under this lock, and whoever waits looks under it.
    lock: Mutex<()>,
    changed: Condvar,
}

/// The lock of the core of a gate.
pub(crate) type Locked<'a> = MutexGuard<'a, ()>;

impl Core {
    pub(crate) fn new(name: &str, barrier: Option<Barrier>) -> Self {
        Self {
            barrier,
            shards: Default::default(),
            state: AtomicU8::new(OPEN),
            name: name.into(),
            instance: AtomicU64::new(0),
            turn: Mutex::default(),
            owner: AtomicUsize::new(NOBODY),
            ender: AtomicUsize::new(NOBODY),
            stays: Mutex::default(),
            lock: Mutex::default(),
            changed: Condvar::default(),
        }
    }

    #[inline(always)]
    pub(crate) fn state(&self) -> u8 {
        self.state.load(SeqCst)
    }

    /// Why nobody gets in any more, if so.
    pub(crate) fn refuse(state: u8) -> Result<(), Refusal> {
        match state {
            CLOSED => Err(Refusal::Closed),
            POISONED => Err(Refusal::Poisoned),
            FORKED => Err(Refusal::Forked),
            _ => Ok(()),
        }
    }

    /// Where a thread of this shard is counted that does not have it alone, and what may end on another.
    pub(crate) fn shared_by(&self, thread: Shard) -> &Counts {
        &self.shards[thread.number()]
    }

    /// Sets the count of the calls of the thread that owns `shard`, and orders it before a look at the state.
    #[inline(always)]
    pub(crate) fn count(&self, shard: &Counts, calls: usize) {
        if self.barrier.is_some() {
            shard.own.store(calls, Release);
            Barrier::passed_here();
        } else {
            shard.own.swap(calls, SeqCst);
        }
    }

    #[inline(always)]
    pub(crate) fn leave_own(&self, shard: &Counts) {
        self.count(shard, shard.own.load(Relaxed) - 1);
        self.left();
    }

    #[inline]
    pub(crate) fn leave_shared(&self, shard: &Counts) {
        shard.shared.fetch_sub(1, SeqCst);
        self.left();
    }

    #[inline(always)]
    fn left(&self) {
        if self.state() != OPEN {
            self.wake();
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.shards.iter().map(Counts::all).sum()
    }

    /// Makes every thread that counted itself before it could see the new state known to [`Core::in_flight`].
    pub(crate) fn all_pass(&self) -> Result<(), Refusal> {
        if self.barrier.as_ref().is_some_and(|barrier| !barrier.all_pass()) {
            return Err(Refusal::NoBarrier);
        }
        Ok(())
    }

    /// The lock. A child of fork may find it held by a thread that it does not have.
    pub(crate) fn lock(&self) -> Result<Locked<'_>, Refusal> {
        if self.state() == FORKED {
            return Err(Refusal::Forked);
        }
        Ok(self.lock.lock())
    }

    /// Takes the state from `old` to `new`; says what it was. The lock is held.
    pub(crate) fn change(&self, old: u8, new: u8) -> u8 {
        self.state.compare_exchange(old, new, SeqCst, SeqCst).unwrap_or_else(|state| state)
    }

    /// Waits for a change. False if `deadline` came first.
    pub(crate) fn wait(&self, locked: &mut Locked<'_>, deadline: Instant) -> bool {
        !self.changed.wait_until(locked, deadline).timed_out()
    }

    /// Lets all who wait look again.
    #[cold]
    pub(crate) fn wake(&self) {
        // The lock orders this after the look of whoever is about to wait.
        if let Ok(locked) = self.lock() {
            drop(locked);
            self.changed.notify_all();
        }
    }

    pub(crate) fn poison(&self) {
        if let Ok(locked) = self.lock() {
            if self.state() != FORKED {
                self.state.store(POISONED, SeqCst);
            }
            drop(locked);
            self.changed.notify_all();
        }
    }
}
