//! How long a process is waited for, on a machine that may be busy with others.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// No call of a plugin takes longer than this, in which its process makes no call that concerns the directory, beside the time in
/// which it waits for a processor.
const LIMIT: Duration = Duration::from_secs(15);
/// How often is looked whether that is over.
pub(crate) const LOOK: Duration = Duration::from_millis(500);

/// The patience with a process, from the last time on that it was heard of.
pub(crate) struct Patience {
    process: u32,
    since: Instant,
    /// The time that it had waited for a processor when it was first asked whether the patience is over: that is read only where nothing
    /// was heard for some time.
    queued: Cell<Option<Duration>>,
}

impl Patience {
    pub(crate) fn with(process: u32) -> Self {
        Self { process, since: Instant::now(), queued: Cell::new(None) }
    }

    /// Begins anew.
    pub(crate) fn renew(&mut self) {
        *self = Self::with(self.process);
    }

    /// The limit, if it is over.
    pub(crate) fn is_over(&self) -> Option<Duration> {
        let queued = queued(self.process);
        let before = self.queued.get().unwrap_or(queued);
        self.queued.set(Some(before));
        (self.since.elapsed() > LIMIT + queued.saturating_sub(before)).then_some(LIMIT)
    }
}

/// The longest time that a thread of a process ever waited for a processor: the second of the three numbers of its `schedstat`, as
/// `scheduler/sched-stats` of the kernel's documentation has them.
fn queued(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let told = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
    let waited = told.filter_map(|told| told.split(' ').nth(1)?.parse().ok());
    waited.max().map_or(Duration::ZERO, Duration::from_nanos)
}
