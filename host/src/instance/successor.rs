//! How another instance takes the place of one. Only calls that find that one shut down look here.

use crate::instance::succession::{Next, Place};
use crate::instance::Instance;
use crate::sync::call_gate::after;
use crate::sync::call_gate::live::is_child;
use crate::sync::call_gate::refusal::Refusal;
use parking_lot::{Mutex, RwLockReadGuard, RwLockWriteGuard};
use sochdb_plugin_sdk::{ErrorKind, Result};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// An instance that nobody else changes.
pub(crate) struct Held<'a> {
    instance: &'a Instance,
    _still: RwLockWriteGuard<'a, ()>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.instance.succession.holder.lock() = None;
    }
}

/// The right to say who takes an instance's place. If this goes before, nobody does.
pub(crate) struct Moving(Arc<Instance>);

impl Instance {
    /// Keeps others from replacing it.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] while another thread replaces it; [`ErrorKind::ShutDown`] if it was replaced.
    pub(crate) fn begin_move(self: &Arc<Self>) -> Result<Moving> {
        let mut next = self.succession.next.lock();
        match *next {
            Next::Nobody => *next = Next::Prepared,
            Next::Prepared | Next::Moving(_) => {
                return Err(self.error(ErrorKind::Busy, "is being replaced by another thread".into()))
            }
            Next::Moved(_) => return Err(self.error(ErrorKind::ShutDown, "was replaced before".into())),
        }
        drop(next);
        Ok(Moving(self.clone()))
    }

    /// The instance that took this one's place; None if nobody did. Waits for one that is being made, unless the calling
    /// thread makes it, or runs the end of this one.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if it is not made within `patience`; what the caller's limits say.
    #[cold]
    pub(crate) fn successor(&self, slot: &str, patience: Duration) -> Result<Option<Arc<Instance>>> {
        let found = self.wait_patiently(slot, patience, |part| self.known_successor(after(part)))?;
        found.ok_or_else(|| {
            let message = format!("`{slot}` waited {patience:?} for another instance that is being made: call again");
            self.error_in(slot, ErrorKind::Busy, message)
        })
    }

    /// None while another one is being made.
    #[allow(clippy::option_option, reason = "the inner one says that there is none")]
    fn known_successor(&self, deadline: Instant) -> Option<Option<Arc<Instance>>> {
        let mut next = self.succession.next.lock();
        loop {
            match &*next {
                Next::Nobody | Next::Prepared => return Some(None),
                Next::Moved(place) => return Some(Some(place.0.lock().clone())),
                Next::Moving(by) if *by == thread::current().id() || self.gate.is_ended_here() => return Some(None),
                Next::Moving(_) => {}
            }
            if self.succession.known.wait_until(&mut next, deadline).timed_out() {
                return None;
            }
        }
    }

    /// Lets a change in, which waits while another instance gets what this one keeps. Others may be under way beside it.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] after the time that a build may take; what the caller's limits say.
    pub(crate) fn changes(&self, slot: &'static str) -> Result<Option<RwLockReadGuard<'_, ()>>> {
        if is_child() {
            return Err(self.refused(slot, Refusal::Forked));
        }
        let succession = &self.succession;
        // Recursive, as a change may lead to another one by way of the host.
        if let Some(entered) = succession.changes.try_read_recursive() {
            return Ok(Some(entered));
        }
        if *succession.holder.lock() == Some(thread::current().id()) {
            return Ok(None);
        }
        let longest = self.limits.build_timeout.max(self.limits.drain_timeout);
        let entered = self.wait_patiently(slot, longest, |part| succession.changes.try_read_recursive_for(part))?;
        entered.map(Some).ok_or_else(|| {
            let message = format!("`{slot}` waited {longest:?} while another instance gets what this one keeps");
            self.error_in(slot, ErrorKind::Busy, message)
        })
    }

    /// Keeps changes by other threads away, but no searches, until the guard goes. None if those under way do not end within
    /// `patience`.
    pub(crate) fn hold_changes(&self, patience: Duration) -> Option<Held<'_>> {
        let still = self.succession.changes.try_write_for(patience)?;
        *self.succession.holder.lock() = Some(thread::current().id());
        Some(Held { instance: self, _still: still })
    }

    /// Whether another one has its place, or will have.
    pub(crate) fn is_succeeded(&self) -> bool {
        matches!(*self.succession.next.lock(), Next::Moving(_) | Next::Moved(_))
    }
}

impl Moving {
    /// The instance whose place it is.
    pub(crate) fn instance(&self) -> &Arc<Instance> {
        &self.0
    }

    /// Makes the callers that the gate refuses from now on wait for the next instance.
    pub(crate) fn have_callers_wait(&self) {
        *self.0.succession.next.lock() = Next::Moving(thread::current().id());
    }

    /// Gives the place to `next`.
    pub(crate) fn to(self, next: &Arc<Instance>) {
        let old = &self.0.succession;
        let kept = old.place.lock().upgrade();
        let place = match kept {
            Some(place) => {
                *place.0.lock() = next.clone();
                place
            }
            None => Arc::new(Place(Mutex::new(next.clone()))),
        };
        *next.succession.place.lock() = Arc::downgrade(&place);
        *old.next.lock() = Next::Moved(place);
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        let mut next = self.0.succession.next.lock();
        if !matches!(*next, Next::Moved(_)) {
            *next = Next::Nobody;
        }
        drop(next);
        self.0.succession.known.notify_all();
    }
}
