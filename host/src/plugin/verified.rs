use crate::base::digest::Digest;
use crate::elf::notes::Note;
use crate::elf::Facts;
use crate::loader::pipeline::Admitted;
use crate::trust::policy::Policy;

/// The result of a verification: a file that would be loaded, as far as can be said without running it here.
///
/// ```no_run
/// use sochdb_plugin_host::DynamicPluginLoader;
///
/// let verified = DynamicPluginLoader::new_trusted().verify("/usr/local/lib/sochdb/plugins/codec_xor.so")?;
/// println!("{} {}, SHA-256 {}", verified.note.name, verified.note.version, verified.digest);
/// # Ok::<(), sochdb_plugin_host::LoadError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// The digest of its bytes.
    pub digest: Digest,
    /// The facts that its ELF file states.
    pub facts: Facts,
    /// The plugin's note.
    pub note: Note,
    /// The strictest policy that applies to it.
    pub policy: Policy,
    /// The publisher who signed it, if its policy asks for a signature.
    pub publisher: Option<String>,
}

impl From<Admitted> for Verified {
    fn from(admitted: Admitted) -> Self {
        let Admitted { digest, facts, note, publisher, effective, .. } = admitted;
        Self { digest, facts, note, policy: effective.policy, publisher }
    }
}
