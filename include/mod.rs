//! What writes the C header and the lists of slots, for the build script.

pub mod contract;
mod cpp_lists;
mod cpp_slips;
pub mod header;
mod joined;
mod layout;
mod lines;
pub mod slot_lists;
mod slot_rule;
mod slots;
mod structs;
