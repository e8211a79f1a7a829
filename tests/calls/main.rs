//! Calls into plugins that are loaded: what callers and plugins do wrong ends in a typed error, and what each call promises holds.

mod batches;
mod callers;
mod checkpoints;
mod concurrent_changes;
mod described;
mod described_sinks;
mod drop_order;
mod faults;
mod flushes;
mod lies;
mod long_calls;
mod lying_batches;
mod lying_cursors;
mod lying_readers;
mod lying_transactions;
mod manager;
mod metrics;
mod metrics_described;
mod metrics_in_c;
mod panics;
mod readers;
mod records;
mod resources;
mod searches;
mod table_handles;
mod transactions;
