//! The ways in for calls that nobody may accompany: exclusive ones, and the end.

use crate::sync::call_gate::core::{Core, Locked, ALONE, CLOSED, DRAINING, FORKED, NOBODY, OPEN, POISONED};
use crate::sync::call_gate::held::{self, Inside};
use crate::sync::call_gate::refusal::Refusal;
use crate::sync::call_gate::waits::{self, Outcome, What};
use crate::sync::call_gate::{after, CallGate};
use parking_lot::MutexGuard;
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The right to want to be alone: one thread has it at a time.
struct Turn<'a> {
    core: &'a Core,
    guard: ManuallyDrop<MutexGuard<'a, ()>>,
}

impl<'a> Turn<'a> {
    fn take(core: &'a Arc<Core>, deadline: Instant) -> Result<Self, Refusal> {
        let guard = match core.turn.try_lock() {
            Some(guard) => guard,
            None => {
                let _waiting = wait_for(What::Owner, core)?;
                core.turn.try_lock_until(deadline).ok_or(Refusal::Busy(1))?
            }
        };
        Ok(Self::of(core, guard))
    }

    fn of(core: &'a Core, guard: MutexGuard<'a, ()>) -> Self {
        core.owner.store(held::thread(), SeqCst);
        held::push(core);
        Self { core, guard: ManuallyDrop::new(guard) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        held::remove(self.core);
        self.core.owner.store(NOBODY, SeqCst);
        // In a child of fork nobody takes it any more, and who waited for it is not there to be looked for.
        if self.core.state() != FORKED {
            // SAFETY: it is dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.guard) };
        }
    }
}

/// Writes down that this thread waits for the one whose turn it is, or that runs the end.
fn wait_for(what: What, core: &Arc<Core>) -> Result<Option<waits::Waiting>, Refusal> {
    let inside = Inside::of_this_thread();
    if inside.is_nothing() {
        return Ok(None);
    }
    match waits::register(core, what, &inside) {
        Outcome::Wait(waiting, wake) => {
            wake.iter().for_each(|core| core.wake());
            Ok(Some(waiting))
        }
        Outcome::Circle(name) => Err(Refusal::Deadlock(name)),
        Outcome::GoIn => unreachable!("only an entry goes in"),
    }
}

/// An exclusive call under way.
pub(crate) struct ExclusiveGuard<'a> {
    turn: Turn<'a>,
}

impl ExclusiveGuard<'_> {
    /// Lets nobody in any more, also when this call is over.
    pub(crate) fn close(&self) {
        if let Ok(_locked) = self.turn.core.lock() {
            // A poisoned gate stays poisoned.
            self.turn.core.change(ALONE, CLOSED);
        }
    }
}

impl Drop for ExclusiveGuard<'_> {
    fn drop(&mut self) {
        let core = self.turn.core;
        if let Ok(locked) = core.lock() {
            // A poisoned gate stays poisoned.
            if core.change(ALONE, OPEN) == DRAINING {
                core.change(DRAINING, OPEN);
            }
            drop(locked);
            core.wake();
        }
    }
}

/// The right to end an extension, whose gate is closed and empty.
pub(crate) struct Closed<'a> {
    _turn: Turn<'a>,
}

/// The right to run the end of an extension, on a thread of its own.
pub(crate) struct Ending(Arc<Core>);

impl Ending {
    /// From now on this thread is the one for which those wait that wait for the end.
    pub(crate) fn begin(self) -> impl Drop {
        self.0.ender.store(held::thread(), SeqCst);
        held::push(&self.0);
        Begun(self.0)
    }
}

struct Begun(Arc<Core>);

impl Drop for Begun {
    fn drop(&mut self) {
        held::remove(&self.0);
        self.0.ender.store(NOBODY, SeqCst);
    }
}

impl CallGate {
    /// Lets a call in that is alone. Waits at most `drain_timeout` for the others to end.
    pub(crate) fn enter_exclusive(&self, drain_timeout: Duration) -> Result<ExclusiveGuard<'_>, Refusal> {
        let core = &self.core;
        Core::refuse(core.state())?;
        if let Some(hold) = held::of(core) {
            return Err(Refusal::Within(hold));
        }
        let deadline = after(drain_timeout);
        let turn = Turn::take(core, deadline)?;
        let locked = core.lock()?;
        let was = core.change(OPEN, DRAINING);
        drop(locked);
        Core::refuse(was)?;
        let alone = ExclusiveGuard { turn };
        drain(core, deadline)?;
        Ok(alone)
    }

    /// Lets nobody in any more, and waits for the calls under way. After [`Refusal::Busy`] the gate stays closed and the
    /// caller may come again to wait.
    pub(crate) fn close(&self, deadline: Instant) -> Result<Closed<'_>, Refusal> {
        let core = &self.core;
        if core.state() == FORKED {
            return Err(Refusal::Forked);
        }
        let hold = held::of(core);
        let turn = match hold {
            None => Some(Turn::take(core, deadline)?),
            // Without a wait: whoever has the turn may wait for this thread.
            Some(_) => core.turn.try_lock().map(|guard| Turn::of(core, guard)),
        };
        let Some(turn) = turn else { return Err(hold.map_or(Refusal::Busy(1), Refusal::Within)) };
        let locked = core.lock()?;
        // A poisoned gate stays poisoned; its calls under way are waited for all the same.
        core.change(OPEN, CLOSED);
        drop(locked);
        if let Some(hold) = hold {
            return Err(Refusal::Within(hold));
        }
        drain(core, deadline)?;
        Ok(Closed { _turn: turn })
    }

    /// For the thread that runs the end.
    pub(crate) fn ending(&self) -> Ending {
        Ending(self.core.clone())
    }

    /// Whether the calling thread runs the end.
    pub(crate) fn is_ended_here(&self) -> bool {
        self.core.ender.load(SeqCst) == held::thread()
    }

    /// Before a wait for the end that another thread runs.
    pub(crate) fn wait_for_end(&self) -> Result<impl Sized, Refusal> {
        if self.is_ended_here() {
            return Err(Refusal::Within(crate::sync::call_gate::refusal::Hold::Exclusive));
        }
        wait_for(What::End, &self.core)
    }
}

/// Waits for the calls that got in before the state was set, and those inside of them. A call that leaves after the
/// barrier sees the state, and wakes who waits. Whoever wants to be alone is so then.
fn drain(core: &Arc<Core>, deadline: Instant) -> Result<(), Refusal> {
    core.all_pass()?;
    let mut inside = None;
    let mut late = false;
    let mut locked: Locked<'_> = core.lock()?;
    loop {
        let calls = core.in_flight();
        if calls == 0 {
            core.change(DRAINING, ALONE);
            // One of the calls that were waited for may have panicked.
            return if core.state() == POISONED { Err(Refusal::Poisoned) } else { Ok(()) };
        }
        if late {
            return Err(Refusal::Busy(calls));
        }
        // Kept until this thread looks again.
        let _waiting = match waits::register(core, What::Drain, inside.get_or_insert_with(Inside::of_this_thread)) {
            Outcome::Wait(waiting, wake) => {
                if !wake.is_empty() {
                    drop(locked);
                    wake.iter().for_each(|core| core.wake());
                    locked = core.lock()?;
                    continue;
                }
                waiting
            }
            Outcome::Circle(name) => return Err(Refusal::Deadlock(name)),
            Outcome::GoIn => unreachable!("only an entry goes in"),
        };
        late = !core.wait(&mut locked, deadline);
    }
}
