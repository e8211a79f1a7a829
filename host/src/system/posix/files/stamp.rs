//! How a file looked when it was read: what looks so still need not be read again.

use rustix::fs::Stat;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The step of the clock that a file system takes its times from, and more: changes within one step have one time.
const STEP: Duration = Duration::from_millis(20);
/// The same where times are kept in seconds, or in pairs of them.
const COARSE_STEP: Duration = Duration::from_secs(3);

/// The identity, owner, size and times of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    file: (u64, u64),
    rights: (u32, u32),
    size: i64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// The stamp of a file that was read, and whether a later change must show in it.
#[derive(Clone, Debug)]
pub(crate) struct ReadStamp {
    stamp: Stamp,
    lasting: bool,
}

impl Stamp {
    /// The stamp of a file with this status.
    // The types differ between machines.
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            file: (stat.st_dev as u64, stat.st_ino as u64),
            rights: (stat.st_uid as u32, stat.st_mode as u32),
            size: stat.st_size as i64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }

    /// The stamp of a file that was read whole after the moment `before`, and had this stamp before and after.
    pub(crate) fn read_after(self, before: SystemTime) -> ReadStamp {
        let coarse = self.modified.1 == 0 && self.changed.1 == 0;
        let step = if coarse { COARSE_STEP } else { STEP };
        // What is from the future, or from before 1970, comes from a clock that says nothing.
        let changed = u64::try_from(self.changed.0).ok().zip(u32::try_from(self.changed.1).ok());
        let changed = changed.and_then(|(seconds, nanos)| UNIX_EPOCH.checked_add(Duration::new(seconds, nanos)));
        let age = changed.and_then(|changed| before.duration_since(changed).ok());
        ReadStamp { stamp: self, lasting: age.is_some_and(|age| age > step) }
    }
}

impl ReadStamp {
    /// Whether a file that looks like this now has the bytes that were read.
    pub(crate) fn holds_for(&self, now: &Stamp) -> bool {
        self.lasting && self.stamp == *now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(changed: (i64, i64)) -> Stamp {
        Stamp { file: (1, 2), rights: (0, 0o100644), size: 3, modified: changed, changed }
    }

    #[test]
    fn a_change_in_the_same_step_of_the_clock_is_not_missed() {
        let second = |seconds: u64, nanos: u32| UNIX_EPOCH + Duration::new(seconds, nanos);
        for (changed, before, lasting) in [
            ((100, 5), second(100, 5), false),
            ((100, 5), second(100, 10_000_005), false),
            ((100, 5), second(100, 20_000_005), false),
            ((100, 5), second(100, 20_000_006), true),
            ((100, 5), second(99, 0), false),
            ((100, 0), second(102, 0), false),
            ((100, 0), second(103, 1), true),
            ((-1, 5), second(100, 0), false),
            ((i64::MAX, 5), second(100, 0), false),
        ] {
            let read = stamp(changed).read_after(before);
            assert_eq!(read.holds_for(&stamp(changed)), lasting, "{changed:?} {before:?}");
            assert!(!read.holds_for(&stamp((changed.0, changed.1 + 1))));
        }
    }
}
