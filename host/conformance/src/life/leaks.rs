//! Leaks: what stays behind when instances go.

use crate::frame::checker::checker;
use crate::frame::must::{ensure, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::life::basics::works;
use crate::life::held::{leaves, Memory};
use crate::life::worked::{keys_of, work};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

suite!(Lifecycle, "lifecycle":
    instances_leave_nothing,
    instances_leave_nothing_open;
    full: instances_that_worked_leave_nothing,
);

/// Parts of the measurement. Other work of the process grows now and then, a leak grows in each of them.
const PARTS: usize = 5;
/// The most instances of a part, and the longest time for it: some plugins take long to begin.
const PART: (usize, Duration) = (400, Duration::from_millis(250));
const WARM_UP: (usize, Duration) = (100, Duration::from_millis(100));
/// A leak is seen in every attempt; other work of the process that grows comes to an end in one of the pauses.
const ATTEMPTS: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Growth that is no leak: this many bytes for each instance, or in all.
const EACH: f64 = 256.0;
const IN_ALL: u64 = 256 << 10;
/// The growth of what the allocator has given out that is no leak of many instances, as it counts to the byte: for each, or
/// in a part.
const EACH_OF_MANY: f64 = 24.0;
const IN_A_PART: f64 = 4096.0;

/// Makes and drops instances, and gives their number.
fn make(one: &mut One<'_>, (most, limit): (usize, Duration)) -> Result<usize, NotPassed> {
    let end = Instant::now() + limit;
    for made in 1..=most {
        one()?;
        if Instant::now() > end {
            return Ok(made);
        }
    }
    Ok(most)
}

/// Makes an instance that does something, and ends it.
type One<'a> = dyn FnMut() -> Result<(), NotPassed> + 'a;

/// The number of instances and the bytes that stayed behind, if memory grew with each part.
fn growth(one: &mut One<'_>) -> Result<Option<(usize, u64)>, NotPassed> {
    make(one, WARM_UP)?;
    let begin = Memory::now();
    let (mut total, mut last, mut steady) = (0, begin, [true; 2]);
    for _ in 0..PARTS {
        let made = make(one, PART)?;
        let now = Memory::now();
        let most = (EACH * made as f64).min((EACH_OF_MANY * made as f64).max(IN_A_PART));
        steady[0] &= now.allocated_since(last) as f64 > most;
        steady[1] &= now.anonymous_since(last) as f64 > EACH * made as f64;
        (total, last) = (total + made, now);
    }
    let (allocated, anonymous) = (last.allocated_since(begin), last.anonymous_since(begin));
    Ok(match steady {
        [true, _] => Some((total, allocated)),
        [_, true] if anonymous > IN_ALL => Some((total, anonymous)),
        _ => None,
    })
}

fn leave_nothing(one: &mut One<'_>) -> Result<(), NotPassed> {
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    let mut found = None;
    for attempt in 0..ATTEMPTS {
        found = growth(one)?;
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

fn instances_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    leave_nothing(&mut || works(&mut subject.instance()?, "an instance in a row"))
}

/// Memory that a call took, and that the end of its handle did not give back, goes with the instance at the latest; also what it
/// keeps for a thread of the host, which is another one than the one that ends the instance, and lasts.
fn instances_that_worked_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = keys_of(subject)?;
    std::thread::scope(|scope| {
        let (give, given) = sync_channel(1);
        let (give_back, given_back) = sync_channel(1);
        scope.spawn(move || {
            for mut instance in given {
                work(&mut instance, keys);
                if give_back.send(instance).is_err() {
                    break;
                }
            }
        });
        leave_nothing(&mut || {
            let mut instance = subject.instance()?;
            works(&mut instance, "an instance in a row")?;
            give.send(instance).must("a thread of the test has ended")?;
            given_back.recv().must("a thread of the test has ended").map(drop)
        })
    })
}

/// Instances that are made to see what each leaves open.
const COUNTED: usize = 10;

fn instances_leave_nothing_open(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let nowhere = new_directory()?;
    let keys = keys_of(subject)?;
    let one = || {
        work(&mut subject.instance()?, keys);
        Ok(())
    };
    let found = leaves(nowhere.path(), COUNTED, one)?;
    ensure!(
        found.is_none(),
        "{COUNTED} instances that came and went left {}; `destroy` ends and closes all of its instance",
        found.unwrap_or_default()
    );
    Ok(())
}
