//! Files and directories as Linux shows them: opened once, checked by what is open, copied into sealed memory.

pub(crate) mod directory_walk;
pub(crate) mod exec_policy;
pub(crate) mod fd_paths;
pub(crate) mod headroom;
pub(crate) mod lease;
pub(crate) mod links;
pub(crate) mod mapped_file;
pub(crate) mod open_file;
pub(crate) mod owners;
pub(crate) mod sealed_file;
pub(crate) mod small_file;
pub(crate) mod stamp;
pub(crate) mod user_namespace;
