//! The parts of a process that the standard library and the processor show, without its system.

use crate::process_state::environment::Environment;
use crate::process_state::floating_point::FloatingPoint;
use crate::process_state::part::{parts, Whole};

parts! {
    floating_point: FloatingPoint,
    environment: Environment,
}

impl Whole for Parts {
    fn is_alone(&self) -> bool {
        false
    }
}
