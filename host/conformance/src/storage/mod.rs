//! Tests of storages.

use crate::frame::test::Test;

pub(crate) mod basics;
pub(crate) mod batch;
pub(crate) mod beside_transaction;
pub(crate) mod cancelled;
pub(crate) mod checkpoint;
pub(crate) mod counts;
pub(crate) mod crash;
pub(crate) mod cursor;
pub(crate) mod cursor_sizes;
pub(crate) mod expired;
pub(crate) mod expiry;
pub(crate) mod failed_write;
pub(crate) mod history;
pub(crate) mod long_transaction;
pub(crate) mod many_changes;
pub(crate) mod moments;
pub(crate) mod multi_get;
pub(crate) mod newer;
pub(crate) mod no_room;
pub(crate) mod property;
pub(crate) mod range;
pub(crate) mod reader;
pub(crate) mod refused;
pub(crate) mod reopen;
pub(crate) mod savepoint;
pub(crate) mod scan;
pub(crate) mod schedule;
pub(crate) mod sizes;
pub(crate) mod space;
pub(crate) mod stepped;
pub(crate) mod stopped;
pub(crate) mod table;
pub(crate) mod tables;
pub(crate) mod threads;
pub(crate) mod transaction;
pub(crate) mod waiting;
pub(crate) mod whole;

/// All of them, in the order in which they are best read.
pub(crate) const TESTS: &[&[Test]] = &[
    basics::TESTS,
    batch::TESTS,
    sizes::TESTS,
    reopen::TESTS,
    scan::TESTS,
    range::TESTS,
    table::TESTS,
    multi_get::TESTS,
    refused::TESTS,
    newer::TESTS,
    stopped::TESTS,
    threads::TESTS,
    stepped::TESTS,
    waiting::TESTS,
    moments::TESTS,
    many_changes::TESTS,
    tables::TESTS,
    space::TESTS,
    whole::TESTS,
    expiry::TESTS,
    expired::TESTS,
    counts::TESTS,
    reader::TESTS,
    cursor::TESTS,
    cursor_sizes::TESTS,
    transaction::TESTS,
    failed_write::TESTS,
    savepoint::TESTS,
    long_transaction::TESTS,
    beside_transaction::TESTS,
    schedule::TESTS,
    history::TESTS,
    checkpoint::TESTS,
    cancelled::TESTS,
    property::TESTS,
    no_room::TESTS,
    crash::TESTS,
];
