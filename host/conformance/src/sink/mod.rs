//! Tests of observability backends.

use crate::frame::test::Test;

pub(crate) mod attributes;
pub(crate) mod basics;
pub(crate) mod events;
pub(crate) mod exact;
pub(crate) mod health;
pub(crate) mod kinds;
pub(crate) mod many;
pub(crate) mod no_room;
pub(crate) mod output;
pub(crate) mod pages;
pub(crate) mod readable;
pub(crate) mod records;
pub(crate) mod series;
pub(crate) mod sizes;
pub(crate) mod stepped;
pub(crate) mod times;
pub(crate) mod told;
pub(crate) mod traced;
pub(crate) mod unreachable;

/// All of them, in the order in which they are best read.
pub(crate) const TESTS: &[&[Test]] = &[
    basics::TESTS,
    records::TESTS,
    output::TESTS,
    series::TESTS,
    exact::TESTS,
    sizes::TESTS,
    many::TESTS,
    no_room::TESTS,
    unreachable::TESTS,
    kinds::TESTS,
    pages::TESTS,
    health::TESTS,
    told::TESTS,
    traced::TESTS,
    attributes::TESTS,
    events::TESTS,
    times::TESTS,
    stepped::TESTS,
];
