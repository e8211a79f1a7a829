//! Linux.

use crate::system::posix::Posix;

pub(crate) enum Linux {}

impl Posix for Linux {
    const UNSEEN: Option<&'static str> = None;
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/proc/no/such"];

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
