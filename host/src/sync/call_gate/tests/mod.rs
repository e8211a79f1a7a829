//! Gates on real threads.

mod fork;
mod nested;
mod one_gate;

use crate::sync::call_gate::core::{ALONE, DRAINING};
use crate::sync::call_gate::*;
use std::thread;

const SOON: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(20);
const BOTH: [fn() -> CallGate; 2] = [|| CallGate::for_calls("one"), || CallGate::for_changes("one")];

/// Closes the gate on a thread that is inside of nothing.
fn close_elsewhere(gate: &CallGate, drain_timeout: Duration) -> Result<(), Refusal> {
    thread::scope(|scope| scope.spawn(|| gate.close(after(drain_timeout)).map(drop)).join().unwrap())
}

fn wait_until(done: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !done() {
        assert!(Instant::now() < end, "it does not come");
        thread::yield_now();
    }
}
