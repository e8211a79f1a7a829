//! The reasons to refuse a plugin, one row each, and the steps of a load.

pub(crate) mod elf_error;
pub(crate) mod lack;
pub(crate) mod load_error;
pub(crate) mod refusals;
pub(crate) mod step;
pub(crate) mod table;
pub(crate) mod words;
