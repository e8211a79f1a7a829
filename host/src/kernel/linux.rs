//! Linux, with any C library.

use crate::kernel::posix::Posix;
use rustix::thread::{membarrier, MembarrierCommand};

pub(crate) enum Linux {}

impl Posix for Linux {
    const C_LIBRARY: &'static str = if cfg!(target_env = "musl") { "musl" } else { "glibc" };

    /// `membarrier(2)`, private and expedited, of Linux 4.14; a seccomp filter can forbid it.
    fn register_barrier() -> bool {
        // Miri has no such call, and would not know what it means.
        !cfg!(miri) && membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
    }

    fn pass_barrier() -> bool {
        membarrier(MembarrierCommand::PrivateExpedited).is_ok()
    }

    fn runs_elevated() -> bool {
        // Miri has no kernel to ask.
        // SAFETY: getauxval reads a number that the kernel gave the process, and has no precondition.
        !cfg!(miri) && unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }
}
