//! Who may call an extension now: many at a time, one alone, or nobody any more.

use crate::barrier::Barrier;
use crate::shard::{self, SHARDS};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::*};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
/// One exclusive call runs, or waits for the shared ones to leave.
const EXCLUSIVE: u8 = 1;
const CLOSED: u8 = 2;
const POISONED: u8 = 3;

/// Calls that are under way, away from anything else that is written, so that threads do not slow each other down.
///
/// By distance, not by alignment, which would make every instance an allocation that is aligned to more than `malloc` gives.
#[repr(C)]
struct Shard {
    _before: [u8; AWAY],
    /// Those of the thread that owns this shard. Only that thread writes it.
    own: AtomicUsize,
    /// Others.
    shared: AtomicUsize,
    _behind: [u8; AWAY],
}

/// Shards are then 128 bytes apart, two cache lines, as processors fetch them in pairs; all else is at least one away.
const AWAY: usize = 64 - size_of::<AtomicUsize>();

impl Default for Shard {
    fn default() -> Self {
        let zero = || AtomicUsize::new(0);
        Self { _before: [0; AWAY], own: zero(), shared: zero(), _behind: [0; AWAY] }
    }
}

/// Counts the calls that are under way, in shards, and lets one caller wait for all others.
///
/// A caller first counts itself and then looks at the state; whoever wants to be alone first sets the state and then
/// looks at the counts. One of the two sees the other: either as these operations have one total order, or, where
/// calls are many and exclusive ones seldom, as whoever wants to be alone makes all other threads pass a
/// [`Barrier`] between the two. Then a call costs plain loads and stores.
pub(crate) struct Gate {
    barrier: Option<Barrier>,
    shards: [Shard; SHARDS],
    state: AtomicU8,
    alone: Mutex<()>,
    waiting: Mutex<()>,
    changed: Condvar,
}

/// Why the gate lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Closed,
    Poisoned,
    /// The calls under way did not end in time; how many there were at last.
    Busy(usize),
    /// The kernel no longer lets this process make its other threads pass a barrier.
    NoBarrier,
}

impl Gate {
    /// A gate for an extension whose exclusive calls are seldom: they cost a system call, and all others nearly
    /// nothing. Where the kernel has no such barrier it is as [`Gate::for_changes`].
    pub(crate) fn for_calls() -> Self {
        Self::new(Barrier::new())
    }

    /// A gate for an extension whose exclusive calls are many: all cost the same.
    pub(crate) fn for_changes() -> Self {
        Self::new(None)
    }

    fn new(barrier: Option<Barrier>) -> Self {
        Self {
            barrier,
            shards: Default::default(),
            state: AtomicU8::new(OPEN),
            alone: Mutex::default(),
            waiting: Mutex::default(),
            changed: Condvar::default(),
        }
    }

