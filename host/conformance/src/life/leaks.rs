//! Leaks: what stays behind when instances go.

use crate::frame::must::{ensure, skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::life::bad_configs::bad_configs;
use crate::life::basics::works;
use crate::life::held::{checker, leaks, leaves, memory};
use std::time::{Duration, Instant};

suite!(Lifecycle, "lifecycle": instances_leave_nothing, instances_leave_nothing_open; full: refused_configurations_leave_nothing);

/// Parts of the measurement. Other work of the process grows now and then, a leak grows in each of them.
const PARTS: usize = 5;
/// The most instances of a part, and the longest time for it: some plugins take long to begin.
const PART: (usize, Duration) = (400, Duration::from_millis(400));
const WARM_UP: (usize, Duration) = (100, Duration::from_millis(100));
/// A leak is seen in every attempt; other work of the process that grows comes to an end in one of the pauses.
const ATTEMPTS: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Growth that is no leak: this many bytes for each instance, or in all.
const EACH: f64 = 256.0;
const IN_ALL: u64 = 256 << 10;

/// Makes and drops instances, and gives their number.
fn make(subject: &Subject, (most, limit): (usize, Duration)) -> Result<usize, NotPassed> {
    let end = Instant::now() + limit;
    for made in 1..=most {
        works(&mut subject.instance()?, &format!("instance {made} in a row"))?;
        if Instant::now() > end {
            return Ok(made);
        }
    }
    Ok(most)
}

/// The number of instances and the bytes that stayed behind, if memory grew with each part.
fn growth(subject: &Subject) -> Result<Option<(usize, u64)>, NotPassed> {
    make(subject, WARM_UP)?;
    let Some(begin) = memory() else { return Ok(None) };
    let (mut total, mut rates, mut before) = (0, [0.0; PARTS], begin);
    for rate in &mut rates {
        let made = make(subject, PART)?;
        let Some(after) = memory() else { return Ok(None) };
        *rate = (after as f64 - before as f64) / made as f64;
        (total, before) = (total + made, after);
    }
    let grown = before.saturating_sub(begin);
    let mean = grown as f64 / total as f64;
    let steady = rates.iter().all(|rate| *rate > EACH && *rate > mean / 4.0);
    Ok((steady && grown > IN_ALL).then_some((total, grown)))
}

fn instances_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(why) = checker() {
        unseen!("{why}");
    }
    let mut found = None;
    for attempt in 0..ATTEMPTS {
        found = growth(subject)?;
        if found.is_none() {
            break;
        }
        std::thread::sleep(FIRST_PAUSE * 2_u32.pow(attempt));
    }
    let text = |(count, bytes): (usize, u64)| {
        format!("{count} instances that came and went left {bytes} bytes, {} each", bytes / count as u64)
    };
    ensure!(found.is_none(), "{}; `destroy` must free all of its instance", found.map(text).unwrap_or_default());
    Ok(())
}

/// Instances that are made to see what each leaves open.
const COUNTED: usize = 10;

fn instances_leave_nothing_open(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let nowhere = new_directory()?;
    let mut made = 0;
    let one = || {
        made += 1;
        works(&mut subject.instance()?, &format!("instance {made} in a row"))
    };
    let found = leaves(nowhere.path(), COUNTED, one)?;
    ensure!(
        found.is_none(),
        "{COUNTED} instances that came and went left {}; `destroy` ends and closes all of its instance",
        found.unwrap_or_default()
    );
    Ok(())
}

/// The longest time for a configuration that is refused: a plugin may ask another machine first.
const REFUSED_SOON: Duration = Duration::from_millis(20);

fn refused_configurations_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(why) = checker() {
        unseen!("{why}");
    }
    let directory = std::sync::Arc::new(new_directory()?);
    let mut refused = 0;
    for (what, config) in bad_configs(subject.config()) {
        let begin = Instant::now();
        let attempt = || subject.made(&config, directory.clone()).map(drop);
        if attempt().is_ok() || begin.elapsed() > REFUSED_SOON {
            continue;
        }
        refused += 1;
        // Whether it is taken may depend on what others do with the files that it names.
        let found = leaks(directory.path(), || attempt().or(Ok(())))?;
        ensure!(
            found.is_none(),
            "of a `create` that refuses a configuration with {what}, {}: what fails, gives back all that it took",
            found.unwrap_or_default()
        );
    }
    works(&mut subject.instance()?, &format!("after {refused} configurations that were refused"))?;
    if refused == 0 {
        skip!("no configuration is refused");
    }
    Ok(())
}
