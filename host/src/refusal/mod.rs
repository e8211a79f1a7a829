//! Why a plugin was refused: the steps of a load, and one row for each reason.

pub(crate) mod elf_error;
pub(crate) mod lack;
pub(crate) mod load_error;
pub(crate) mod step;
pub(crate) mod table;
pub(crate) mod words;
