//! Waits: which thread waits for which, of those that somebody may wait for.
//!
//! A thread that is about to wait writes down for what, and what it is inside of, and looks whether a way from there
//! leads back to itself. The last thread of a circle to do so finds it, as all others are written down already, and
//! what a thread is inside of does not change while it waits. So no circle is ever waited out, and none is found that
//! is not there.

use crate::sync::call_gate::core::{Core, NOBODY};
use crate::sync::call_gate::held::{self, Inside};
use crate::sync::slab::Slab;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;

/// For what a thread waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The calls under way, as it wants to be alone.
    Drain,
    /// The thread whose turn it is.
    Owner,
    /// The thread whose turn it is, which is not in yet: the waiting one may go in before it, if it must.
    Entry,
    /// The thread that runs the end.
    End,
}

struct Waiter {
    thread: usize,
    core: Arc<Core>,
    what: What,
    calls: Vec<usize>,
    /// Whether it is to go in, as others wait for it in a circle.
    goes_in: bool,
}

static WAITERS: Mutex<Slab<Waiter>> = Mutex::new(Slab::new());

/// The answer to a thread that wants to wait.
pub(crate) enum Outcome {
    /// The thread may wait, and keeps this meanwhile. First it lets those look again that are to go in.
    Wait(Waiting, Vec<Arc<Core>>),
    /// The thread must not wait, and may go in.
    GoIn,
    /// The thread must not wait, as the one that it would wait for waits, for the extension of this name.
    Circle(Box<str>),
}

/// The right to wait.
pub(crate) struct Waiting(usize);

impl Waiting {
    /// Whether it is to go in.
    pub(crate) fn goes_in(&self) -> bool {
        WAITERS.lock().get_mut(self.0).is_some_and(|waiter| waiter.goes_in)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITERS.lock().remove(self.0);
    }
}

/// Writes down that the calling thread waits.
pub(crate) fn register(core: &Arc<Core>, what: What, inside: &Inside) -> Outcome {
    let (core, calls) = (core.clone(), inside.calls.clone());
    let new = Waiter { thread: held::thread(), core, what, calls, goes_in: false };
    let mut waiters = WAITERS.lock();
    let mut wake = Vec::new();
    while let Some(circle) = circle(&waiters, &new) {
        if what == What::Entry {
            return Outcome::GoIn;
        }
        let Some(place) = circle.iter().copied().find(|place| waiter(&waiters, *place).what == What::Entry) else {
            return Outcome::Circle(waiter(&waiters, circle[0]).core.name.clone());
        };
        let yielding = waiters.get_mut(place).expect("it is in the circle");
        yielding.goes_in = true;
        wake.push(yielding.core.clone());
    }
    Outcome::Wait(Waiting(waiters.insert(new)), wake)
}

fn waiter(waiters: &Slab<Waiter>, place: usize) -> &Waiter {
    waiters.get(place).expect("the places were just found")
}

/// The places of those on a way from `new` back to it, the one that `new` would wait for first.
fn circle(waiters: &Slab<Waiter>, new: &Waiter) -> Option<Vec<usize>> {
    // Each place with the one from which it was reached, in the order in which they were.
    let mut reached: Vec<(usize, Option<usize>)> = Vec::new();
    let mut looked_at = 0;
    let mut from = (None, new);
    loop {
        for (place, other) in waiters.entries() {
            if waits_for(from.1, other) && !reached.iter().any(|(known, _)| *known == place) {
                reached.push((place, from.0));
            }
        }
        let (place, _) = *reached.get(looked_at)?;
        if waits_for(waiter(waiters, place), new) {
            let before = |at: usize| reached.iter().find(|(known, _)| *known == at).and_then(|(_, before)| *before);
            let mut way: Vec<usize> = std::iter::successors(Some(place), |at| before(*at)).collect();
            way.reverse();
            return Some(way);
        }
        from = (Some(place), waiter(waiters, place));
        looked_at += 1;
    }
}

/// Whether `waiter` can go on only after `other` did.
fn waits_for(waiter: &Waiter, other: &Waiter) -> bool {
    if waiter.goes_in {
        return false;
    }
    match waiter.what {
        What::Drain => other.calls.contains(&held::id(&waiter.core)) || held::stays(&waiter.core, other.thread),
        What::Owner | What::Entry => is(&waiter.core.owner, other.thread),
        What::End => is(&waiter.core.ender, other.thread),
    }
}

fn is(thread: &AtomicUsize, other: usize) -> bool {
    let thread = thread.load(SeqCst);
    thread != NOBODY && thread == other
}
