//! The contract: the header and its layout, and what the host does about tables that are not as it says.

mod cancels;
mod config;
mod cpp;
mod growth;
mod header;
mod layout;
mod layout_walk;
mod raw;
mod refusals;
mod rules;
mod sizes;
mod slots;
mod statuses;
mod values;
mod wasm;
