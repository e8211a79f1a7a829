//! Stands in for `admit.rs` on operating systems that the trusted loader does not know: it refuses every plugin.

use super::{Digest, LoadError, Options, Place, Step, StepOutcome, Steps};
use crate::elf::{Facts, Note};
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// There is none here.
#[derive(Debug)]
pub enum SealedFile {}

/// There is none here.
#[derive(Debug)]
pub enum Mapped {}

impl SealedFile {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        match *self {}
    }

    /// Its bytes.
    ///
    /// # Errors
    /// None: there is no such file.
    pub fn map(&self) -> Result<Mapped, LoadError> {
        match *self {}
    }

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

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
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
    pub(crate) place: Place,
}

/// Refuses: at the gate, or because of the operating system.
///
/// # Errors
/// [`LoadError::NotTrusted`] or [`LoadError::Platform`].
pub(crate) fn admit(
    _path: &Path,
    options: &Options,
    observer: &mut dyn FnMut(StepOutcome),
) -> Result<Admitted, LoadError> {
    let mut steps = Steps::new(observer);
    steps.run(Step::Gate, || options.permission.check())?;
    steps.run(Step::Walk, || Err(LoadError::Platform))
}
