//! The limits of the process.

pub(crate) mod resource_limit;
