//! The frame of a test: the plugin that it gets, what it answers with, and what it may use.

pub(crate) mod checker;
pub(crate) mod instance;
pub(crate) mod kind;
pub(crate) mod measured;
pub(crate) mod memory;
pub(crate) mod must;
pub(crate) mod not_passed;
pub(crate) mod outputs;
pub(crate) mod phase;
pub(crate) mod random;
pub(crate) mod spent;
pub(crate) mod statuses;
pub(crate) mod stepped;
pub(crate) mod subject;
pub(crate) mod test;
pub(crate) mod threads;
