//! The host's metrics: cells that the application changes and sinks read when they want to.
//!
//! A change costs the cell alone, however many sinks read it. Sinks that do not read get each change pushed, by name.

pub(crate) mod bounded;
pub(crate) mod buckets;
pub(crate) mod cells;
pub(crate) mod description;
pub(crate) mod exponential;
pub(crate) mod hash_table;
pub(crate) mod labels;
pub(crate) mod log_linear;
pub(crate) mod observations;
pub(crate) mod registry;
pub(crate) mod series;
pub(crate) mod sum;
