//! How long a call waits for those under way.

use crate::instance::Instance;
use crate::sync::call_gate::enter::SharedGuard;
use crate::sync::call_gate::refusal::Refusal;
use sochdb_plugin_sdk::{Call, Error, Result};
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
        if !has_limits() {
            return enter(self.limits.drain_timeout).map_err(|refusal| self.refused(slot, refusal));
        }
        let begin = Instant::now();
        loop {
            let left = self.limits.drain_timeout.saturating_sub(begin.elapsed());
            let patience = left.min(ASK);
            match enter(patience) {
                Err(Refusal::Busy(_)) if patience < left => self.asked(slot)?,
                entered => return entered.map_err(|refusal| self.refused(slot, refusal)),
            }
        }
    }

    /// Lets a shared call in that waited as long as [`Instance::patience`] says, and was refused.
    #[cold]
    pub(crate) fn enter_again(&self, slot: &'static str, refusal: Refusal) -> Result<SharedGuard<'_>> {
        match refusal {
            Refusal::Busy(_) if has_limits() => {
                self.asked(slot)?;
                self.enter_patiently(slot, |patience| self.gate.enter(|| patience))
            }
            refusal => Err(self.refused(slot, refusal)),
        }
    }

    /// Asks the caller whether to go on.
    fn asked(&self, slot: &str) -> Result<()> {
        let says =
            |error: Error| self.error(error.kind(), format!("`{slot}` waits for calls under way: {}", error.message()));
        Call::current(|call| call.go_on()).map_err(says)
    }
}
