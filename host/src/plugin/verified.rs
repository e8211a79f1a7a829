use crate::base::digest::Digest;
use crate::elf::notes::Note;
use crate::elf::Facts;
use crate::loader::pipeline::Admitted;
use crate::trust::policy::Policy;

/// A file that would be loaded as far as can be said without running it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What its ELF file says.
    pub facts: Facts,
    /// What its note says.
    pub note: Note,
    /// The strictest policy that applies to it.
    pub policy: Policy,
    /// Who signed it, if its policy asks.
    pub publisher: Option<String>,
}

impl From<Admitted> for Verified {
    fn from(admitted: Admitted) -> Self {
        let Admitted { digest, facts, note, publisher, effective, .. } = admitted;
        Self { digest, facts, note, policy: effective.policy, publisher }
    }
}
