//! The outcome of a probe: another process runs a plugin's constructors first, where the system can keep them in.

pub(crate) mod outcome;
pub(crate) mod sandbox;
