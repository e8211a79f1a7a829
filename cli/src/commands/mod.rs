//! The commands, each in the file of its name.

pub(crate) mod check;
pub(crate) mod checked_report;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod keygen;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod remove;
pub(crate) mod sign;
pub(crate) mod trust;
pub(crate) mod verify;
