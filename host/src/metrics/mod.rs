//! The host's metrics: cells that the application changes and sinks read when they want to.
//!
//! A change costs the cell alone, however many sinks read it. Sinks that do not read get each change pushed, by name.

mod buckets;
mod cells;
mod handles;
mod labels;
mod lent;
mod registry;
mod series;
mod table;

pub use handles::{Counter, Gauge, Histogram};
pub(crate) use lent::Lent;
pub(crate) use registry::{Registry, MAX_SERIES, MAX_SERIES_BYTES};
pub(crate) use series::Change;
