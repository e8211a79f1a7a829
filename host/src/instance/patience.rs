//! How long a call waits for those under way.

use crate::instance::Instance;
use crate::sync::call_gate::enter::SharedGuard;
use crate::sync::call_gate::refusal::Refusal;
use sochdb_plugin_sdk::{Call, Error, Result};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// How long a call with limits of its caller waits before it asks whether to go on: a part of the 50 ms in which a call that is
/// cancelled ends.
const ASK: Duration = Duration::from_millis(10);

fn has_limits() -> bool {
    Call::current(|call| !call.as_raw().is_null())
}

impl Instance {
    /// The longest wait until the caller is asked.
    #[cold]
    pub(crate) fn patience(&self) -> Duration {
        let longest = self.limits.drain_timeout;
        if has_limits() {
            longest.min(ASK)
        } else {
            longest
        }
    }

    /// Lets something in by `enter`, which waits at most as long as it is told: in all as long as the program says, and no
    /// longer than the caller's limits do.
    pub(crate) fn enter_patiently<T>(
        &self,
        slot: &'static str,
        enter: impl Fn(Duration) -> Result<T, Refusal>,
    ) -> Result<T> {
        let begin = Instant::now();
        loop {
            let limited = has_limits();
            let left = self.longest_wait().saturating_sub(begin.elapsed());
            // In parts, as a build may begin, or the caller may not want to wait any longer.
            let patience = left.min(if limited { ASK } else { self.limits.drain_timeout });
            match enter(patience) {
                Err(Refusal::Busy(_)) if patience < left || begin.elapsed() < self.longest_wait() => {
                    if limited {
                        self.asked(slot)?;
                    }
                }
                entered => return entered.map_err(|refusal| self.refused(slot, refusal)),
            }
        }
    }

    /// Waits by `wait`, which waits at most as long as it is told: in all at most `longest`, and no longer than the caller's
    /// limits do.
    pub(crate) fn wait_patiently<T>(
        &self,
        slot: &str,
        longest: Duration,
        mut wait: impl FnMut(Duration) -> Option<T>,
    ) -> Result<Option<T>> {
        let (begin, limited) = (Instant::now(), has_limits());
        loop {
            let left = longest.saturating_sub(begin.elapsed());
            let part = if limited { left.min(ASK) } else { left };
            match wait(part) {
                None if part < left => self.asked(slot)?,
                waited => return Ok(waited),
            }
        }
    }

    /// The longest wait for what runs in the instance now.
    pub(crate) fn longest_wait(&self) -> Duration {
        let building = self.building.load(Relaxed) > 0;
        if building {
            self.limits.build_timeout.max(self.limits.drain_timeout)
        } else {
            self.limits.drain_timeout
        }
    }

    /// Says that an exclusive call that may take long is under way, until the guard goes.
    pub(crate) fn begin_building(&self) -> impl Drop + '_ {
        struct Building<'a>(&'a Instance);
        impl Drop for Building<'_> {
            fn drop(&mut self) {
                self.0.building.fetch_sub(1, Relaxed);
            }
        }
        self.building.fetch_add(1, Relaxed);
        Building(self)
    }

    /// Lets a shared call in that waited as long as [`Instance::patience`] says, and was refused.
    #[cold]
    pub(crate) fn enter_again(&self, slot: &'static str, refusal: Refusal) -> Result<SharedGuard<'_>> {
        match refusal {
            Refusal::Busy(_) if has_limits() || self.building.load(Relaxed) > 0 => {
                if has_limits() {
                    self.asked(slot)?;
                }
                self.enter_patiently(slot, |patience| self.gate.enter(|| patience))
            }
            refusal => Err(self.refused(slot, refusal)),
        }
    }

    /// Asks the caller whether to go on.
    fn asked(&self, slot: &str) -> Result<()> {
        let says = |error: Error| {
            self.error_in(slot, error.kind(), format!("`{slot}` waits for calls under way: {}", error.message()))
        };
        Call::current(|call| call.go_on()).map_err(says)
    }
}
