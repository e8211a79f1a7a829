//! Unix systems beside Linux.

use crate::system::posix::Posix;
use std::time::Duration;

pub(crate) enum Unix {}

impl Posix for Unix {
    const UNSEEN: Option<&'static str> = Some("nobody has written yet how this system tells what a process has");
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/dev/null/no/such"];

    fn queued() -> impl Fn() -> Duration + Sync {
        || Duration::ZERO
    }

    fn allocated() -> u64 {
        0
    }

    fn without_threads<T>(_: impl FnOnce() -> T) -> Option<T> {
        None
    }
}
