//! Makes sure that a step can have the memory that it needs: what runs out of it in the middle ends the process.

use crate::refusal::lack::Lack;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use std::io;

/// The memory that a load needs whatever the plugin's size, in bytes.
const RESERVE: u64 = 16 << 20;

/// Makes sure that the process can have that much memory and `bytes` more, at this moment. Another thread can still take it.
///
/// # Errors
/// [`Refusal::Shortage`].
pub(crate) fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
    let room = usize::try_from(bytes.saturating_add(RESERVE)).ok();
    let made = room.and_then(|room| Vec::<u8>::new().try_reserve_exact(room).ok());
    made.ok_or_else(|| Refusal::Shortage { step, lack: Lack::Memory, reason: io::ErrorKind::OutOfMemory.into() })
}
