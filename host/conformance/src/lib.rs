//! The contract of SochDB plugins as tests: what every plugin of a kind must do, in whatever language it is written, and
//! wherever it is linked.
//!
//! Each [`Test`] gets a [`Subject`], makes instances of its own from it, and reports the first sentence of the contract
//! that does not hold. Here a crash ends the run; `sochdb-plugin check` runs each test in a child process, so that a
//! crash or a hang is a result.
//!
//! ```
//! use sochdb_plugin_conformance::{tests_for, Kind, Subject};
//! use sochdb_plugin_host::Compression;
//! # use sochdb_plugin_host::sdk::{export_plugin, prelude::*};
//! # struct Xor;
//! # impl Plugin for Xor {
//! #     fn create(_: Host) -> Result<Self> { Ok(Self) }
//! # }
//! # impl CompressionExtension for Xor {
//! #     fn algorithm(&self) -> &str { "xor" }
//! #     fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//! #         output.write(&input.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>())
//! #     }
//! #     fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//! #         self.compress_into(input, output)
//! #     }
//! # }
//! # export_plugin!(Xor: compression);
//!
//! let subject = Subject::linked(|_config| Ok(Compression::new(Xor)?.into()), "{}")?;
//! for test in tests_for(&subject).filter(|test| test.kind == Kind::Compression) {
//!     if let Some(why) = test.failure(&subject) {
//!         return Err(format!("{}: {why}", test.name).into());
//!     }
//! }
//! # Ok::<(), String>(())
//! ```
//!
//! The README shows the same with a library that is loaded.
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod all;
mod bad_configs;
mod cancelled;
mod compression;
mod compression_damage;
mod compression_lent;
mod compression_options;
mod compression_sizes;
mod compression_threads;
mod crash;
mod fuzz;
#[cfg(feature = "harness")]
mod harness;
mod held;
mod history;
mod index;
mod index_builder;
mod index_change;
mod index_filters;
mod index_flush;
mod index_lent;
mod index_metric;
mod index_ordered;
mod index_persist;
mod index_refusals;
mod index_rows;
mod index_search;
mod index_texts;
mod index_threads;
mod index_vectors;
mod instance;
mod keys;
mod kind;
mod leaks;
mod leaks_calls;
mod lent;
mod lifecycle;
mod lifecycle_many;
mod measured;
mod must;
mod not_passed;
mod observability;
mod observability_output;
mod observability_records;
mod observability_told;
mod outputs;
mod phase;
mod random;
mod rows;
mod sequences;
mod statuses;
mod storage;
mod storage_batch;
mod storage_beside_transaction;
mod storage_checkpoint;
mod storage_counts;
mod storage_crash;
mod storage_cursor;
mod storage_history;
mod storage_long_transaction;
mod storage_property;
mod storage_range;
mod storage_reader;
mod storage_refused;
mod storage_reopen;
mod storage_scan;
mod storage_schedule;
mod storage_sizes;
mod storage_table;
mod storage_tables;
mod storage_threads;
mod storage_transaction;
mod storage_whole;
mod subject;
mod test;
mod threads;
mod waiting_writer;

pub use crash::child::serve;
pub use fuzz::case::FuzzCase;
#[cfg(feature = "harness")]
pub use harness::run_as_tests;
pub use instance::Handles;
pub use kind::Kind;
pub use measured::Measured;
pub use not_passed::NotPassed;
pub use outputs::Filled;
pub use phase::Phase;
pub use statuses::refused_status;
pub use subject::Subject;
pub use test::{Level, Test};

pub use all::{tests, tests_for};

/// The version of what the suite demands of each kind: one more where plugins that passed may not pass any more. A trust
/// file can demand it, as in `conformance = "storage/1"`.
pub const SUITE_VERSION: u16 = 1;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
