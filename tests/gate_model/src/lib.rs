//! A model of the gate of `sochdb-plugin-host` (`host/src/sync/call_gate/`), and a search through every interleaving of a few
//! threads on it: on x86, each thread's stores wait in a buffer of its own, and `membarrier` empties those of the others.
//!
//! [`Program`] builds what a thread does, from steps that each do one access to memory that others see. Its methods
//! have the names of the gate's functions; whoever changes one changes the other. What the model leaves out: a look
//! into the table of who waits for whom is one step, as it is under one lock; numbers of calls are small.
#![deny(unsafe_code)]

mod before;
mod end;
mod enter;
mod exclusive;
mod explore;
mod program;
mod promises;
mod state;
mod step;
mod waits;

pub use explore::{explore, Found};
pub use program::{Mutant, Program};
