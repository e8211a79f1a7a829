//! The contract as tests: what every plugin of a kind must do, whatever it is written in and wherever it is linked.
//!
//! Each test gets a [`Subject`], makes instances of its own from it, and reports the first sentence of the contract
//! that does not hold. `sochdb-plugin check` runs each in a child process, so that a crash or a hang is a result.

mod compression;
mod index;
mod instance;
mod keys;
mod leaks;
mod lifecycle;
mod observability;
mod phase;
mod random;
mod storage;
mod storage_reader;
mod storage_scan;
mod storage_table;
mod subject;

pub use instance::{Handles, Instance};
pub use phase::Phase;
pub use subject::Subject;

use std::sync::LazyLock;

/// Which plugins a test is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every plugin.
    Lifecycle,
    /// Those with a storage.
    Storage,
    /// Those with an index.
    Index,
    /// Those with a sink of metrics, spans and logs.
    Observability,
    /// Those with a codec.
    Compression,
}

/// One test of the suite.
#[derive(Clone, Copy)]
pub struct Test {
    /// Its name, unique in the suite: `storage::scan_bounds`.
    pub name: &'static str,
    /// Which plugins it is for.
    pub kind: Kind,
    /// Runs it. An error says what the plugin did and what the contract demands.
    pub run: fn(&Subject) -> Result<(), String>,
}

/// All tests, in the order in which they are best read.
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

/// Ends a test with a text unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}

/// Lists the tests of a module: the function's name is the test's.
macro_rules! suite {
    ($kind:ident, $module:literal: $($test:ident),+ $(,)?) => {
        pub(super) const TESTS: &[crate::conformance::Test] = &[$(
            crate::conformance::Test {
                name: concat!($module, "::", stringify!($test)),
                kind: crate::conformance::Kind::$kind,
                run: $test,
            },
        )+];
    };
}

pub(crate) use {ensure, suite};

/// What a call must give: says which call failed, and how.
trait Must<T> {
    fn must(self, what: &str) -> Result<T, String>;
}

impl<T, E: std::fmt::Display> Must<T> for Result<T, E> {
    fn must(self, what: &str) -> Result<T, String> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}

/// Bytes as a message shows them: the first 32 of them.
fn show(bytes: &[u8]) -> String {
    let rest = if bytes.len() > 32 { format!("... ({} bytes)", bytes.len()) } else { String::new() };
    format!("{:02x?}{rest}", &bytes[..bytes.len().min(32)])
}
