//! What the benchmarks share: the frame that times rows in pairs, their table, and works that several of them time.

pub mod frame;
mod report;
pub mod scan_ways;
pub mod sinks;
