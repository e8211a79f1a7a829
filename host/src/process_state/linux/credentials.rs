//! The users, groups and capabilities by which the kernel judges what the process may do.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use libc::{gid_t, uid_t};
use rustix::process::{getgroups, Gid};
use rustix::thread::{capabilities, set_capabilities, CapabilitySets};

/// The C library changes them for all threads.
const OF_PROCESS: (ProcessPart, By) = (ProcessPart::Credentials, By::AnyThread);
const OF_THREAD: (ProcessPart, By) = (ProcessPart::Credentials, By::ThisThread);

/// The real, the effective and the saved one.
type Three = [u32; 3];

pub(crate) struct Credentials {
    users: Option<Three>,
    groups: Option<Three>,
    further_groups: Option<Vec<Gid>>,
    capabilities: Option<CapabilitySets>,
}

impl Credentials {
    /// Another effective user has other capabilities.
    fn be_users_again(&self, users: Three) -> bool {
        // SAFETY: the call takes three numbers, which the process had before.
        let again = unsafe { libc::setresuid(users[0], users[1], users[2]) == 0 };
        again && self.capabilities.is_none_or(|capabilities| set_capabilities(None, capabilities).is_ok())
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
            capabilities: capabilities(None).ok(),
        }
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        // Users first: only some of them may put the others back.
        if let (Some(before), Some(after)) = (self.users, now.users) {
            if before != after {
                changes.add(OF_PROCESS, "users", (text(before), text(after)), || self.be_users_again(before));
            } else if let (Some(before), Some(after)) = (self.capabilities, now.capabilities) {
                if before != after {
                    let text = |sets: CapabilitySets| {
                        format!("effective {:x}, permitted {:x}", sets.effective.bits(), sets.permitted.bits())
                    };
                    changes.add(OF_THREAD, "capabilities", (text(before), text(after)), || {
                        set_capabilities(None, before).is_ok()
                    });
                }
            }
        }
        if let (Some(before), Some(after)) = (self.groups, now.groups) {
            if before != after {
                changes.add(OF_PROCESS, "groups", (text(before), text(after)), || {
                    // SAFETY: the call takes three numbers, which the process had before.
                    unsafe { libc::setresgid(before[0], before[1], before[2]) == 0 }
                });
            }
        }
        if let (Some(before), Some(after)) = (&self.further_groups, &now.further_groups) {
            if before != after {
                let text =
                    |groups: &[Gid]| format!("{:?}", groups.iter().map(|group| group.as_raw()).collect::<Vec<_>>());
                changes.add(OF_PROCESS, "further groups", (text(before), text(after)), || {
                    let before: Vec<gid_t> = before.iter().map(|group| group.as_raw()).collect();
                    // SAFETY: the call reads as many numbers as it is told.
                    unsafe { libc::setgroups(before.len(), before.as_ptr()) == 0 }
                });
            }
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
