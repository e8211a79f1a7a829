//! `host/src/sync/call_gate/exclusive.rs`: the ways in for calls that nobody may accompany.

use crate::program::{Mutant, Program};
use crate::step::{
    own, shared, state, Label, Register, Step, What, ALONE, CIRCLE, CLOSED, DRAINING, OPEN, POISONED, THREADS, WAKES,
};

impl Program {
    /// `Gate::enter_exclusive`: an exclusive call with `body` inside of it.
    pub fn exclusive(self, gate: u8, body: impl FnOnce(Self) -> Self) -> Self {
        self.alone(gate, false, body)
    }

    /// `Instance::exclusive_and_last`: an exclusive call after which nobody comes, and the end. The end also comes where the
    /// call was refused.
    pub fn exclusive_and_last(self, gate: u8) -> Self {
        self.alone(gate, true, |call| call).end(gate, |end| end)
    }

    fn alone(mut self, gate: u8, is_last: bool, body: impl FnOnce(Self) -> Self) -> Self {
        self.push(Step::Load(state(gate)));
        let ends = [CLOSED, POISONED].map(|end| self.jump_if(Register::Value, end));
        let circle = self.take_turn(gate);
        self.push(Step::Lock(gate));
        self.push(Step::Exchange(state(gate), OPEN, DRAINING));
        self.push(Step::Unlock(gate));
        let ends_here = [CLOSED, POISONED].map(|end| self.jump_if(Register::Value, end));
        self.is_alone[usize::from(gate)] = true;
        let refused = self.drain(gate, true);
        self.push(Step::AloneIn(gate));
        self = body(self);
        let closes_late = self.is(Mutant::ClosesLate);
        if is_last && !closes_late {
            self.shut(gate, ALONE);
        }
        self.push(Step::AloneOut(gate));
        if is_last && closes_late {
            self.open_again(gate);
            self.shut(gate, OPEN);
        }
        if is_last {
            self.push(Step::IsClosed(gate));
        }
        let done = self.jump();
        self.land(refused);
        if self.is(Mutant::GivesUpWithoutOpening) {
            let end = self.jump();
            self.land([done]);
            self.open_again(gate);
            self.land([end]);
        } else {
            self.land([done]);
            self.open_again(gate);
        }
        self.is_alone[usize::from(gate)] = false;
        self.land(ends_here);
        self.push(Step::EndTurn(gate));
        self.land(ends);
        self.land(circle);
        self
    }

    /// `ExclusiveGuard::close`.
    fn shut(&mut self, gate: u8, from: u8) {
        self.push(Step::Lock(gate));
        self.push(Step::Exchange(state(gate), from, CLOSED));
        self.push(Step::Unlock(gate));
    }

    /// `ExclusiveGuard::drop`.
    fn open_again(&mut self, gate: u8) {
        self.push(Step::Lock(gate));
        self.push(Step::Exchange(state(gate), ALONE, OPEN));
        self.push(Step::Exchange(state(gate), DRAINING, OPEN));
        self.push(Step::Unlock(gate));
        self.wake(gate);
    }

    /// `Turn::take`; the jump of who must not wait.
    pub(crate) fn take_turn(&mut self, gate: u8) -> Vec<usize> {
        let inside = self.inside();
        if inside == 0 && !self.has_stays() {
            self.push(Step::Turn(gate));
            return Vec::new();
        }
        self.push(Step::Registers(gate, What::Owner, inside));
        let circle = self.jump_if(Register::Value, CIRCLE);
        self.wake_those_that_go_in();
        self.push(Step::Turn(gate));
        self.push(Step::Withdraw);
        let on = self.jump();
        self.land([circle]);
        self.refuse();
        let refused = self.jump();
        self.land([on]);
        vec![refused]
    }

    /// `drain`; the jumps of those that are refused.
    pub(crate) fn drain(&mut self, gate: u8, alone: bool) -> Vec<usize> {
        if !self.is(Mutant::NoBarrier) {
            (0..THREADS as u8).for_each(|thread| self.push(Step::Empty(thread)));
        }
        let mut refused = Vec::new();
        self.push(Step::ClearLate);
        self.push(Step::Lock(gate));
        let again = self.here();
        self.push(Step::ClearSum);
        for thread in 0..THREADS as u8 {
            self.push(Step::AddToSum(own(gate, thread)));
        }
        self.push(Step::AddToSum(shared(gate)));
        let drained = self.jump_if(Register::Sum, 0);
        let late = self.jump_if(Register::Late, 1);
        self.push(Step::Registers(gate, What::Drain, self.inside()));
        self.wake_and_withdraw(gate, again);
        let circle = self.jump_if(Register::Value, CIRCLE);
        self.push(Step::Wait(gate));
        self.push(Step::Withdraw);
        self.push(Step::Goto(again));
        self.land([circle]);
        self.refuse();
        self.land([late]);
        self.push(Step::Unlock(gate));
        refused.push(self.jump());
        self.land([drained]);
        if self.is(Mutant::AloneWithoutTheLock) {
            self.push(Step::Unlock(gate));
            self.push(Step::Exchange(state(gate), DRAINING, ALONE));
            self.push(Step::Lock(gate));
        } else if alone {
            self.push(Step::Exchange(state(gate), DRAINING, ALONE));
        }
        self.push(Step::Load(state(gate)));
        self.push(Step::Unlock(gate));
        refused.push(self.jump_if(Register::Value, POISONED));
        refused
    }

    fn wake_and_withdraw(&mut self, gate: u8, again: Label) {
        let wakes = self.jump_if(Register::Value, WAKES);
        let on = self.jump();
        self.land([wakes]);
        self.push(Step::Unlock(gate));
        self.wake_those_that_go_in();
        self.push(Step::Lock(gate));
        self.push(Step::Withdraw);
        self.push(Step::Goto(again));
        self.land([on]);
    }

    /// `Gate::close`.
    pub fn close(mut self, gate: u8) -> Self {
        let circle = self.take_turn(gate);
        self.push(Step::Lock(gate));
        self.push(Step::Exchange(state(gate), OPEN, CLOSED));
        self.push(Step::Unlock(gate));
        let refused = self.drain(gate, false);
        self.push(Step::IsClosed(gate));
        self.land(refused);
        self.push(Step::EndTurn(gate));
        self.land(circle);
        self
    }

    /// `Gate::poison`, inside of a call.
    pub fn poison(mut self, gate: u8) -> Self {
        self.push(Step::Lock(gate));
        self.push(Step::Set(state(gate), POISONED));
        self.push(Step::Unlock(gate));
        self.push(Step::Notify(gate));
        self
    }
}
