//! The ways in for calls that others may accompany.

use crate::sync::call_gate::core::{Core, ALONE, DRAINING, OPEN};
use crate::sync::call_gate::counts::Counts;
use crate::sync::call_gate::held::{self, Inside};
use crate::sync::call_gate::refusal::{Hold, Refusal};
use crate::sync::call_gate::waits::{self, Outcome, What};
use crate::sync::call_gate::{after, live, CallGate};
use crate::sync::thread_slot;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};
use std::sync::Arc;
use std::time::Duration;

/// A shared call under way on this thread.
pub(crate) struct SharedGuard<'a> {
    core: &'a Core,
    /// The shard of this thread's own that counts it, if the thread has one.
    own: Option<&'a Counts>,
    /// Only the thread that owns a shard may count in it.
    _of_this_thread: PhantomData<*mut ()>,
}

impl Drop for SharedGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        match self.own {
            Some(shard) => self.core.leave_own(shard),
            None => leave_without_own(self.core),
        }
    }
}

#[cold]
fn leave_without_own(core: &Core) {
    held::remove(core);
    core.leave_shared(core.shared_by(thread_slot::this_thread()));
}

/// Something that lasts and keeps exclusive calls away.
pub(crate) struct LongGuard {
    core: Arc<Core>,
    /// The number of the shard that counts it.
    shard: usize,
    /// The place among those that stay.
    place: usize,
    /// The thread that used it last.
    used_by: Cell<usize>,
}

impl LongGuard {
    /// Notes that the calling thread uses it: an exclusive call of this thread, or one that this thread's call waits
    /// for, would wait for itself then.
    #[inline]
    pub(crate) fn used_here(&self) {
        let thread = held::thread();
        if self.used_by.get() != thread {
            self.moved_to(thread);
        }
    }

    #[cold]
    fn moved_to(&self, thread: usize) {
        self.used_by.set(thread);
        if !live::is_child() {
            if let Some(place) = self.core.stays.lock().get_mut(self.place) {
                *place = thread;
            }
        }
    }
}

impl Drop for LongGuard {
    fn drop(&mut self) {
        if !live::is_child() {
            self.core.stays.lock().remove(self.place);
        }
        self.core.leave_shared(&self.core.shards[self.shard]);
    }
}

impl CallGate {
    /// Lets a call in that others may accompany and that ends on this thread. Waits at most as long
    /// as `patience` says, which is asked only then, for an exclusive one to end.
    #[inline(always)]
    pub(crate) fn enter(&self, patience: impl FnOnce() -> Duration) -> Result<SharedGuard<'_>, Refusal> {
        let core = &*self.core;
        let Some(thread) = thread_slot::known_own() else { return self.enter_as_one_of_many(patience) };
        let shard = &core.shards[thread.number()];
        core.count(shard, shard.own.load(Relaxed) + 1);
        if core.state() != OPEN {
            self.wait_to_enter_own(shard, patience())?;
        }
        Ok(SharedGuard { core, own: Some(shard), _of_this_thread: PhantomData })
    }

    /// For a thread that counted itself in a shard of its own, and found the gate not open.
    #[cold]
    fn wait_to_enter_own(&self, shard: &Counts, drain_timeout: Duration) -> Result<(), Refusal> {
        self.core.leave_own(shard);
        wait_to_enter(&self.core, drain_timeout, || shard.own.store(shard.own.load(Relaxed) + 1, Release))
    }

    /// For a thread that comes the first time, or that has no shard of its own.
    #[cold]
    fn enter_as_one_of_many(&self, patience: impl FnOnce() -> Duration) -> Result<SharedGuard<'_>, Refusal> {
        if thread_slot::this_thread().is_own() {
            return self.enter(patience);
        }
        self.enter_shared(patience())?;
        held::push(&self.core);
        Ok(SharedGuard { core: &self.core, own: None, _of_this_thread: PhantomData })
    }

    /// Lets something in that others may accompany, that lasts, and that may end on any thread.
    pub(crate) fn enter_long(&self, drain_timeout: Duration) -> Result<LongGuard, Refusal> {
        let shard = self.enter_shared(drain_timeout)?;
        let thread = held::thread();
        let place = self.core.stays.lock().insert(thread);
        Ok(LongGuard { core: self.core.clone(), shard, place, used_by: Cell::new(thread) })
    }

    /// Returns the number of the shard that counts it.
    fn enter_shared(&self, drain_timeout: Duration) -> Result<usize, Refusal> {
        let core = &*self.core;
        let number = thread_slot::this_thread().number();
        let shard = &core.shards[number];
        shard.shared.fetch_add(1, SeqCst);
        if core.state() != OPEN {
            core.leave_shared(shard);
            wait_to_enter(&self.core, drain_timeout, || _ = shard.shared.fetch_add(1, SeqCst))?;
        }
        Ok(number)
    }
}

/// Waits until a call may enter that found the gate not open, and lets it in by `count`.
///
/// A thread for which the exclusive call waits enters before it: at once if it is inside a call of this extension, and
/// otherwise as soon as the two would wait for each other. While an exclusive call runs, nobody enters.
#[cold]
fn wait_to_enter(core: &Arc<Core>, drain_timeout: Duration, count: impl Fn()) -> Result<(), Refusal> {
    Core::refuse(core.state())?;
    let hold = held::of(core);
    let inside = Inside::of_this_thread();
    let deadline = after(drain_timeout);
    let mut waiting: Option<waits::Waiting> = None;
    let mut late = false;
    let mut locked = core.lock()?;
    loop {
        let state = core.state();
        Core::refuse(state)?;
        let goes_in = hold.is_some() || waiting.as_ref().is_some_and(waits::Waiting::goes_in);
        // Under the lock, whoever wants to be alone sees this count, or is in already.
        if state == OPEN || (state == DRAINING && goes_in) {
            count();
            return Ok(());
        }
        if hold == Some(Hold::Exclusive) {
            return Err(Refusal::Within(Hold::Exclusive));
        }
        if late {
            return Err(Refusal::Busy(1));
        }
        drop(waiting.take());
        if !inside.is_nothing() {
            let what = if state == ALONE { What::Owner } else { What::Entry };
            match waits::register(core, what, &inside) {
                Outcome::GoIn => {
                    count();
                    return Ok(());
                }
                Outcome::Circle(name) => return Err(Refusal::Deadlock(name)),
                Outcome::Wait(registered, wake) => {
                    waiting = Some(registered);
                    if !wake.is_empty() {
                        drop(locked);
                        wake.iter().for_each(|core| core.wake());
                        locked = core.lock()?;
                        continue;
                    }
                }
            }
        }
        late = !core.wait(&mut locked, deadline);
    }
}
