//! The lock file of a directory, read as carefully as a plugin.

use crate::base::text::UntrustedText;
use crate::files::backend::FileSystem;
use crate::files::refused::refused;
use crate::loader::approach::{approach, pass_gate, PluginDir};
use crate::loader::audit::Record;
use crate::loader::lock_files::{IndexedLock, LockFiles, ReadLock};
use crate::loader::options::Options;
use crate::loader::step_runner::Steps;
use crate::loader::worker::Worker;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::{Directory, Files, Owners};
use crate::trust::lock::Lock;
use crate::trust::places::LOCK_FILE;
use crate::trust::policy::Policy;
use std::path::Path;
use std::sync::Arc;

impl LockFiles {
    /// The directory's lock file; `None` if it has none. The file is read if it changed since it was last read.
    pub(crate) fn of(&self, walked: &Directory, owners: Owners) -> Result<Option<Arc<IndexedLock>>, Refusal> {
        let directory = Files::path_of(walked);
        let path = directory.join(LOCK_FILE);
        if let Some(last) = self.last(directory) {
            if Files::is_unchanged(&path, walked, LOCK_FILE.as_ref(), owners, &last.stamp) {
                return Ok(Some(last.lock));
            }
        }
        let beside = Files::read_text(&path, walked, LOCK_FILE.as_ref(), owners).map_err(|error| {
            refused(Step::Trust, &path, error, |reason, fix| Refusal::LockFile {
                file: path.as_path().into(),
                reason,
                fix,
            })
        })?;
        let Some((bytes, stamp)) = beside else { return Ok(None) };
        let wrong = |error| Refusal::LockSyntax { file: path.as_path().into(), error };
        let lock = Arc::new(IndexedLock::new(Lock::parse(&bytes).map_err(wrong)?));
        self.remember(directory, ReadLock { lock: lock.clone(), stamp });
        Ok(Some(lock))
    }
}

/// Reads the lock file at `path`, if plugins may be loaded from its directory, and what policy that has.
///
/// # Errors
/// As for a plugin in the directory, up to the allow-list; then why the lock file is refused, or that there is none.
pub(crate) fn read_lock(path: &Path, options: &Options, steps: &mut Steps<'_>) -> Result<(Lock, Policy), Refusal> {
    pass_gate(options, steps)?;
    let (file, own) = (path.to_owned(), options.clone());
    let mut worker = Worker::new(options.load_limit);
    worker.steps(path, Step::TrustFiles, steps, &mut Record::default(), move |steps, record| {
        read_here(&file, &own, steps, record)
    })
}

fn read_here(
    path: &Path,
    options: &Options,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<(Lock, Policy), Refusal> {
    let PluginDir { effective, owners, walked, .. } = approach(path, options, steps, record)?;
    let lock = steps.run(Step::Trust, || {
        let missing = || {
            let directory = UntrustedText::from(Files::path_of(&walked));
            let fix = format!("install plugins into the directory: sochdb-plugin install FILE --directory {directory}");
            Refusal::LockFile { file: path.into(), reason: "it does not exist".to_owned(), fix }
        };
        let lock = options.locks.of(&walked, owners)?.ok_or_else(missing)?.lock.clone();
        Ok((lock, |lock: &Lock| format!("{} plugins", lock.plugins.len())))
    })?;
    Ok((lock, effective.policy))
}
