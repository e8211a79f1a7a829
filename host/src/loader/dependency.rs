//! A library that must be in memory before a plugin is.

use super::{Digest, SealedFile, Text};
use std::path::PathBuf;

/// What a plugin needs.
#[derive(Debug)]
pub(crate) struct Dependency {
    /// The name by which it is needed.
    pub(crate) name: Text,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// Where a library comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The process has it.
    Resident,
    /// A file of the system, which only root can change.
    System(PathBuf),
    /// A trust file names it.
    Listed {
        /// Its bytes.
        file: SealedFile,
        /// Their digest.
        digest: Digest,
        /// Bytes of memory that it takes.
        memory: u64,
        /// Whether the trust file demands this digest.
        pinned: bool,
    },
}
