//! All tests.

use crate::subject::Subject;
use crate::test::Test;
use crate::{
    compression, index, index_builder, index_change, index_flush, index_persist, index_search, leaks, lifecycle,
    observability, observability_records, storage, storage_batch, storage_checkpoint, storage_cursor, storage_property,
    storage_reader, storage_scan, storage_table, storage_tables, storage_transaction,
};
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
