//! The gate as it was: a call that had to wait is counted among the shared ones, where the calls inside of it do not
//! find it, and so wait for who waits for it. Kept to show that the search finds what it is for.

use crate::program::Program;
use crate::step::{own, shared, state, Register, Step, CLOSED, DRAINING, OPEN, POISONED, THREADS};

impl Program {
    /// A shared call as it was, with `body` inside of it.
    pub fn enter_before(mut self, gate: u8, body: &dyn Fn(Self) -> Self) -> Self {
        let mine = own(gate, self.thread);
        let outer = self.calls[usize::from(gate)] > 0;
        self.push(Step::StoreAdd(mine, 1));
        self.push(Step::Load(state(gate)));
        let mut inside = vec![self.jump_if(Register::Value, OPEN)];
        if outer {
            inside.push(self.jump_if(Register::Value, DRAINING));
        }
        self.leave_before(gate, Step::StoreAdd(mine, -1));
        let again = self.here();
        self.push(Step::Add(shared(gate), 1));
        self.push(Step::Load(state(gate)));
        let inside_shared = self.jump_if(Register::Value, OPEN);
        let refused = [CLOSED, POISONED].map(|end| self.jump_if(Register::Value, end));
        self.leave_before(gate, Step::Add(shared(gate), -1));
        self.push(Step::Lock(gate));
        let look = self.here();
        self.push(Step::Load(state(gate)));
        let waits = self.jump_if(Register::Value, DRAINING);
        self.push(Step::Unlock(gate));
        self.push(Step::Goto(again));
        self.land([waits]);
        self.push(Step::Wait(gate));
        self.push(Step::Goto(look));
        self.land([inside_shared]);
        self = self.inside_before(gate, Step::Add(shared(gate), -1), body);
        let done = self.jump();
        self.land(refused);
        self.leave_before(gate, Step::Add(shared(gate), -1));
        let end = self.jump();
        self.land(inside);
        self.calls[usize::from(gate)] += 1;
        self = self.inside_before(gate, Step::StoreAdd(mine, -1), body);
        self.calls[usize::from(gate)] -= 1;
        self.land([done, end]);
        self
    }

    fn inside_before(mut self, gate: u8, leave: Step, body: &dyn Fn(Self) -> Self) -> Self {
        self.push(Step::In(gate));
        self = body(self);
        self.push(Step::Out(gate));
        self.leave_before(gate, leave);
        self
    }

    fn leave_before(&mut self, gate: u8, leave: Step) {
        self.push(leave);
        self.push(Step::Load(state(gate)));
        let open = self.jump_if(Register::Value, OPEN);
        self.wake(gate);
        self.land([open]);
    }

    /// An exclusive call as it was.
    pub fn alone_before(mut self, gate: u8) -> Self {
        self.push(Step::Turn(gate));
        self.push(Step::Exchange(state(gate), OPEN, DRAINING));
        (0..THREADS as u8).for_each(|thread| self.push(Step::Empty(thread)));
        self.push(Step::Lock(gate));
        let again = self.here();
        self.push(Step::ClearSum);
        (0..THREADS as u8).for_each(|thread| self.push(Step::AddToSum(own(gate, thread))));
        self.push(Step::AddToSum(shared(gate)));
        let drained = self.jump_if(Register::Sum, 0);
        self.push(Step::Wait(gate));
        self.push(Step::Goto(again));
        self.land([drained]);
        self.push(Step::Unlock(gate));
        self.push(Step::AloneIn(gate));
        self.push(Step::AloneOut(gate));
        self.push(Step::Exchange(state(gate), DRAINING, OPEN));
        self.wake(gate);
        self.push(Step::EndTurn(gate));
        self
    }
}