    /// Lets a call in that others may accompany and that ends on this thread. Waits at most `patience` for an
    /// exclusive one to end.
    #[inline]
    pub(crate) fn enter(&self, patience: Duration) -> Result<Pass<'_>, Refusal> {
        if let Some(thread) = shard::own() {
            let shard = &self.shards[thread.number()];
            let outer = shard.own.load(Relaxed);
            self.count(shard, outer + 1);
            let state = self.state.load(SeqCst);
            // Whoever waits to be alone waits for the outer call, and so for this one.
            if state == OPEN || (state == EXCLUSIVE && outer > 0) {
                return Ok(Pass { gate: self, shard, own: true, _of_this_thread: PhantomData });
            }
            self.leave_own(shard);
        }
        let shard = self.enter_shared(patience)?;
        Ok(Pass { gate: self, shard, own: false, _of_this_thread: PhantomData })
    }

    /// Lets something in that others may accompany, that lasts, and that may end on any thread.
    pub(crate) fn enter_to_stay(&self, patience: Duration) -> Result<Stay<'_>, Refusal> {
        self.enter_shared(patience).map(|shard| Stay { gate: self, shard })
    }

    fn enter_shared(&self, patience: Duration) -> Result<&Shard, Refusal> {
        let shard = &self.shards[shard::this_thread().number()];
        let mut deadline = None;
        loop {
            shard.shared.fetch_add(1, SeqCst);
            let state = self.state.load(SeqCst);
            if state == OPEN {
                return Ok(shard);
            }
            self.leave_shared(shard);
            self.refuse(state)?;
            let deadline = *deadline.get_or_insert_with(|| after(patience));
            self.wait(deadline, || self.state.load(SeqCst) != EXCLUSIVE).map_err(|()| Refusal::Busy(1))?;
        }
    }

    /// Lets a call in that is alone. Waits at most `patience` for the others to end.
    pub(crate) fn enter_alone(&self, patience: Duration) -> Result<Alone<'_>, Refusal> {
        let deadline = after(patience);
        let turn = self.alone.try_lock_until(deadline).ok_or(Refusal::Busy(1))?;
        if let Err(state) = self.state.compare_exchange(OPEN, EXCLUSIVE, SeqCst, SeqCst) {
            return self.refuse(state).and(Err(Refusal::Busy(1)));
        }
        let alone = Alone { gate: self, _turn: turn };
        self.drained(deadline)?;
        Ok(alone)
    }

    /// Lets nobody in any more, and waits at most `patience` for the calls under way. After [`Refusal::Busy`] the
    /// gate stays closed and the caller may come again to wait.
    pub(crate) fn close(&self, patience: Duration) -> Result<(), Refusal> {
        let deadline = after(patience);
        let _turn = self.alone.try_lock_until(deadline).ok_or(Refusal::Busy(1))?;
        // A poisoned gate stays poisoned; its calls under way are waited for all the same.
        let _ = self.state.compare_exchange(OPEN, CLOSED, SeqCst, SeqCst);
        self.drained(deadline)
    }

    /// Lets nobody in any more, because the extension panicked. Does not wait.
    pub(crate) fn poison(&self) {
        self.state.store(POISONED, SeqCst);
        self.wake();
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.state.load(SeqCst) == POISONED
    }

    fn refuse(&self, state: u8) -> Result<(), Refusal> {
        match state {
            CLOSED => Err(Refusal::Closed),
            POISONED => Err(Refusal::Poisoned),
            _ => Ok(()),
        }
    }

    fn in_flight(&self) -> usize {
        self.shards.iter().map(|shard| shard.own.load(SeqCst) + shard.shared.load(SeqCst)).sum()
    }

    /// Waits for the calls that got in before the state was set. A call that leaves after the barrier sees the state,
    /// and wakes who waits.
    fn drained(&self, deadline: Instant) -> Result<(), Refusal> {
        if self.barrier.as_ref().is_some_and(|barrier| !barrier.all_pass()) {
            return Err(Refusal::NoBarrier);
        }
        self.wait(deadline, || self.in_flight() == 0).map_err(|()| Refusal::Busy(self.in_flight()))?;
        // One of the calls that were waited for may have panicked.
        if self.is_poisoned() {
            return Err(Refusal::Poisoned);
        }
        Ok(())
    }

    fn wait(&self, deadline: Instant, done: impl Fn() -> bool) -> Result<(), ()> {
        let mut waiting = self.waiting.lock();
        while !done() {
            if self.changed.wait_until(&mut waiting, deadline).timed_out() {
                return if done() { Ok(()) } else { Err(()) };
            }
        }
        Ok(())
    }

    /// Sets the count of the calls of the thread that owns `shard`, and orders it before a look at the state.
    #[inline]
    fn count(&self, shard: &Shard, calls: usize) {
        if self.barrier.is_some() {
            shard.own.store(calls, Release);
            Barrier::passed_here();
        } else {
            shard.own.swap(calls, SeqCst);
        }
    }

    #[inline]
    fn leave_own(&self, shard: &Shard) {
        self.count(shard, shard.own.load(Relaxed) - 1);
        if self.state.load(SeqCst) != OPEN {
            self.wake();
        }
    }

    #[inline]
    fn leave_shared(&self, shard: &Shard) {
        shard.shared.fetch_sub(1, SeqCst);
        if self.state.load(SeqCst) != OPEN {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // The lock orders this after the look of whoever is about to wait.
        drop(self.waiting.lock());
        self.changed.notify_all();
    }
}

/// A shared call under way on this thread.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    shard: &'a Shard,
    own: bool,
    /// Only the thread that owns a shard may count in it.
    _of_this_thread: PhantomData<*mut ()>,
}

impl Drop for Pass<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.own {
            self.gate.leave_own(self.shard);
        } else {
            self.gate.leave_shared(self.shard);
        }
    }
}

/// Something that lasts and keeps exclusive calls away.
pub(crate) struct Stay<'a> {
    gate: &'a Gate,
    shard: &'a Shard,
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.gate.leave_shared(self.shard);
    }
}

/// An exclusive call under way.
pub(crate) struct Alone<'a> {
    gate: &'a Gate,
    _turn: MutexGuard<'a, ()>,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        // A poisoned gate stays poisoned.
        let _ = self.gate.state.compare_exchange(EXCLUSIVE, OPEN, SeqCst, SeqCst);
        self.gate.wake();
    }
}

