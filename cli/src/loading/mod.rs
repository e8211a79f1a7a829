//! How commands ask the loader.

pub(crate) mod observed;
pub(crate) mod trusting;
