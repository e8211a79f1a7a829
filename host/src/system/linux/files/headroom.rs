//! Whether anything limits the memory of the process.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::linux::base::resource_limit::resource_limit;
use crate::system::posix::files::memory::make_sure;
use rustix::process::Resource;
use std::fs;
use std::sync::LazyLock;

/// Whether the kernel counts all memory that it promises, or does not say (`vm.overcommit_memory`, as it is when the first
/// plugin is loaded). Otherwise it promises as much as there are addresses.
// Kept, as to read it (6 us) costs more than the try that it spares (4 us). Where an operator changes it under a running
// host, the first two steps are without a try; all later ones, which need more, try whatever it says.
static COUNTS_ALL: LazyLock<bool> = LazyLock::new(|| {
    let mode = fs::read_to_string("/proc/sys/vm/overcommit_memory");
    !mode.is_ok_and(|mode| matches!(mode.trim(), "0" | "1"))
});

/// Whether anything limits the memory of the process, as it was when a load began.
///
/// For steps whose large needs are refused one by one, unlike those of the dynamic linker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Headroom {
    limited: bool,
}

impl Headroom {
    pub(crate) fn look() -> Self {
        // A limit that is not to be known may be one.
        let may_be_one = |resource| resource_limit(resource).is_none_or(|limit| limit.current.is_some());
        let limited = [Resource::As, Resource::Data].into_iter().any(may_be_one);
        Self { limited: limited || *COUNTS_ALL || usize::BITS < 64 }
    }

    /// Does as [`make_sure`], but without a try where nothing limits the process: that costs as much as all else that a
    /// step asks.
    ///
    /// # Errors
    /// [`Refusal::Shortage`].
    pub(crate) fn make_sure(self, step: Step, bytes: u64) -> Result<(), Refusal> {
        if self.limited {
            make_sure(step, bytes)
        } else {
            Ok(())
        }
    }
}
