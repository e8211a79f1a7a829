//! Stands in for `admit.rs` on operating systems that the trusted loader does not know: it refuses every plugin.

use super::{Accepted, Dependency, Digest, LoadError, Options, Place, Record, Standing, Step, Steps, Worker};
use crate::elf::{Facts, Note};
use crate::trust::{Lock, Policy};
use std::path::{Path, PathBuf};

/// There is none here.
#[derive(Debug)]
pub enum SealedFile {}

impl SealedFile {
    /// Gives its descriptor a number of at least `least`.
    ///
    /// # Errors
    /// None: there is no such file.
    pub(crate) fn renumber(&mut self, _least: i32) -> Result<(), LoadError> {
        match *self {}
    }

    /// The number of its descriptor.
    pub(crate) fn number(&self) -> i32 {
        match *self {}
    }

    /// The path for the dynamic linker.
    ///
    /// # Errors
    /// None: there is no such file.
    pub fn path(&self) -> Result<PathBuf, LoadError> {
        match *self {}
    }
}

/// A plugin that may be loaded: none.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) file: SealedFile,
    pub(crate) digest: Digest,
    pub(crate) facts: Facts,
    pub(crate) note: Note,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) publisher: Option<String>,
    pub(crate) standing: Standing,
    pub(crate) place: Place,
}

impl Admitted {
    /// What the audit line says of it.
    pub(crate) fn audited(&self) -> Accepted<'_> {
        match self.file {}
    }
}

/// Refuses: at the gate, or because of the operating system.
///
/// # Errors
/// [`LoadError::NotTrusted`] or [`LoadError::Platform`].
pub(crate) fn admit(
    _path: &Path,
    options: &Options,
    _worker: &mut Worker,
    steps: &mut Steps<'_>,
    _record: &mut Record,
) -> Result<Admitted, LoadError> {
    steps.run(Step::Gate, || options.permission.check())?;
    steps.run(Step::Walk, || Err(LoadError::Platform))
}

/// Refuses as [`admit`] does.
///
/// # Errors
/// As [`admit`].
pub(crate) fn read_lock(path: &Path, options: &Options, steps: &mut Steps<'_>) -> Result<(Lock, Policy), LoadError> {
    let worker = &mut Worker::new(options.load_limit);
    admit(path, options, worker, steps, &mut Record::default()).map(|admitted| match admitted.file {})
}
