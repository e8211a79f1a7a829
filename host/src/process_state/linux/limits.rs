//! The limits that the kernel keeps for the process.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use crate::system::linux::base::resource_limit::resource_limit;
use rustix::process::{setrlimit, Resource, Rlimit};

const RESOURCES: [(Resource, &str); 16] = [
    (Resource::As, "RLIMIT_AS"),
    (Resource::Core, "RLIMIT_CORE"),
    (Resource::Cpu, "RLIMIT_CPU"),
    (Resource::Data, "RLIMIT_DATA"),
    (Resource::Fsize, "RLIMIT_FSIZE"),
    (Resource::Locks, "RLIMIT_LOCKS"),
    (Resource::Memlock, "RLIMIT_MEMLOCK"),
    (Resource::Msgqueue, "RLIMIT_MSGQUEUE"),
    (Resource::Nice, "RLIMIT_NICE"),
    (Resource::Nofile, "RLIMIT_NOFILE"),
    (Resource::Nproc, "RLIMIT_NPROC"),
    (Resource::Rss, "RLIMIT_RSS"),
    (Resource::Rtprio, "RLIMIT_RTPRIO"),
    (Resource::Rttime, "RLIMIT_RTTIME"),
    (Resource::Sigpending, "RLIMIT_SIGPENDING"),
    (Resource::Stack, "RLIMIT_STACK"),
];

pub(crate) struct Limits([Option<Rlimit>; RESOURCES.len()]);

impl Part for Limits {
    fn now() -> Self {
        Self(RESOURCES.map(|(resource, _)| resource_limit(resource)))
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        for (((resource, name), before), after) in RESOURCES.into_iter().zip(&self.0).zip(&now.0) {
            // What a sandbox does not let be read is not compared.
            let (Some(before), Some(after)) = (before, after) else { continue };
            if before != after {
                let texts = (text(before), text(after));
                changes.add((ProcessPart::ResourceLimit, By::AnyThread), name, texts, || {
                    setrlimit(resource, *before).is_ok()
                });
            }
        }
    }
}

fn text(limit: &Rlimit) -> String {
    let bound = |bound: Option<u64>| bound.map_or_else(|| "unlimited".to_owned(), |bound| bound.to_string());
    format!("{} of {}", bound(limit.current), bound(limit.maximum))
}
