//! Tests of what an index started: it ends with the instance.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::spent::spent;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, fill};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::RowId;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

suite!(Index, "index_ends": ; full:
    threads_that_put_much_away_end_with_it,
);

/// The threads of this process that are not about to be gone: one that was joined may be on its way out.
fn threads() -> BTreeSet<String> {
    /// `PF_EXITING` of the kernel.
    const EXITING: u64 = 4;
    let entries = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let stays = |thread: &String| {
        let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).unwrap_or_default();
        // Behind the name, which may have any characters: the state, five numbers, and the flags.
        let flags = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(6)?.parse::<u64>().ok());
        flags.is_some_and(|flags| flags & EXITING == 0)
    };
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(stays).collect()
}

/// How long a build of these entries takes, and how many threads that began since run on when their instance is gone.
fn replaced(subject: &Subject, keys: Keys, entries: &[(RowId, Vec<u8>)]) -> Result<(Duration, usize), NotPassed> {
    let mut instance = subject.instance()?;
    let (index, before) = (instance.index()?, threads());
    let since = spent();
    build(index, entries)?;
    let took = since();
    fill(index, keys, 1)?;
    // The directory stays for a moment: it takes its time, too. The host's own threads that end an instance are not there yet.
    let (own, _directory) = (threads(), instance.directory());
    drop(instance);
    let left = own.difference(&before).map(|thread| (thread, worked(thread)));
    Ok((took, run_on(&left.collect::<Vec<_>>())))
}

/// The time that a thread of this process has worked; 0 if it is gone: the first of the three numbers of its `schedstat`, as the
/// kernel's documentation has them (scheduler/sched-stats).
fn worked(thread: &str) -> Duration {
    let told = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or(0))
}

/// How many of the threads go on to work, as they have worked so long. One that was told to end needs a moment for it, and on a busy
/// machine a processor first.
fn run_on(left: &[(&String, Duration)]) -> usize {
    const TO_END: Duration = Duration::from_millis(5);
    const WAIT: Duration = Duration::from_secs(2);
    let begin = Instant::now();
    loop {
        let running = left.iter().filter(|(thread, before)| worked(thread) > *before + TO_END).count();
        let all_gone = || threads().iter().all(|thread| left.iter().all(|(own, _)| *own != thread));
        if running > 0 || begin.elapsed() > WAIT || all_gone() {
            return running;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// An index that puts its old content away takes long for it only where there is much.
fn threads_that_put_much_away_end_with_it(subject: &Subject) -> Result<(), NotPassed> {
    const LONG: Duration = Duration::from_millis(60);
    const MOST: usize = 1 << 18;
    const BYTES: usize = 8 << 20;
    const ATTEMPTS: usize = 5;
    const LONGEST: Duration = Duration::from_millis(1000);
    subject.needs_the_process()?;
    let keys = Keys::of(subject)?;
    let most = MOST.min(BYTES / keys.key(1).len().max(1)) as u64;
    let all: Vec<(RowId, Vec<u8>)> = (0..most).map(|row| (row, keys.key(row))).collect();
    let (mut count, begin) = (all.len().min(1024), Instant::now());
    // The first one may start what the library has for all instances.
    while replaced(subject, keys, &all[..count])?.0 < LONG && count < all.len() {
        count = all.len().min(count * 4);
    }
    let mut seen = 0;
    for _ in 0..ATTEMPTS {
        let (_, left) = replaced(subject, keys, &all[..count])?;
        // Once it may be one that the library has for all.
        seen += usize::from(left > 0);
        ensure!(
            seen < 2,
            "{left} threads of an index whose {count} rows were replaced run on when it is destroyed: `shutdown` joins threads"
        );
        if begin.elapsed() > LONGEST {
            break;
        }
    }
    Ok(())
}
