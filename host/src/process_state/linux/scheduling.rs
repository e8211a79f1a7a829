//! When and where the calling thread runs.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::{changed, Part};
use libc::{c_int, c_long, syscall};
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
        if let Some((before, after)) = changed(self.0, now.0) {
            changes.add(NICENESS, "niceness", (before.to_string(), after.to_string()), || {
                setpriority_process(None, before).is_ok()
            });
        }
    }
}

/// By which rule, and with which priority among those of its rule, Linux runs the thread.
pub(crate) struct Policy(Option<(c_long, c_int)>);

impl Part for Policy {
    fn now() -> Self {
        let mut priority: c_int = 0;
        // SAFETY: the calls ask for what the calling thread has; the second one writes a number.
        let (policy, status) = unsafe {
            (syscall(libc::SYS_sched_getscheduler, 0), syscall(libc::SYS_sched_getparam, 0, &raw mut priority))
        };
        Self((policy >= 0 && status == 0).then_some((policy, priority)))
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        if let Some((before, after)) = changed(self.0, now.0) {
            changes.add(NICENESS, "policy", (text(before), text(after)), || {
                // SAFETY: the call reads the priority.
                unsafe { syscall(libc::SYS_sched_setscheduler, 0, before.0, &raw const before.1) == 0 }
            });
        }
    }
}

fn text((policy, priority): (c_long, c_int)) -> String {
    const NAMES: [(c_int, &str); 5] = [
        (libc::SCHED_OTHER, "SCHED_OTHER"),
        (libc::SCHED_FIFO, "SCHED_FIFO"),
        (libc::SCHED_RR, "SCHED_RR"),
        (libc::SCHED_BATCH, "SCHED_BATCH"),
        (libc::SCHED_IDLE, "SCHED_IDLE"),
    ];
    let name = NAMES.iter().find(|(number, _)| c_long::from(*number) == policy).map(|(_, name)| (*name).to_owned());
    format!("{}, priority {priority}", name.unwrap_or_else(|| format!("number {policy}")))
}

/// The processors that the thread may run on; nothing if there are more than a set has room for.
pub(crate) struct Processors(Option<CpuSet>);

impl Part for Processors {
    fn now() -> Self {
        Self(sched_getaffinity(None).ok())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        if let Some((before, after)) = changed(self.0.as_ref(), now.0.as_ref()) {
            let text = |set: &CpuSet| format!("{} of them", set.count());
            changes
                .add(NICENESS, "processors", (text(before), text(after)), || sched_setaffinity(None, before).is_ok());
        }
    }
}
