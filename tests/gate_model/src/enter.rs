//! `host/src/sync/call_gate/enter.rs`: the ways in for calls that others may accompany.

use crate::program::{Mutant, Program};
use crate::step::{
    state, Label, Register, Step, What, ALONE, CIRCLE, CLOSED, DRAINING, GOES_IN, OPEN, POISONED, WAKES,
};

impl Program {
    /// `Core::count` and the counting of those without a shard.
    fn count(&mut self, gate: u8, stays: bool, by: i8) {
        let place = self.place(gate, stays);
        self.push(if self.counts(stays) { Step::StoreAdd(place, by) } else { Step::Add(place, by) });
    }

    /// `Core::leave_own`, `Core::leave_shared`.
    fn leave(&mut self, gate: u8, stays: bool) {
        self.count(gate, stays, -1);
        self.push(Step::Load(state(gate)));
        let open = self.jump_if(Register::Value, OPEN);
        self.wake(gate);
        self.land([open]);
    }

    /// `Core::wake`.
    pub(crate) fn wake(&mut self, gate: u8) {
        if !self.is(Mutant::WakesWithoutTheLock) {
            self.push(Step::Lock(gate));
            self.push(Step::Unlock(gate));
        }
        self.push(Step::Notify(gate));
    }

    /// `Gate::enter`: a shared call with `body` inside of it.
    pub fn enter(self, gate: u8, body: impl FnOnce(Self) -> Self) -> Self {
        self.get_in(gate, false, body)
    }

    /// `Gate::enter_to_stay`.
    pub fn stay(self, gate: u8, body: impl FnOnce(Self) -> Self) -> Self {
        self.get_in(gate, true, body)
    }

    fn get_in(mut self, gate: u8, stays: bool, body: impl FnOnce(Self) -> Self) -> Self {
        self.count(gate, stays, 1);
        self.push(Step::Load(state(gate)));
        let mut inside = vec![self.jump_if(Register::Value, OPEN)];
        self.leave(gate, stays);
        let refused = self.wait_to_enter(gate, stays, &mut inside);
        self.land(inside);
        self.push(Step::In(gate));
        if stays {
            self.push(Step::Stays(gate));
            self.stays[usize::from(gate)] += 1;
        } else {
            self.calls[usize::from(gate)] += 1;
        }
        self = body(self);
        self.push(Step::Out(gate));
        if stays {
            self.stays[usize::from(gate)] -= 1;
            self.push(Step::EndsStay(gate));
        } else {
            self.calls[usize::from(gate)] -= 1;
        }
        self.leave(gate, stays);
        self.land(refused);
        self
    }

    /// `wait_to_enter`; the jumps of those that are refused. Whoever gets in jumps with `inside`.
    fn wait_to_enter(&mut self, gate: u8, stays: bool, inside: &mut Vec<usize>) -> Vec<usize> {
        let mut refused = Vec::new();
        let holds = (self.calls[usize::from(gate)] > 0 || self.stays[usize::from(gate)] > 0)
            && !self.is(Mutant::NestedCallsWait);
        let calls = if self.is(Mutant::NestedCallsWait) { 0 } else { self.inside() };
        let somewhere = calls != 0 || self.has_stays();
        self.push(Step::ClearLate);
        self.push(Step::Lock(gate));
        let again = self.here();
        self.push(Step::Load(state(gate)));
        let ends = [CLOSED, POISONED].map(|end| self.jump_if(Register::Value, end));
        let open = self.jump_if(Register::Value, OPEN);
        let mut may_go_in = vec![open];
        if holds {
            may_go_in.push(self.jump_if(Register::Value, DRAINING));
        }
        let late = self.jump_if(Register::Late, 1);
        if somewhere {
            let alone = self.jump_if(Register::Value, ALONE);
            // Told to go in, as long as the one for whom it waits is not in.
            self.push(Step::LoadGoesIn);
            may_go_in.push(self.jump_if(Register::Value, 1));
            self.push(Step::Withdraw);
            self.push(Step::Registers(gate, What::Entry, calls));
            may_go_in.push(self.jump_if(Register::Value, GOES_IN));
            let both = self.jump();
            self.land([alone]);
            self.push(Step::Withdraw);
            self.push(Step::Registers(gate, What::Owner, calls));
            self.land([both]);
            self.wake_those(gate, again);
            let circle = self.jump_if(Register::Value, CIRCLE);
            self.push(Step::Wait(gate));
            self.push(Step::Goto(again));
            self.land([circle]);
            self.refuse();
            self.push(Step::Withdraw);
            self.push(Step::Unlock(gate));
            refused.push(self.jump());
        } else {
            self.push(Step::Wait(gate));
            self.push(Step::Goto(again));
        }
        self.land(ends);
        self.land([late]);
        self.push(Step::Withdraw);
        self.push(Step::Unlock(gate));
        refused.push(self.jump());
        self.land(may_go_in);
        if self.is(Mutant::GoesInWithoutTheLock) {
            self.push(Step::Unlock(gate));
            self.push(Step::Lock(gate));
        }
        self.count(gate, stays, 1);
        self.push(Step::Withdraw);
        self.push(Step::Unlock(gate));
        inside.push(self.jump());
        refused
    }

    /// After a registration, lets those look again that are to go in, and goes back to `again` then.
    fn wake_those(&mut self, locked: u8, again: Label) {
        let wakes = self.jump_if(Register::Value, WAKES);
        let on = self.jump();
        self.land([wakes]);
        self.push(Step::Unlock(locked));
        self.wake_those_that_go_in();
        self.push(Step::Lock(locked));
        self.push(Step::Goto(again));
        self.land([on]);
    }

    /// Lets those look again of whom this thread decided that they go in.
    pub(crate) fn wake_those_that_go_in(&mut self) {
        for gate in 0..2 {
            self.push(Step::LoadWakes(gate));
            let not = self.jump_if(Register::Value, 0);
            self.wake(gate);
            self.land([not]);
        }
    }
}
