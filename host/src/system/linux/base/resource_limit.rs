//! The limits that the kernel keeps for the process.

use rustix::process::{Resource, Rlimit};

/// The limit of a resource; `None` if it cannot be read. Not by rustix, which takes it that this never fails.
pub(crate) fn resource_limit(resource: Resource) -> Option<Rlimit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes a value that outlives the call.
    if unsafe { libc::getrlimit(resource as _, &mut limit) } != 0 {
        return None;
    }
    let bound = |value| (value != libc::RLIM_INFINITY).then_some(value);
    Some(Rlimit { current: bound(limit.rlim_cur), maximum: bound(limit.rlim_max) })
}
