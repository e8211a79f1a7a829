//! Histories: what transactions, snapshots and plain calls that ran beside each other read and wrote, and whether the isolation
//! that the contract promises can explain it.
//!
//! The value of a key is the list of the elements that were appended to it, and each element is written once. So a read names
//! all writes that it has seen, and the longest list of a key is the order of its versions: what remains is to search a graph
//! for cycles, as Elle does (Kingsbury and Alvaro, 2020).

mod anomaly;
mod check;
mod client;
mod cycle;
mod graph;
mod record;
mod workload;

#[cfg(test)]
mod tests;

pub(crate) use workload::{beside_each_other, by_turns, Parts};
