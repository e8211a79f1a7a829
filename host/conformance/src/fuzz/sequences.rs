//! Tests by sequences of operations that a seed draws, each of which a model does too.

use crate::frame::kind::Kind;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::Test;
use crate::fuzz::case::FuzzCase;
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[&[Test]] = &[storage::TESTS, index::TESTS, codec::TESTS, sink::TESTS];

/// A plugin that takes its time does fewer of them.
const ENOUGH: Duration = Duration::from_secs(5);
/// And a very slow one less of one.
const LONGEST: Duration = Duration::from_secs(8);

fn sequences(subject: &Subject, kind: Kind, count: u64) -> Result<(), NotPassed> {
    let (mut random, begin) = (subject.random(41), Instant::now());
    // Of a kind with several sorts of plugins, those sequences are for it that the first one of is.
    let mut skipped = Ok(());
    for first in FuzzCase::of_kind(kind, random.next() >> 32) {
        match one(subject, &first, begin + LONGEST) {
            Err(NotPassed::Skipped(why)) => {
                skipped = Err(NotPassed::Skipped(why));
                continue;
            }
            other => other?,
        }
        let mut case = first;
        for _ in (1..count).take_while(|_| begin.elapsed() < ENOUGH) {
            case = case.with_seed(random.next() >> 32);
            one(subject, &case, begin + LONGEST)?;
        }
        return Ok(());
    }
    skipped
}

fn one(subject: &Subject, case: &FuzzCase, until: Instant) -> Result<(), NotPassed> {
    case.run_until(subject, until, |_| {}).map_err(|not_passed| match not_passed {
        NotPassed::Failed(why) => NotPassed::Failed(format!(
            "{why}; `sochdb-plugin check FILE --fuzz-case {case}` makes the sequence short and prints it as a test"
        )),
        other => other,
    })
}

/// The tests of one kind, with how many sequences are some and how many are many.
macro_rules! tests_of {
    ($module:ident, $kind:ident, $name:literal, $some:literal, $many:literal) => {
        mod $module {
            use crate::frame::kind::Kind;
            use crate::frame::not_passed::NotPassed;
            use crate::fuzz::sequences::sequences;
            use crate::frame::subject::Subject;
            use crate::frame::test::suite;

            suite!($kind, $name: some_agree_with_a_model; full: many_agree_with_a_model);

            fn some_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
                sequences(subject, Kind::$kind, $some)
            }

            fn many_agree_with_a_model(subject: &Subject) -> Result<(), NotPassed> {
                sequences(subject, Kind::$kind, $many)
            }
        }
    };
}

tests_of!(storage, Storage, "storage_sequences", 20, 80);
tests_of!(index, Index, "index_sequences", 20, 80);
tests_of!(codec, Compression, "compression_sequences", 20, 80);
// A sink flushes to a disk, and what it told is read again and again.
tests_of!(sink, Observability, "observability_sequences", 3, 12);
