//! Files as Linux alone has them: asked whether they may run, and copied into sealed memory.

pub(crate) mod exec_policy;
pub(crate) mod fd_paths;
pub(crate) mod headroom;
pub(crate) mod mapped_file;
pub(crate) mod sealed_file;
