//! macOS, and other Unix systems.

use crate::kernel::posix::Posix;

pub(crate) enum Unix {}

impl Posix for Unix {
    const C_LIBRARY: &'static str = "that of the system";

    /// No call that every such system has.
    fn register_barrier() -> bool {
        false
    }

    fn pass_barrier() -> bool {
        false
    }

    fn runs_elevated() -> bool {
        // SAFETY: it only asks.
        unsafe { libc::issetugid() != 0 }
    }
}
