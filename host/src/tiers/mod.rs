//! Tiers: what implements the contract's tables for an instance, beside the libraries that the loader maps.

pub(crate) mod in_process;
