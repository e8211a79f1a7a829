//! The users, groups and capabilities by which the kernel judges what the process may do.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::{changed, Part};
use libc::{gid_t, syscall, uid_t};
use rustix::process::{getgroups, Gid};
use std::fmt;

/// The C library changes them for all threads.
const OF_PROCESS: (ProcessPart, By) = (ProcessPart::Credentials, By::AnyThread);
const OF_THREAD: (ProcessPart, By) = (ProcessPart::Credentials, By::ThisThread);

/// The real, the effective and the saved one.
type Three = [u32; 3];

/// The version of `capget` that has 64 capabilities, in two halves.
const VERSION: u32 = 0x2008_0522;

/// One half of a thread's capabilities, as the kernel writes it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
struct Half {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// The capabilities of the calling thread. Not by rustix, whose places memory checkers take for not written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
struct Capabilities([Half; 2]);

impl Capabilities {
    fn now() -> Option<Self> {
        let (mut head, mut found) = ([VERSION, 0], Self::default());
        // SAFETY: the call reads the version and the thread, 0 for the calling one, and writes two halves.
        let status = unsafe { syscall(libc::SYS_capget, head.as_mut_ptr(), &raw mut found) };
        (status == 0).then_some(found)
    }

    fn are_set(&self) -> bool {
        let mut head = [VERSION, 0];
        // SAFETY: the call reads the version, the thread, and two halves.
        unsafe { syscall(libc::SYS_capset, head.as_mut_ptr(), &raw const *self) == 0 }
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |of: fn(&Half) -> u32| u64::from(of(&self.0[1])) << 32 | u64::from(of(&self.0[0]));
        write!(formatter, "effective {:x}, permitted {:x}", whole(|half| half.effective), whole(|half| half.permitted))
    }
}

pub(crate) struct Credentials {
    users: Option<Three>,
    groups: Option<Three>,
    further_groups: Option<Vec<Gid>>,
    capabilities: Option<Capabilities>,
}

impl Credentials {
    /// Another effective user has other capabilities.
    fn be_users_again(&self, users: Three) -> bool {
        // SAFETY: the call takes three numbers, which the process had before.
        let again = unsafe { libc::setresuid(users[0], users[1], users[2]) == 0 };
        again && self.capabilities.is_none_or(|capabilities| capabilities.are_set())
    }
}

impl Part for Credentials {
    fn now() -> Self {
        Self {
            users: three(|[real, effective, saved]: [&mut uid_t; 3]| {
                // SAFETY: the call writes three numbers.
                unsafe { libc::getresuid(real, effective, saved) }
            }),
            groups: three(|[real, effective, saved]: [&mut gid_t; 3]| {
                // SAFETY: as above.
                unsafe { libc::getresgid(real, effective, saved) }
            }),
            further_groups: getgroups().ok(),
            capabilities: Capabilities::now(),
        }
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        // Users first: only some of them may put the others back.
        if let Some((before, after)) = changed(self.users, now.users) {
            changes.add(OF_PROCESS, "users", (text(before), text(after)), || self.be_users_again(before));
        } else if let Some((before, after)) = changed(self.capabilities, now.capabilities) {
            let texts = (before.to_string(), after.to_string());
            changes.add(OF_THREAD, "capabilities", texts, || before.are_set());
        }
        if let Some((before, after)) = changed(self.groups, now.groups) {
            changes.add(OF_PROCESS, "groups", (text(before), text(after)), || {
                // SAFETY: the call takes three numbers, which the process had before.
                unsafe { libc::setresgid(before[0], before[1], before[2]) == 0 }
            });
        }
        if let Some((before, after)) = changed(self.further_groups.as_ref(), now.further_groups.as_ref()) {
            let numbers = |groups: &[Gid]| groups.iter().map(|group| group.as_raw()).collect::<Vec<gid_t>>();
            let (before, after) = (numbers(before), numbers(after));
            changes.add(OF_PROCESS, "further groups", (format!("{before:?}"), format!("{after:?}")), || {
                // SAFETY: the call reads as many numbers as it is told.
                unsafe { libc::setgroups(before.len(), before.as_ptr()) == 0 }
            });
        }
    }
}

/// The numbers that `ask` writes, if it says that it did.
fn three(ask: impl FnOnce([&mut u32; 3]) -> libc::c_int) -> Option<Three> {
    let mut found = [0; 3];
    let status = ask(found.each_mut());
    (status == 0).then_some(found)
}

fn text([real, effective, saved]: Three) -> String {
    format!("real {real}, effective {effective}, saved {saved}")
}
