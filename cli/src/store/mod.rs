//! Plugin directories: what is in them, and how it changes in one step or not at all.

pub(crate) mod blank;
pub(crate) mod directory;
pub(crate) mod locked_dir;
pub(crate) mod package;
pub(crate) mod staging;
