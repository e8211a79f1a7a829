//! The gate of an extension, which says who may call now: many at a time, one alone, or nobody any more.
//!
//! A caller first counts itself and then looks at the state; whoever wants to be alone first sets the state and then
//! looks at the counts. One of the two sees the other: either as these operations have one total order, or, where
//! calls are many and exclusive ones seldom, as whoever wants to be alone makes all other threads pass a
//! [`Barrier`] between the two. Then a call costs plain loads and stores.
//!
//! A call inside a call never waits for one that waits for it: what a thread is inside of is found out when it would
//! have to wait ([`held`]), and who waits for whom is written down ([`waits`]). `tests/gate_model` explores every
//! interleaving of these steps.

pub(crate) mod core;
pub(crate) mod counts;
pub(crate) mod enter;
pub(crate) mod exclusive;
pub(crate) mod held;
pub(crate) mod live;
pub(crate) mod refusal;
#[cfg(test)]
mod tests;
pub(crate) mod waits;

use crate::sync::call_gate::core::{Core, CLOSED, FORKED, POISONED};
use crate::sync::call_gate::refusal::Refusal;
use crate::sync::membarrier::Barrier;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Counts the calls that are under way, in shards, and lets one caller wait for all others.
pub(crate) struct CallGate {
    core: Arc<Core>,
    /// The gate's place among all gates.
    place: usize,
}

impl CallGate {
    /// A gate for an extension whose exclusive calls are seldom: they cost a system call, and all others nearly
    /// nothing. Where the kernel has no such barrier it is as [`CallGate::for_changes`].
    pub(crate) fn for_calls(name: &str) -> Self {
        Self::new(name, Barrier::new())
    }

    /// A gate for an extension whose exclusive calls are many: all cost the same.
    pub(crate) fn for_changes(name: &str) -> Self {
        Self::new(name, None)
    }

    fn new(name: &str, barrier: Option<Barrier>) -> Self {
        let core = Arc::new(Core::new(name, barrier));
        let place = live::add(&core);
        Self { core, place }
    }

    /// Says whose gate it is.
    pub(crate) fn belongs_to(&self, instance: u64) {
        self.core.instance.store(instance, Relaxed);
    }

    /// Lets nobody in any more, because the extension panicked. Does not wait.
    pub(crate) fn poison(&self) {
        self.core.poison();
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.core.state() == POISONED
    }

    /// Whether nobody gets in any more, as it ends or ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.core.state() == CLOSED
    }

    /// The number of calls under way, and of what stays. They change meanwhile.
    pub(crate) fn under_way(&self) -> (usize, usize) {
        let stays = if live::is_child() { 0 } else { self.core.stays.lock().iter().count() };
        (self.core.in_flight().saturating_sub(stays), stays)
    }

    /// For something that stays: whether it may go on.
    ///
    /// # Errors
    /// [`Refusal::Poisoned`], [`Refusal::Forked`].
    #[inline]
    pub(crate) fn goes_on(&self) -> Result<(), Refusal> {
        match self.core.state() {
            POISONED => Err(Refusal::Poisoned),
            FORKED => Err(Refusal::Forked),
            _ => Ok(()),
        }
    }
}

impl Drop for CallGate {
    fn drop(&mut self) {
        live::remove(self.place);
    }
}

/// Now and `drain_timeout`; a timeout without end is a century.
pub(crate) fn after(drain_timeout: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
    Instant::now() + drain_timeout.min(LONGEST)
}
