//! A memory barrier that one thread pays for and all others pass.

use std::sync::atomic::{compiler_fence, Ordering};
use std::sync::OnceLock;

/// The right to make every thread of this process pass a full memory barrier: `membarrier(2)`, private and
/// expedited, of Linux 4.14. What userspace RCU does with it: <https://liburcu.org>.
pub(crate) struct Barrier(());

impl Barrier {
    /// None where the kernel does not have it, or a seccomp filter forbids it.
    pub(crate) fn new() -> Option<Self> {
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        REGISTERED.get_or_init(register).then_some(Self(()))
    }

    /// The other threads' side: orders, for a thread that calls [`Barrier::all_pass`], what this thread did before
    /// and does after. It costs no instruction.
    #[inline(always)]
    pub(crate) fn passed_here() {
        compiler_fence(Ordering::SeqCst);
    }

    /// Returns when every other thread has passed a full barrier. False if the kernel refused, which only a seccomp
    /// filter does that was put in place after [`Barrier::new`].
    pub(crate) fn all_pass(&self) -> bool {
        // A child of fork is another process to the kernel, and not registered.
        pass() || (register() && pass())
    }
}

fn register() -> bool {
    use rustix::thread::{membarrier, MembarrierCommand};
    // Miri has no such call, and would not know what it means.
    !cfg!(miri) && membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
}

fn pass() -> bool {
    use rustix::thread::{membarrier, MembarrierCommand};
    membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}
