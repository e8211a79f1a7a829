//! The end of an extension: `Instance::shutdown_until` in `host/src/instance/ending.rs`, and what of the gate it uses.
//!
//! The thread that runs the plugin's end and the one that started it, which waits for it, are one thread here.

use crate::program::Program;
use crate::step::{state, Register, Step, What, CIRCLE, CLOSED, NOT_YET, OPEN, OVER, RUNS};

impl Program {
    /// Ends the extension, with `body` inside of the plugin's own end; or waits for the end that another thread runs.
    pub fn end(mut self, gate: u8, body: impl FnOnce(Self) -> Self) -> Self {
        self.push(Step::LoadEnd(gate));
        let over = self.jump_if(Register::Value, OVER);
        let under_way = self.jump_if(Register::Value, RUNS);
        let mut refused = self.take_turn(gate);
        self.push(Step::Lock(gate));
        self.push(Step::Exchange(state(gate), OPEN, CLOSED));
        self.push(Step::Unlock(gate));
        let busy = self.drain(gate, false);
        self.push(Step::IsClosed(gate));
        // Another thread may have been here before the gate let this one in.
        self.push(Step::BeginEnd(gate));
        let mine = self.jump_if(Register::Value, NOT_YET);
        self.push(Step::EndTurn(gate));
        let later = self.jump();
        self.land(busy);
        self.push(Step::EndTurn(gate));
        refused.push(self.jump());

        self.land([mine]);
        self.push(Step::EndTurn(gate));
        self.push(Step::SetEnder(gate));
        self.ends[usize::from(gate)] = true;
        self = body(self);
        self.ends[usize::from(gate)] = false;
        self.push(Step::ClearEnder(gate));
        self.push(Step::EndIsOver(gate));
        let done = self.jump();

        self.land([under_way, later]);
        refused.extend(self.wait_for_end(gate));
        self.land([over, done]);
        self.land(refused);
        self
    }

    /// `Gate::wait_for_end` and `Job::wait`; the jump of who must not wait.
    fn wait_for_end(&mut self, gate: u8) -> Option<usize> {
        let inside = self.inside();
        let must_ask = inside != 0 || self.has_stays();
        let circle = must_ask.then(|| {
            self.push(Step::Registers(gate, What::End, inside));
            let circle = self.jump_if(Register::Value, CIRCLE);
            self.wake_those_that_go_in();
            circle
        });
        self.push(Step::WaitForEnd(gate));
        let circle = circle?;
        self.push(Step::Withdraw);
        let on = self.jump();
        self.land([circle]);
        self.refuse();
        let refused = self.jump();
        self.land([on]);
        Some(refused)
    }
}
