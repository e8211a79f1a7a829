//! What writes the C header and the lists of slots, for the build script.

pub mod contract;
mod cpp_lists;
pub mod header;
mod joined;
mod layout;
pub mod slot_lists;
mod slot_rule;
mod slots;
