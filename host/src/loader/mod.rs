//! The trusted loader, up to the moment before the dynamic linker sees the plugin.
//!
//! [`pipeline::admit`] runs the steps from the gate to the note in their order. None of them runs code of the plugin, and the
//! bytes that they looked at are the bytes that run: they are sealed before anything reads them.

pub(crate) mod approach;
pub(crate) mod audit;
pub(crate) mod dependency;
pub(crate) mod file_origin;
pub(crate) mod library;
pub(crate) mod linked;
pub(crate) mod lock_files;
pub(crate) mod not_linked;
pub(crate) mod options;
pub(crate) mod permission;
pub(crate) mod pipeline;
pub(crate) mod plugin_entry;
pub(crate) mod read_lock;
#[cfg(feature = "recorder")]
pub(crate) mod recorded;
pub(crate) mod settle;
pub(crate) mod step_runner;
pub(crate) mod steps;
pub(crate) mod trust_source;
pub(crate) mod worker;

#[cfg(test)]
mod tests;
