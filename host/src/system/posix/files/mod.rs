//! Files and directories of systems that have owners and modes: opened once, and judged by what is open.

pub(crate) mod directory_walk;
pub(crate) mod file_system;
pub(crate) mod links;
pub(crate) mod look;
pub(crate) mod memory;
pub(crate) mod open_file;
pub(crate) mod own;
pub(crate) mod owners;
pub(crate) mod plain_path;
pub(crate) mod small_file;
pub(crate) mod stamp;
