//! Memory, descriptors, threads, mappings and files of the process: whether each call leaves more of them.

use crate::frame::memory::memory;
use crate::frame::not_passed::NotPassed;
use crate::system::backend::System;
use crate::system::Native;
use std::path::Path;
use std::time::{Duration, Instant};

/// A leak is seen in every attempt; other work of the process that grows comes to an end in one of the pauses.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The calls of which each may leave something that is counted one by one.
const COUNTED: usize = 32;
/// The calls that a plugin may need to come to what it has to hold.
const WARM_UP: usize = 16;
/// The calls whose memory is looked at, a part at a time, and the longest time for a part.
const PART: u32 = 500;
const PART_TIME: Duration = Duration::from_millis(60);
const PARTS: u32 = 4;
/// Growth that is no leak: this many bytes in all, and for each call.
const IN_ALL: u64 = 24 << 10;
const EACH: f64 = 12.0;

/// The memory that the process has.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// Bytes that the system's allocator has given out, which a plugin may pass by; 0 where it does not tell.
    allocated: u64,
    /// Bytes that are in no file, in whole pages of which some may be free; 0 where the system does not tell.
    anonymous: u64,
}

impl Memory {
    pub(crate) fn now() -> Self {
        Self { allocated: Native::allocated(), anonymous: memory("smaps_rollup", "Anonymous").unwrap_or(0) }
    }

    /// The bytes of the allocator by which there are more than at another time.
    pub(crate) fn allocated_since(self, other: Self) -> u64 {
        self.allocated.saturating_sub(other.allocated)
    }

    /// The bytes in no file by which there are more than at another time.
    pub(crate) fn anonymous_since(self, other: Self) -> u64 {
        self.anonymous.saturating_sub(other.anonymous)
    }
}

/// The number of each thing that is counted one by one.
#[derive(Clone, Copy)]
struct Counted([usize; 4]);

const NAMES: [&str; 4] = ["open files", "threads", "mappings", "files in its directory"];

impl Counted {
    fn now(directory: &Path) -> Self {
        let entries = |path: &str| std::fs::read_dir(path).map_or(0, Iterator::count);
        let maps = std::fs::read_to_string("/proc/self/maps").map_or(0, |maps| maps.lines().count());
        Self([entries("/proc/self/fd"), entries("/proc/self/task"), maps, files(directory)])
    }

    /// The first thing of which there are more, by at least one for two of these calls.
    fn more_than(self, before: Self, calls: usize) -> Option<String> {
        let mut all = self.0.into_iter().zip(before.0).zip(NAMES);
        let ((now, before), what) = all.find(|((now, before), _)| now.saturating_sub(*before) * 2 >= calls)?;
        Some(format!("{} more {what}", now - before))
    }
}

/// The number of files below a directory.
fn files(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.file_type().is_ok_and(|kind| kind.is_dir()) { 1 + files(&entry.path()) } else { 1 })
        .sum()
}

/// Makes a call many times, and says what stays behind of each, if anything does in every attempt.
///
/// # Errors
/// Those of the call.
pub(crate) fn leaks(
    directory: &Path,
    mut call: impl FnMut() -> Result<(), NotPassed>,
) -> Result<Option<String>, NotPassed> {
    let mut found = None;
    for attempt in 0..ATTEMPTS {
        found = grows(directory, &mut call, PART * (1 + attempt))?;
        if found.is_none() {
            break;
        }
        std::thread::sleep(FIRST_PAUSE * 2_u32.pow(attempt));
    }
    Ok(found)
}

/// Makes a call this many times, and says what it leaves that is counted one by one, if it does in every attempt.
///
/// # Errors
/// Those of the call.
pub(crate) fn leaves(
    directory: &Path,
    calls: usize,
    mut call: impl FnMut() -> Result<(), NotPassed>,
) -> Result<Option<String>, NotPassed> {
    let mut found = None;
    (0..2).try_for_each(|_| call())?;
    for attempt in 0..ATTEMPTS {
        let before = Counted::now(directory);
        (0..calls).try_for_each(|_| call())?;
        found = Counted::now(directory).more_than(before, calls);
        if found.is_none() {
            break;
        }
        std::thread::sleep(FIRST_PAUSE * 2_u32.pow(attempt));
    }
    Ok(found)
}

fn grows(
    directory: &Path,
    call: &mut impl FnMut() -> Result<(), NotPassed>,
    part: u32,
) -> Result<Option<String>, NotPassed> {
    (0..WARM_UP).try_for_each(|_| call())?;
    let before = Counted::now(directory);
    (0..COUNTED).try_for_each(|_| call())?;
    if let Some(more) = Counted::now(directory).more_than(before, COUNTED) {
        return Ok(Some(format!("{COUNTED} calls left {more}")));
    }
    let begin = Memory::now();
    let (mut calls, mut last, mut steady) = (0, begin, [true; 2]);
    for _ in 0..PARTS {
        let (end, before) = (Instant::now() + PART_TIME * (part / PART), calls);
        for _ in 0..part {
            call()?;
            calls += 1;
            if Instant::now() > end {
                break;
            }
        }
        let now = Memory::now();
        let made = f64::from(calls - before);
        // A leak grows in each part.
        steady[0] &= now.allocated_since(last) as f64 > EACH * made;
        steady[1] &= now.anonymous > last.anonymous;
        last = now;
    }
    let bytes = last.anonymous_since(begin).max(last.allocated_since(begin));
    let is_leak = steady[0] || (steady[1] && bytes > IN_ALL && bytes as f64 / f64::from(calls) > EACH);
    Ok(is_leak.then(|| format!("{calls} calls left {bytes} bytes of memory")))
}
