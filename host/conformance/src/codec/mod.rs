//! Tests of codecs.

use crate::frame::test::Test;

pub(crate) mod basics;
pub(crate) mod damage;
pub(crate) mod lent;
pub(crate) mod levels;
pub(crate) mod newer;
pub(crate) mod options;
pub(crate) mod sizes;
pub(crate) mod stepped;
pub(crate) mod threads;
pub(crate) mod ways;

/// All of them, in the order in which they are best read.
pub(crate) const TESTS: &[&[Test]] = &[
    basics::TESTS,
    sizes::TESTS,
    damage::TESTS,
    lent::TESTS,
    levels::TESTS,
    options::TESTS,
    newer::TESTS,
    threads::TESTS,
    stepped::TESTS,
];
