//! Files as macOS alone has them.

pub(crate) mod exec_policy;
pub(crate) mod private_copy;
