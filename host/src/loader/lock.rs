//! The lock file of a directory, read as carefully as a plugin.

use super::beside::{read, reason_and_fix};
use super::owners::Owners;
use super::reach::{reach, Reached};
use super::walk::Walked;
use super::{LoadError, Options, Record, Step, Steps};
use crate::trust::{places::LOCK_FILE, Lock, Policy};
use std::path::Path;

/// What the directory's lock file says; `None` if it has none.
pub(super) fn of(walked: &Walked, owners: Owners) -> Result<Option<Lock>, LoadError> {
    let path = walked.path.join(LOCK_FILE);
    let bytes = read(&path, walked, LOCK_FILE.as_ref(), owners).map_err(|error| {
        let (reason, fix) = reason_and_fix(&path, &error);
        LoadError::LockFile { file: path.as_path().into(), reason, fix }
    })?;
    let parse = |bytes: Vec<u8>| Lock::parse(&bytes);
    bytes.map(parse).transpose().map_err(|error| LoadError::LockSyntax { file: path.as_path().into(), error })
}

/// Reads the lock file at `path`, if plugins may be loaded from its directory, and what policy that has.
///
/// # Errors
/// As for a plugin in the directory, up to the allow-list; then why the lock file is refused, or that there is none.
pub(crate) fn read_lock(path: &Path, options: &Options, steps: &mut Steps<'_>) -> Result<(Lock, Policy), LoadError> {
    let Reached { standing, owners, walked, .. } = reach(path, options, steps, &mut Record::default())?;
    let lock = steps.run(Step::Trust, || {
        let (reason, fix) = ("it does not exist", "install plugins into the directory: sochdb-plugin install FILE");
        let missing = || LoadError::LockFile { file: path.into(), reason: reason.to_owned(), fix: fix.to_owned() };
        let lock = of(&walked, owners)?.ok_or_else(missing)?;
        let detail = format!("{} plugins", lock.plugins.len());
        Ok((lock, detail))
    })?;
    Ok((lock, standing.policy))
}
