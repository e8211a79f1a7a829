//! When and where the calling thread runs.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use rustix::process::{getpriority_process, setpriority_process};
use rustix::thread::{sched_getaffinity, sched_setaffinity, CpuSet};

const NICENESS: (ProcessPart, By) = (ProcessPart::Scheduling, By::ThisThread);

/// Linux keeps it for each thread.
pub(crate) struct Niceness(Option<i32>);

impl Part for Niceness {
    fn now() -> Self {
        Self(getpriority_process(None).ok())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        let (Some(before), Some(after)) = (self.0, now.0) else { return };
        if before != after {
            changes.add(NICENESS, "niceness", (before.to_string(), after.to_string()), || {
                setpriority_process(None, before).is_ok()
            });
        }
    }
}

/// The processors that the thread may run on; nothing if there are more than a set has room for.
pub(crate) struct Processors(Option<CpuSet>);

impl Part for Processors {
    fn now() -> Self {
        Self(sched_getaffinity(None).ok())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        let (Some(before), Some(after)) = (&self.0, &now.0) else { return };
        if before != after {
            let text = |set: &CpuSet| format!("{} of them", set.count());
            changes
                .add(NICENESS, "processors", (text(before), text(after)), || sched_setaffinity(None, before).is_ok());
        }
    }
}
