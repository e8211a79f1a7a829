//! Who may call an extension now: many at a time, one alone, or nobody any more.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::cell::Cell;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
/// One exclusive call runs, or waits for the shared ones to leave.
const EXCLUSIVE: u8 = 1;
const CLOSED: u8 = 2;
const POISONED: u8 = 3;

const SHARDS: usize = 16;

/// On a cache line of its own, so that callers on different threads do not slow each other down.
#[repr(align(64))]
#[derive(Default)]
struct Shard(AtomicUsize);

/// Counts the calls that are under way, in shards, and lets one caller wait for all others.
///
/// A caller first counts itself and then looks at the state; whoever wants to be alone first sets the state and then
/// looks at the counts. In the total order of these operations one of the two sees the other.
#[derive(Default)]
pub(crate) struct Gate {
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
}

impl Gate {
    /// Lets a call in that others may accompany. Waits at most `patience` for an exclusive one to end.
    pub(crate) fn enter(&self, patience: Duration) -> Result<Pass<'_>, Refusal> {
        let shard = &self.shards[shard_of_this_thread()].0;
        let mut deadline = None;
        loop {
            shard.fetch_add(1, SeqCst);
            let state = self.state.load(SeqCst);
            if state == OPEN {
                return Ok(Pass { gate: self, shard });
            }
            self.leave(shard);
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
        self.shards.iter().map(|shard| shard.0.load(SeqCst)).sum()
    }

    fn drained(&self, deadline: Instant) -> Result<(), Refusal> {
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

    fn leave(&self, shard: &AtomicUsize) {
        shard.fetch_sub(1, SeqCst);
        if self.state.load(SeqCst) != OPEN {
            self.wake();
        }
    }

    fn wake(&self) {
        // The lock orders this after the look of whoever is about to wait.
        drop(self.waiting.lock());
        self.changed.notify_all();
    }
}

/// A shared call under way.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    shard: &'a AtomicUsize,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.leave(self.shard);
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

fn shard_of_this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let shard = SHARD.with(Cell::get);
    if shard != usize::MAX {
        return shard;
    }
    let shard = NEXT.fetch_add(1, SeqCst) % SHARDS;
    SHARD.with(|cell| cell.set(shard));
    shard
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn nobody_is_inside_with_an_exclusive_call() {
        let (gate, inside, broken) = (Gate::default(), AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for worker in 0..4 {
                let (gate, inside, broken) = (&gate, &inside, &broken);
                scope.spawn(move || {
                    for round in 0..2_000 {
                        if worker == 0 && round % 8 == 0 {
                            let _alone = gate.enter_alone(LONG).unwrap();
                            if inside.load(SeqCst) != 0 {
                                broken.store(true, SeqCst);
                            }
                        } else {
                            let _pass = gate.enter(LONG).unwrap();
                            inside.fetch_add(1, SeqCst);
                            inside.fetch_sub(1, SeqCst);
                        }
                    }
                });
            }
        });
        assert!(!broken.load(SeqCst));
        assert_eq!(gate.in_flight(), 0);
    }

    #[test]
    fn close_waits_for_calls_and_gives_up_in_time() {
        let gate = Gate::default();
        let pass = gate.enter(LONG).unwrap();
        assert_eq!(gate.close(SOON), Err(Refusal::Busy(1)));
        assert_eq!(gate.enter(LONG).err(), Some(Refusal::Closed));
        thread::scope(|scope| {
            let closing = scope.spawn(|| gate.close(LONG));
            thread::sleep(SOON);
            drop(pass);
            assert_eq!(closing.join().unwrap(), Ok(()));
        });
    }

    #[test]
    fn an_exclusive_call_inside_a_shared_one_ends_as_busy() {
        let gate = Gate::default();
        let pass = gate.enter(LONG).unwrap();
        assert_eq!(gate.enter_alone(SOON).err(), Some(Refusal::Busy(1)));
        drop(pass);
        assert!(gate.enter_alone(SOON).is_ok());
        assert!(gate.enter(SOON).is_ok());
    }

    #[test]
    fn who_waits_for_a_call_that_panics_does_not_get_in() {
        let gate = Gate::default();
        for wait in [|gate: &Gate| gate.enter_alone(LONG).err(), |gate: &Gate| gate.close(LONG).err()] {
            let gate = if gate.is_poisoned() { &Gate::default() } else { &gate };
            let pass = gate.enter(LONG).unwrap();
            thread::scope(|scope| {
                let waiting = scope.spawn(|| wait(gate));
                thread::sleep(SOON);
                gate.poison();
                drop(pass);
                assert_eq!(waiting.join().unwrap(), Some(Refusal::Poisoned));
            });
        }
    }

    #[test]
    fn patience_without_end_is_no_overflow() {
        let gate = Gate::default();
        drop(gate.enter_alone(Duration::MAX).unwrap());
        assert_eq!(gate.close(Duration::MAX), Ok(()));
    }

    #[test]
    fn poison_outlives_the_call_that_found_it() {
        let gate = Gate::default();
        let alone = gate.enter_alone(LONG).unwrap();
        gate.poison();
        drop(alone);
        assert_eq!(gate.enter(LONG).err(), Some(Refusal::Poisoned));
        assert_eq!(gate.enter_alone(LONG).err(), Some(Refusal::Poisoned));
        assert_eq!(gate.close(LONG), Err(Refusal::Poisoned));
    }
}
