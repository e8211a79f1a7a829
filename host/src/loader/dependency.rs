//! A library that must be in memory before a plugin is.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::elf::Facts;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::backend::System;
use crate::system::{Native, Sealed};
use std::fmt;
use std::path::PathBuf;

/// A library that a plugin needs.
#[derive(Debug)]
pub(crate) struct Dependency {
    /// The name by which it is needed.
    pub(crate) name: UntrustedText,
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
        /// Where it was.
        path: PathBuf,
        /// The library's bytes.
        file: Sealed,
        /// Their digest.
        digest: Digest,
        /// Bytes of memory that it takes.
        memory: u64,
        /// Whether the trust file demands this digest.
        pinned: bool,
    },
}

impl fmt::Display for Dependency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.source {
            Source::Resident => write!(formatter, "{name} is in memory"),
            Source::System(path) | Source::Listed { path, .. } => {
                write!(formatter, "{name} from {}", UntrustedText::from(path.as_path()))
            }
        }
    }
}

/// Makes sure that the process can map a library with these facts, and what it needs of a trust file.
///
/// # Errors
/// [`Refusal::Shortage`].
pub(crate) fn make_sure_to_map(step: Step, facts: &Facts, needed: &[Dependency]) -> Result<(), Refusal> {
    let listed = needed.iter().map(|dependency| match dependency.source {
        Source::Listed { memory, .. } => memory,
        Source::Resident | Source::System(_) => 0,
    });
    Native::make_sure(step, listed.fold(facts.memory_size, u64::saturating_add))
}
