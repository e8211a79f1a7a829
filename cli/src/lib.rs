//! The parts of the command `sochdb-plugin` that other programs may use: the conformance suite.

pub mod conformance;
