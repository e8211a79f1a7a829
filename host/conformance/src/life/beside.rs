//! Instances that work beside each other: each agrees with a model of its own, whatever the other one does.

use crate::frame::kind::Kind;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::fuzz::case::FuzzCase;
use std::time::{Duration, Instant};

suite!(Lifecycle, "lifecycle": instances_agree_with_models_beside_each_other);

/// Pairs of sequences for each sort of plugins.
const PAIRS: usize = 4;
/// A plugin that takes its time does fewer of them.
const ENOUGH: Duration = Duration::from_secs(2);
/// And a very slow one less of one.
const LONGEST: Duration = Duration::from_secs(8);
/// So many operations the first instance has done when the other one does all of its own.
const IN_THE_MIDDLE: usize = 40;

fn instances_agree_with_models_beside_each_other(subject: &Subject) -> Result<(), NotPassed> {
    let (mut random, begin) = (subject.random(43), Instant::now());
    for kind in [Kind::Storage, Kind::Index, Kind::Compression, Kind::Observability] {
        for first in FuzzCase::of_kind(kind, random.next() >> 32).iter().filter(|_| subject.has(kind)) {
            for pair in 0..PAIRS {
                let [one, other] = [0; 2].map(|_| first.with_seed(random.next() >> 32));
                match beside(subject, &one, &other, begin + LONGEST) {
                    // It is for another sort of plugins.
                    Err(NotPassed::Skipped(_) | NotPassed::Unseen(_)) => break,
                    result => result?,
                }
                if pair > 0 && begin.elapsed() > ENOUGH {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Two sequences, each on an instance of its own, of which the other one runs in the middle of the first.
fn beside(subject: &Subject, one: &FuzzCase, other: &FuzzCase, until: Instant) -> Result<(), NotPassed> {
    let (mut done, mut between) = (0, Ok(()));
    let around = one.run_until(subject, until, |_| {
        done += 1;
        if done == IN_THE_MIDDLE {
            between = other.run_until(subject, until, |_| {});
        }
    });
    let said = |which: &str, case: &FuzzCase, why: NotPassed| {
        match why {
        NotPassed::Failed(why) => NotPassed::Failed(format!(
            "of two instances, {which}: {why}; `sochdb-plugin check FILE --fuzz-case {case}` shows whether it is so alone"
        )),
        other => other,
    }
    };
    between.map_err(|why| said("the one that came later", other, why))?;
    around.map_err(|why| said("the one that came first", one, why))
}
