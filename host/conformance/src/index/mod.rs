//! Tests of indexes.

use crate::frame::test::Test;

pub(crate) mod basics;
pub(crate) mod builder;
pub(crate) mod cancelled;
pub(crate) mod cancelled_calls;
pub(crate) mod change;
pub(crate) mod crash;
pub(crate) mod crowded;
pub(crate) mod ends;
pub(crate) mod filters;
pub(crate) mod flush;
pub(crate) mod forgotten;
pub(crate) mod growth;
pub(crate) mod lent;
pub(crate) mod many;
pub(crate) mod metric;
pub(crate) mod newer;
pub(crate) mod ordered;
pub(crate) mod persist;
pub(crate) mod raw;
pub(crate) mod recall;
pub(crate) mod refusals;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod stepped;
pub(crate) mod stopped;
pub(crate) mod texts;
pub(crate) mod threads;
pub(crate) mod vectors;
pub(crate) mod ways;

/// All of them, in the order in which they are best read.
pub(crate) const TESTS: &[&[Test]] = &[
    basics::TESTS,
    search::TESTS,
    change::TESTS,
    ways::TESTS,
    flush::TESTS,
    builder::TESTS,
    persist::TESTS,
    stopped::TESTS,
    cancelled::TESTS,
    cancelled_calls::TESTS,
    rows::TESTS,
    many::TESTS,
    ordered::TESTS,
    vectors::TESTS,
    recall::TESTS,
    refusals::TESTS,
    newer::TESTS,
    filters::TESTS,
    texts::TESTS,
    lent::TESTS,
    threads::TESTS,
    crowded::TESTS,
    growth::TESTS,
    forgotten::TESTS,
    ends::TESTS,
    stepped::TESTS,
    crash::TESTS,
];
