//! The part that all systems with POSIX paths have.

pub(crate) mod files;
