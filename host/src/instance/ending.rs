//! The end of an instance. The plugin's `shutdown` and `destroy` run on a thread of their own, so that one which hangs
//! does not hang the host: it is left alone then, and nothing that it may use is freed.

use crate::instance::end::{say_ended, Call, End, Job, Sent};
use crate::instance::failure::said;
use crate::instance::Instance;
use crate::sync::call_gate::refusal::Refusal;
use crate::sync::call_gate::{self, live};
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result};
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Instance {
    /// Ends the instance's work, once: waits for the calls under way, lets no more in, and runs the plugin's
    /// `shutdown`. A later call has nothing to do and returns Ok.
    ///
    /// # Errors
    /// What the plugin reports, and it is shut down all the same; [`ErrorKind::Panicked`] if a panic ended the
    /// instance, as `shutdown` does not run then; [`ErrorKind::Busy`] if calls, or `shutdown` itself, did not end in
    /// time: no new ones start, and the caller may try again.
    pub(crate) fn shutdown(&self) -> Result<()> {
        self.shutdown_until(call_gate::after(self.limits.drain_timeout))
    }

    /// Whether it was shut down, or panicked.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_poisoned() || matches!(*self.end.lock(), End::Over)
    }

    /// [`Instance::shutdown`] that waits at most until `deadline`.
    pub(crate) fn shutdown_until(&self, deadline: Instant) -> Result<()> {
        if live::is_child() {
            return Err(self.refused("shutdown", Refusal::Forked));
        }
        let under_way = match &*self.end.lock() {
            End::NotYet => None,
            End::Runs(job) => Some(job.clone()),
            End::Over => return Ok(()),
        };
        let job = match under_way {
            Some(job) => job,
            None => match self.begin_end(deadline)? {
                Some(job) => job,
                None => return Ok(()),
            },
        };
        let _waiting = self.gate.wait_for_end().map_err(|refusal| self.refused("shutdown", refusal))?;
        let Some(outcome) = job.wait(deadline) else {
            let message = "`shutdown` does not end: it runs on, alone, and the instance is kept for it".to_owned();
            return Err(self.error_in("shutdown", ErrorKind::Busy, message));
        };
        *self.end.lock() = End::Over;
        say_ended();
        let Some(mut outcome) = outcome else { return Ok(()) };
        for (slot, text) in &outcome.panics {
            self.tell_of_panic(slot, "what it closed is gone", text);
        }
        match outcome.status {
            SOCH_OK => Ok(()),
            status => Err(self.failure("shutdown", status, &raw mut outcome.error)),
        }
    }

    /// Waits until nobody is inside, and lets nobody in any more. An instance that has ended is so already.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if calls, readers or transactions do not end within `patience`; it takes calls as before.
    pub(crate) fn drain_and_close(&self, patience: Duration) -> Result<()> {
        match self.gate.enter_exclusive(patience) {
            Ok(alone) => {
                alone.close();
                Ok(())
            }
            Err(Refusal::Closed | Refusal::Poisoned) => Ok(()),
            Err(Refusal::Busy(open)) => Err(self.error_in(
                "shutdown",
                ErrorKind::Busy,
                format!("{open} call(s), readers or transactions did not end within {patience:?}"),
            )),
            Err(refusal) => Err(self.refused("shutdown", refusal)),
        }
    }

    /// Ends the instance and frees what the plugin has of it, though there are handles, which are refused from now on.
    ///
    /// # Errors
    /// Those of [`Instance::shutdown_until`], but for a panic that ended it before; [`ErrorKind::Busy`] if `destroy` does not
    /// end in time.
    pub(crate) fn leave(&self, deadline: Instant) -> Result<()> {
        let ended = match self.shutdown_until(deadline) {
            Err(error) if error.kind() == ErrorKind::Busy => return Err(error),
            Err(error) if error.kind() == ErrorKind::Panicked => Ok(()),
            ended => ended,
        };
        if self.gone.swap(true, SeqCst) {
            return ended;
        }
        // SAFETY: the gate is closed and drained, so nobody is inside or gets in, and `gone` says once.
        if !unsafe { self.destroy() } {
            return Err(self.error_in("destroy", ErrorKind::Busy, "`destroy` does not end".to_owned()));
        }
        ended
    }

    /// Closes the gate, waits for the calls under way, and starts the plugin's `shutdown`; None if that is over.
    fn begin_end(&self, deadline: Instant) -> Result<Option<Arc<Job>>> {
        let closed = self.gate.close(deadline).map_err(|refusal| match refusal {
            Refusal::Poisoned => self.error_in(
                "shutdown",
                ErrorKind::Panicked,
                format!("was not shut down, as {}; what it had not written yet may be lost", self.cause()),
            ),
            refusal => self.refused("shutdown", refusal),
        })?;
        // Another thread may have been here before the gate let this one in.
        let job = Arc::new(Job::default());
        match &mut *self.end.lock() {
            End::Over => return Ok(None),
            End::Runs(job) => return Ok(Some(job.clone())),
            end => *end = End::Runs(job.clone()),
        }
        let (handles, call) = (self.take_handles(), Call::Shutdown(self.lifecycle().shutdown));
        job.start(&self.gate, Sent { instance: self.pointer(), handles, call });
        drop(closed);
        Ok(Some(job))
    }

    /// Runs the plugin's `destroy`. False if it does not end in time: what it may use must stay.
    ///
    /// # Safety
    /// The instance is not used again.
    pub(crate) unsafe fn destroy(&self) -> bool {
        let Some(destroy) = self.lifecycle().destroy else { return true };
        let sent = Sent { instance: self.pointer(), handles: Vec::new(), call: Call::Destroy(destroy) };
        let job = Arc::new(Job::default());
        job.start(&self.gate, sent);
        let _waiting = self.gate.wait_for_end();
        let Some(outcome) = job.wait(call_gate::after(self.limits.drain_timeout)) else { return false };
        if let Some(mut panicked) = outcome.filter(|outcome| outcome.status != SOCH_OK) {
            self.tell_of_panic("destroy", "the instance takes no more calls", &said(&raw mut panicked.error).1);
        }
        true
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if live::is_child() {
            // It is the parent's: nothing of the plugin runs here, and nothing is waited for.
            return;
        }
        if let Err(error) = self.shutdown() {
            tracing::warn!(target: "sochdb_plugin", plugin = %self.info.name, %error, "not shut down cleanly");
            if error.kind() == ErrorKind::Busy {
                // Something that holds a pass was forgotten, or calls the plugin for ever: it keeps what it uses.
                return;
            }
        }
        // SAFETY: the gate is closed and drained, nobody else holds this instance, and `gone` says once.
        if !self.gone.swap(true, SeqCst) && !unsafe { self.destroy() } {
            tracing::warn!(target: "sochdb_plugin", plugin = %self.info.name, "`destroy` does not end, and is left alone");
            return;
        }
        // SAFETY: the plugin's instance is gone, and this runs once.
        unsafe {
            ManuallyDrop::drop(&mut self.lent);
            ManuallyDrop::drop(&mut self.origin);
        }
    }
}
