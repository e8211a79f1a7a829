//! The steps that run nothing of the plugin, in their order.

use super::lexical::PlainPath;
use super::seal;
use super::{exec_policy, file, note, walk};
use super::{Digest, LoadError, Options, Place, Step, StepOutcome, Steps};
use crate::elf::{Facts, Note};
use std::path::Path;

pub use super::mapped::Mapped;
pub use seal::SealedFile;

/// A plugin that may be loaded.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Its bytes, which are the ones to load.
    pub(crate) file: SealedFile,
    /// Their SHA-256.
    pub(crate) digest: Digest,
    /// What its ELF file says.
    pub(crate) facts: Facts,
    /// Its note.
    pub(crate) note: Note,
    /// Where it was.
    pub(crate) place: Place,
}

/// Decides whether the plugin at `path` may be loaded, and tells `observer` how each step ended.
///
/// # Errors
/// The reason of the first step that refuses.
pub(crate) fn admit(
    path: &Path,
    options: &Options,
    observer: &mut dyn FnMut(StepOutcome),
) -> Result<Admitted, LoadError> {
    let mut steps = Steps::new(observer);
    steps.run(Step::Gate, || options.trust.check())?;
    let plain = steps.run(Step::Lexical, || PlainPath::check(path))?;
    let walked = steps.run(Step::Walk, || walk::check(&plain, options.policy, walk::open_beneath))?;
    let file = steps.run(Step::File, || file::check(&plain, &walked, options))?;
    steps.run(Step::ExecPolicy, || exec_policy::check(path, &file))?;
    let sealed = steps.run(Step::Seal, || SealedFile::copy(path, &file))?;
    let (bytes, digest) = steps.run(Step::Digest, || {
        let bytes = sealed.map()?;
        let digest = Digest::of(&bytes);
        Ok(((bytes, digest), digest.to_string()))
    })?;
    let facts = steps.run(Step::Elf, || {
        let facts = Facts::read(&bytes)?;
        let detail = facts.check(plain.file)?;
        Ok((facts, detail))
    })?;
    let note = steps.run(Step::Note, || note::check(&facts))?;
    let (owner, mode) = (file.stat.st_uid, file.stat.st_mode & 0o7777);
    let place = Place { path: path.to_owned(), directory: walked.path, owner, mode };
    Ok(Admitted { file: sealed, digest, facts, note, place })
}
