//! `host/src/sync/call_gate/waits.rs`: who waits for whom.

use crate::program::Mutant;
use crate::state::{State, Waiter};
use crate::step::{What, CIRCLE, GOES_IN, THREADS, WAITS, WAKES};

/// `register`: writes down that a thread waits, and says what comes of it.
pub fn register(state: &mut State, thread: usize, gate: u8, what: What, calls: u8, mutant: Option<Mutant>) -> u8 {
    let new = Waiter { gate, what, calls, goes_in: false };
    state.threads[thread].waiter = Some(new);
    let mut outcome = WAITS;
    while let Some(circle) = circle(state, thread) {
        if mutant == Some(Mutant::NobodyLooksForCircles) {
            break;
        }
        if what == What::Entry {
            state.threads[thread].waiter = None;
            return GOES_IN;
        }
        let is_entry = |other: &usize| state.threads[*other].waiter.is_some_and(|waiter| waiter.what == What::Entry);
        let Some(yielding) = circle.into_iter().find(is_entry) else {
            state.threads[thread].waiter = None;
            return CIRCLE;
        };
        if mutant == Some(Mutant::OnlyTheLastGoesIn) {
            break;
        }
        let waiter = state.threads[yielding].waiter.as_mut().expect("it waits");
        waiter.goes_in = true;
        state.threads[thread].wakes |= 1 << waiter.gate;
        outcome = WAKES;
    }
    outcome
}

/// The threads on a way from this one back to it, which one wait for the next.
fn circle(state: &State, thread: usize) -> Option<Vec<usize>> {
    let mut before = [None; THREADS];
    let mut reached = vec![thread];
    let mut at = 0;
    while let Some(&from) = reached.get(at) {
        for to in (0..THREADS).filter(|to| waits_for(state, from, *to)) {
            if to == thread {
                let mut way: Vec<usize> = std::iter::successors(Some(from), |at| before[*at]).collect();
                way.retain(|at| *at != thread);
                return Some(way);
            }
            if !reached.contains(&to) {
                before[to] = Some(from);
                reached.push(to);
            }
        }
        at += 1;
    }
    None
}

fn waits_for(state: &State, thread: usize, other: usize) -> bool {
    let (Some(waiter), Some(others)) = (state.threads[thread].waiter, state.threads[other].waiter) else {
        return false;
    };
    if waiter.goes_in || thread == other {
        return false;
    }
    let gate = usize::from(waiter.gate);
    match waiter.what {
        What::Drain => others.calls & 1 << gate != 0 || state.stays[gate] & 1 << other != 0,
        What::Owner | What::Entry => usize::from(state.turns[gate]) == other,
        What::End => usize::from(state.enders[gate]) == other,
    }
}
