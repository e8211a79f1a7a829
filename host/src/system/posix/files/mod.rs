//! Names of files.

pub(crate) mod plain_path;
