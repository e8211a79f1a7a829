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

mod cancelled;
mod compression;
mod index;
mod index_builder;
mod index_change;
mod index_flush;
mod index_persist;
mod index_search;
mod instance;
mod keys;
mod kind;
mod leaks;
mod lifecycle;
mod measured;
mod must;
mod not_passed;
mod observability;
mod observability_records;
mod phase;
mod random;
mod storage;
mod storage_batch;
mod storage_checkpoint;
mod storage_cursor;
mod storage_property;
mod storage_reader;
mod storage_scan;
mod storage_table;
mod storage_tables;
mod storage_transaction;
mod subject;
mod test;
mod threads;

pub use instance::Handles;
pub use kind::Kind;
pub use measured::Measured;
pub use not_passed::NotPassed;
pub use phase::Phase;
pub use subject::Subject;
pub use test::{Level, Test};

use std::sync::LazyLock;

/// Returns all tests of the suite, in the order in which they are best read.
#[must_use]
pub fn tests() -> &'static [Test] {
    static TESTS: LazyLock<Vec<Test>> = LazyLock::new(|| {
        [
            lifecycle::TESTS,
            leaks::TESTS,
            storage::TESTS,
            storage_batch::TESTS,
            storage_scan::TESTS,
            storage_table::TESTS,
            storage_tables::TESTS,
            storage_reader::TESTS,
            storage_cursor::TESTS,
            storage_transaction::TESTS,
            storage_checkpoint::TESTS,
            storage_property::TESTS,
            index::TESTS,
            index_search::TESTS,
            index_change::TESTS,
            index_flush::TESTS,
            index_builder::TESTS,
            index_persist::TESTS,
            observability::TESTS,
            observability_records::TESTS,
            compression::TESTS,
        ]
        .concat()
    });
    &TESTS
}

/// Returns the tests that are for `subject`: those for every plugin and those for its kinds.
pub fn tests_for(subject: &Subject) -> impl Iterator<Item = &'static Test> + '_ {
    tests().iter().filter(|test| subject.has(test.kind))
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
