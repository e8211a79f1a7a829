//! Paths, refusals and the looks of files, as every system has them. How a file is opened, judged and copied is the
//! business of a [`FileSystem`](crate::files::backend::FileSystem).

pub(crate) mod backend;
pub(crate) mod plain_path;
pub(crate) mod refused;
pub(crate) mod status;
