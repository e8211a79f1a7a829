//! What must hold in every state.

use crate::state::State;
use crate::step::{state as state_of, Step, POISONED};

/// Notes who is inside, and what may not be.
pub fn note(state: &mut State, step: Step) -> Result<(), &'static str> {
    let (Step::In(gate) | Step::Out(gate) | Step::AloneIn(gate) | Step::AloneOut(gate) | Step::IsClosed(gate)) = step
    else {
        return Err("a call is refused that waits for nobody who waits for it");
    };
    let at = usize::from(gate);
    match step {
        Step::In(_) => state.inside[at] += 1,
        Step::Out(_) => state.inside[at] -= 1,
        Step::AloneIn(_) => state.alone[at] += 1,
        Step::AloneOut(_) => state.alone[at] -= 1,
        _ => state.closed[at] = true,
    }
    if state.alone[at] > 0 && state.inside[at] > 0 || state.alone[at] > 1 {
        return Err("an exclusive call is not alone");
    }
    if state.closed[at] && (state.alone[at] > 0 || state.inside[at] > 0) {
        return Err("a call is inside after the end");
    }
    if matches!(step, Step::AloneIn(_)) && state.memory[usize::from(state_of(gate))] == POISONED {
        return Err("an exclusive call gets in after a panic");
    }
    Ok(())
}
