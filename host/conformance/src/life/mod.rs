//! Tests of what every plugin does, whatever its kind: it is made, it ends, and it leaves nothing.

use crate::frame::test::Test;

pub(crate) mod bad_configs;
pub(crate) mod basics;
pub(crate) mod beside;
pub(crate) mod called;
pub(crate) mod filled;
pub(crate) mod given;
pub(crate) mod held;
pub(crate) mod leaks;
pub(crate) mod leaks_calls;
pub(crate) mod leaks_stopped;
pub(crate) mod leaks_storage;
pub(crate) mod many;
pub(crate) mod outlives;
pub(crate) mod refused;
pub(crate) mod worked;

/// All of them, in the order in which they are best read.
pub(crate) const TESTS: &[&[Test]] = &[
    basics::TESTS,
    many::TESTS,
    beside::TESTS,
    filled::TESTS,
    given::TESTS,
    outlives::TESTS,
    leaks::TESTS,
    refused::TESTS,
    leaks_calls::TESTS,
    leaks_stopped::TESTS,
];
