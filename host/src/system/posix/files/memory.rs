//! Makes sure that a step can have the memory that it needs: what runs out of it in the middle ends the process.

use crate::refusal::lack::Lack;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use rustix::mm::ProtFlags;

/// The memory that a load needs whatever the plugin's size, in bytes: for its thread, what it remembers, and the dynamic
/// linker's tables.
const RESERVE: u64 = 16 << 20;

/// Makes sure that the process can have that much memory and `bytes` more, at this moment. Another thread can still take it.
///
/// # Errors
/// [`Refusal::Shortage`].
pub(crate) fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
    let short = |reason| Refusal::Shortage { step, lack: Lack::Memory, reason };
    let bytes =
        usize::try_from(bytes.saturating_add(RESERVE)).map_err(|_| short(std::io::ErrorKind::OutOfMemory.into()))?;
    let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, Own::UNRESERVED);
    // SAFETY: the kernel chooses the place, so no memory of the program is replaced; nobody else knows it.
    let tried = unsafe {
        rustix::mm::mmap_anonymous(std::ptr::null_mut(), bytes, protection, flags)
            .and_then(|start| rustix::mm::munmap(start, bytes))
    };
    tried.map_err(|errno| short(errno.into()))
}
