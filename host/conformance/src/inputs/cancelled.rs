//! A call that takes long ends when it is cancelled.

use crate::frame::checker::checker;
use crate::frame::must::{ensure, skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{Error, ErrorKind};
use sochdb_plugin_host::{CallOptions, CancelToken};
use std::time::{Duration, Instant};

/// A call that takes less is over before anybody could cancel it.
const LONG: Duration = Duration::from_millis(200);
/// Twice the time that a good plugin takes to end, without what its thread waits for a processor that does something else.
const PATIENCE: Duration = Duration::from_millis(100);

/// How far an input is made larger to find one whose call takes long: to how many entries, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Effort(u64, Duration);

/// The effort of a test at each build.
pub(crate) const QUICK: Effort = Effort(16_384, Duration::from_secs(4));
/// The effort where only a plugin that does something strange takes long.
pub(crate) const BRIEF: Effort = Effort(4096, Duration::from_secs(1));
/// The effort of a test before a release.
pub(crate) const FULL: Effort = Effort(1 << 18, Duration::from_secs(12));

/// Finds how many entries make a call of `what` take [`LONG`]. `timed` makes so many, and returns how long the call took with
/// them. The test is skipped if all are over before, and where a checker makes each call longer.
pub(crate) fn long_enough(
    what: &str,
    Effort(most, patience): Effort,
    mut timed: impl FnMut(u64) -> Result<Duration, NotPassed>,
) -> Result<u64, NotPassed> {
    if let Some(checker) = checker() {
        unseen!("{checker}, and takes longer for a call than a plugin may");
    }
    let (started, mut count) = (Instant::now(), 1024);
    loop {
        let begin = Instant::now();
        // Once more, as the machine may be busy with something else.
        if timed(count)? >= LONG && timed(count)? >= LONG {
            return Ok(count);
        }
        // The next one takes about four times as long, with all that is done for it, and maybe twice.
        if count >= most || started.elapsed() + begin.elapsed() * 8 >= patience {
            skip!("a {what} of {count} entries is over before anybody could cancel it");
        }
        count = most.min(count * 4);
    }
}

/// The time that a call takes, which succeeds.
pub(crate) fn time<T>(call: impl FnOnce() -> Result<T, NotPassed>) -> Result<Duration, NotPassed> {
    let begin = Instant::now();
    call().map(|_| begin.elapsed())
}

/// Runs a call of `what` that takes longer than [`LONG`], cancels it, and sees to it that it ends soon. `after` is told
/// whether it was done all the same, as one may be that was nearly done.
pub(crate) fn ends_when_cancelled<T>(
    what: &str,
    target: &mut T,
    mut call: impl FnMut(&mut T) -> Result<(), Error>,
    mut after: impl FnMut(&mut T, bool) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut waited = Duration::MAX;
    // The machine may be busy with something else.
    for _ in 0..10 {
        let (cancel, queued) = (CancelToken::new(), Native::queued());
        let (result, took) = std::thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                std::thread::sleep(LONG / 4);
                cancel.cancel();
                (Instant::now(), queued())
            });
            let result = CallOptions::new().with_cancel(&cancel).run(|| call(target));
            let (ended, queued_then) = (Instant::now(), queued());
            let (since, queued_before) = canceller.join().expect("it cancels");
            (result, ended.saturating_duration_since(since).saturating_sub(queued_then.saturating_sub(queued_before)))
        });
        waited = took.min(waited);
        if let Err(error) = &result {
            ensure!(error.kind() == ErrorKind::Cancelled, "a {what} that is cancelled ends with: {error}");
        }
        after(target, result.is_ok())?;
        if waited <= PATIENCE {
            return Ok(());
        }
    }
    Err(format!("a {what} that is cancelled ends {waited:?} later: ask `soch_go_on` at least every 10 ms").into())
}
