//! All tests.

use crate::frame::subject::Subject;
use crate::frame::test::Test;
use std::sync::LazyLock;

/// Returns all tests of the suite, in the order in which they are best read.
#[must_use]
pub fn tests() -> &'static [Test] {
    static TESTS: LazyLock<Vec<Test>> = LazyLock::new(|| {
        [
            crate::life::TESTS,
            crate::storage::TESTS,
            crate::index::TESTS,
            crate::sink::TESTS,
            crate::codec::TESTS,
            crate::fuzz::sequences::TESTS,
        ]
        .into_iter()
        .flatten()
        .copied()
        .flatten()
        .copied()
        .collect()
    });
    &TESTS
}

/// Returns the tests that are for `subject`: those for every plugin and those for its kinds.
pub fn tests_for(subject: &Subject) -> impl Iterator<Item = &'static Test> + '_ {
    tests().iter().filter(|test| subject.has(test.kind))
}
