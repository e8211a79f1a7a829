//! Files as Windows has them: handles that keep others from writing, owners and access lists.

pub(crate) mod directory;
pub(crate) mod file_system;
pub(crate) mod held_file;
pub(crate) mod imports;
pub(crate) mod memory;
pub(crate) mod owners;
pub(crate) mod plain_path;
pub(crate) mod security;
pub(crate) mod text;
