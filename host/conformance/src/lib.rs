//! The contract as tests: what every plugin of a kind must do, whatever it is written in and wherever it is linked.
//!
//! Each test gets a [`Subject`], makes instances of its own from it, and reports the first sentence of the contract
//! that does not hold. `sochdb-plugin check` runs each in a child process, so that a crash or a hang is a result.
//!
//! The README shows it in a `cargo test` of the plugin's author.
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod compression;
mod index;
mod instance;
mod keys;
mod kind;
mod leaks;
mod lifecycle;
mod must;
mod observability;
mod phase;
mod random;
mod storage;
mod storage_reader;
mod storage_scan;
mod storage_table;
mod subject;
mod test;

pub use instance::{Handles, Instance};
pub use kind::Kind;
pub use phase::Phase;
pub use subject::Subject;
pub use test::Test;

use std::sync::LazyLock;

/// All tests, in the order in which they are best read.
#[must_use]
pub fn tests() -> &'static [Test] {
    static TESTS: LazyLock<Vec<Test>> = LazyLock::new(|| {
        [
            lifecycle::TESTS,
            leaks::TESTS,
            storage::TESTS,
            storage_scan::TESTS,
            storage_table::TESTS,
            storage_reader::TESTS,
            index::TESTS,
            observability::TESTS,
            compression::TESTS,
        ]
        .concat()
    });
    &TESTS
}

/// The tests that are for the kinds of `subject`.
pub fn tests_for(subject: &Subject) -> impl Iterator<Item = &'static Test> + '_ {
    tests().iter().filter(|test| subject.has(test.kind))
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
