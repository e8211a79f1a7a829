//! A memory barrier that one thread pays for and all others pass.

use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use std::sync::atomic::{compiler_fence, Ordering};
use std::sync::OnceLock;

/// The right to make every thread of this process pass a full memory barrier. What userspace RCU does with it:
/// <https://liburcu.org>.
pub(crate) struct Barrier(());

impl Barrier {
    /// None where the system does not have it, or forbids it.
    pub(crate) fn new() -> Option<Self> {
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        REGISTERED.get_or_init(Own::register_barrier).then_some(Self(()))
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
        Own::pass_barrier() || (Own::register_barrier() && Own::pass_barrier())
    }
}
