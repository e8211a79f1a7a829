//! All tests.

use crate::subject::Subject;
use crate::test::Test;
use std::sync::LazyLock;

/// Returns all tests of the suite, in the order in which they are best read.
#[must_use]
pub fn tests() -> &'static [Test] {
    static TESTS: LazyLock<Vec<Test>> = LazyLock::new(|| {
        [
            crate::lifecycle::TESTS,
            crate::lifecycle_many::TESTS,
            crate::leaks::TESTS,
            crate::leaks_calls::TESTS,
            crate::storage::TESTS,
            crate::storage_batch::TESTS,
            crate::storage_sizes::TESTS,
            crate::storage_reopen::TESTS,
            crate::storage_scan::TESTS,
            crate::storage_range::TESTS,
            crate::storage_table::TESTS,
            crate::storage_refused::TESTS,
            crate::storage_threads::TESTS,
            crate::storage_tables::TESTS,
            crate::storage_whole::TESTS,
            crate::storage_counts::TESTS,
            crate::storage_reader::TESTS,
            crate::storage_cursor::TESTS,
            crate::storage_transaction::TESTS,
            crate::storage_long_transaction::TESTS,
            crate::storage_beside_transaction::TESTS,
            crate::storage_schedule::TESTS,
            crate::storage_history::TESTS,
            crate::storage_checkpoint::TESTS,
            crate::storage_property::TESTS,
            crate::storage_crash::TESTS,
            crate::index::TESTS,
            crate::index_search::TESTS,
            crate::index_change::TESTS,
            crate::index_flush::TESTS,
            crate::index_builder::TESTS,
            crate::index_persist::TESTS,
            crate::index_rows::TESTS,
            crate::index_ordered::TESTS,
            crate::index_vectors::TESTS,
            crate::index_refusals::TESTS,
            crate::index_filters::TESTS,
            crate::index_texts::TESTS,
            crate::index_lent::TESTS,
            crate::index_threads::TESTS,
            crate::observability::TESTS,
            crate::observability_records::TESTS,
            crate::observability_output::TESTS,
            crate::observability_told::TESTS,
            crate::compression::TESTS,
            crate::compression_sizes::TESTS,
            crate::compression_damage::TESTS,
            crate::compression_lent::TESTS,
            crate::compression_options::TESTS,
            crate::compression_threads::TESTS,
        ]
        .into_iter()
        .chain(crate::sequences::TESTS)
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
