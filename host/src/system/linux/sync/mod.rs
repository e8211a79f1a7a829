//! Threads that are refused with an error, and their signals.

pub(crate) mod signals;
pub(crate) mod thread;
