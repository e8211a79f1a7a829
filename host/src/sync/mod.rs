//! Tools that threads share: places of their own, lists that are read without a lock, and who may call an extension now.

pub(crate) mod call_gate;
pub(crate) mod membarrier;
pub(crate) mod published;
pub(crate) mod slab;
pub(crate) mod thread_slot;