/// Now and `patience`; a patience without end is a century.
fn after(patience: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
    Instant::now() + patience.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(20);
    const BOTH: [fn() -> Gate; 2] = [Gate::for_calls, Gate::for_changes];

    #[test]
    fn nobody_is_inside_with_an_exclusive_call() {
        for gate in BOTH {
            let (gate, inside, broken) = (gate(), AtomicUsize::new(0), AtomicBool::new(false));
            let shared = |inside: &AtomicUsize| {
                inside.fetch_add(1, Relaxed);
                inside.fetch_sub(1, Relaxed);
            };
            thread::scope(|scope| {
                for worker in 0..4 {
                    let (gate, inside, broken) = (&gate, &inside, &broken);
                    scope.spawn(move || {
                        for round in 0..4_000 {
                            if worker == 0 && round % 8 == 0 {
                                let _alone = gate.enter_alone(LONG).unwrap();
                                if inside.load(Relaxed) != 0 {
                                    broken.store(true, Relaxed);
                                }
                            } else if round % 32 == 1 {
                                let _stay = gate.enter_to_stay(LONG).unwrap();
                                shared(inside);
                            } else {
                                let _pass = gate.enter(LONG).unwrap();
                                shared(inside);
                            }
                        }
                    });
                }
            });
            assert!(!broken.load(Relaxed));
            assert_eq!(gate.in_flight(), 0);
        }
    }

    #[test]
    fn more_threads_than_there_are_shards_are_all_counted() {
        for gate in BOTH {
            let gate = gate();
            let (inside, leave) = (std::sync::Barrier::new(2 * SHARDS + 1), std::sync::Barrier::new(2 * SHARDS + 1));
            thread::scope(|scope| {
                for _ in 0..2 * SHARDS {
                    scope.spawn(|| {
                        let _pass = gate.enter(LONG).unwrap();
                        inside.wait();
                        leave.wait();
                    });
                }
                inside.wait();
                assert_eq!(gate.close(SOON), Err(Refusal::Busy(2 * SHARDS)));
                leave.wait();
                assert_eq!(gate.close(LONG), Ok(()));
            });
        }
    }

    #[test]
    fn close_waits_for_calls_and_gives_up_in_time() {
        for gate in BOTH {
            let gate = gate();
            let pass = gate.enter(LONG).unwrap();
            let inner = gate.enter(LONG).unwrap();
            let stay = gate.enter_to_stay(LONG).unwrap();
            assert_eq!(gate.close(SOON), Err(Refusal::Busy(3)));
            assert_eq!(gate.enter(LONG).err(), Some(Refusal::Closed));
            drop((pass, inner));
            assert_eq!(gate.close(SOON), Err(Refusal::Busy(1)));
            thread::scope(|scope| {
                let closing = scope.spawn(|| gate.close(LONG));
                // What stays may end on another thread.
                scope.spawn(|| {
                    thread::sleep(SOON);
                    drop(stay);
                });
                assert_eq!(closing.join().unwrap(), Ok(()));
            });
        }
    }

    #[test]
    fn an_exclusive_call_inside_a_shared_one_ends_as_busy() {
        for gate in BOTH {
            let gate = gate();
            let pass = gate.enter(LONG).unwrap();
            assert_eq!(gate.enter_alone(SOON).err(), Some(Refusal::Busy(1)));
            drop(pass);
            assert!(gate.enter_alone(SOON).is_ok());
            assert!(gate.enter(SOON).is_ok());
        }
    }

    #[test]
    fn a_call_inside_a_call_does_not_wait_for_who_waits_for_both() {
        for gate in BOTH {
            let gate = gate();
            let outer = gate.enter(LONG).unwrap();
            thread::scope(|scope| {
                let alone = scope.spawn(|| drop(gate.enter_alone(LONG).unwrap()));
                while gate.state.load(SeqCst) != EXCLUSIVE {
                    thread::yield_now();
                }
                drop(gate.enter(SOON).unwrap());
                assert!(scope.spawn(|| gate.enter(SOON).is_err()).join().unwrap(), "another thread's call waits");
                drop(outer);
                alone.join().unwrap();
            });
        }
    }

    #[test]
    fn who_waits_for_a_call_that_panics_does_not_get_in() {
        for gate in BOTH {
            for wait in [|gate: &Gate| gate.enter_alone(LONG).err(), |gate: &Gate| gate.close(LONG).err()] {
                let gate = gate();
                thread::scope(|scope| {
                    let pass = gate.enter(LONG).unwrap();
                    let waiting = scope.spawn(|| wait(&gate));
                    thread::sleep(SOON);
                    gate.poison();
                    drop(pass);
                    assert_eq!(waiting.join().unwrap(), Some(Refusal::Poisoned));
                });
            }
        }
    }

    #[test]
    fn patience_without_end_is_no_overflow() {
        let gate = Gate::for_calls();
        drop(gate.enter_alone(Duration::MAX).unwrap());
        assert_eq!(gate.close(Duration::MAX), Ok(()));
    }

    #[test]
    fn poison_outlives_the_call_that_found_it() {
        for gate in BOTH {
            let gate = gate();
            let alone = gate.enter_alone(LONG).unwrap();
            gate.poison();
            drop(alone);
            assert_eq!(gate.enter(LONG).err(), Some(Refusal::Poisoned));
            assert_eq!(gate.enter_alone(LONG).err(), Some(Refusal::Poisoned));
            assert_eq!(gate.close(LONG), Err(Refusal::Poisoned));
        }
    }
}
