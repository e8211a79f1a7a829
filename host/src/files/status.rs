//! How a file looked when it was opened.

/// The part of a file's status that later steps and the audit line ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    /// The device of the file, and its number there.
    pub(crate) identity: (u64, u64),
    /// In bytes.
    pub(crate) size: u64,
    /// The number of its owner.
    pub(crate) owner: u32,
    /// The permissions, without the type.
    pub(crate) mode: u32,
}
