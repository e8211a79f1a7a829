//! Linux.

use crate::system::posix::Posix;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Duration;

pub(crate) enum Linux {}

impl Posix for Linux {
    const UNSEEN: Option<&'static str> = None;
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/proc/no/such"];

    /// The second of the three numbers of `schedstat`, as `scheduler/sched-stats` of the kernel's documentation has them. A file that is open stays that of its thread.
    fn queued() -> impl Fn() -> Duration + Sync {
        let told = File::open("/proc/thread-self/schedstat").ok();
        move || {
            let mut text = [0; 64];
            let read = told.as_ref().and_then(|told| told.read_at(&mut text, 0).ok()).unwrap_or(0);
            let waited = std::str::from_utf8(&text[..read]).ok().and_then(|text| text.split(' ').nth(1)?.parse().ok());
            Duration::from_nanos(waited.unwrap_or(0))
        }
    }

    #[cfg(target_env = "gnu")]
    fn allocated() -> u64 {
        // SAFETY: it only reads the allocator's own figures, under its locks.
        let told = unsafe { libc::mallinfo() };
        // The figures are cut to 32 bits, and a test is far from those.
        u64::from(told.uordblks as u32) + u64::from(told.hblkhd as u32)
    }

    #[cfg(not(target_env = "gnu"))]
    fn allocated() -> u64 {
        0
    }
}
