//! The lock files that a loader has read, each good until its file changes.

use crate::system::Stamp;
use crate::trust::lock::{Lock, Locked};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many directories are remembered; then it begins anew.
const MOST: usize = 64;

/// The lock files by the paths of their directories. A loader and its clones share them, so that a directory of many
/// plugins does not cost a read of its lock file for each.
// Not by hash: its seed is a system call, and who only makes a loader makes none.
#[derive(Clone, Debug, Default)]
pub(crate) struct LockFiles(Arc<Mutex<BTreeMap<PathBuf, ReadLock>>>);

/// A lock file as it was read.
#[derive(Clone, Debug)]
pub(crate) struct ReadLock {
    pub(crate) lock: Arc<IndexedLock>,
    pub(crate) stamp: Stamp,
}

/// A lock file whose plugins are found by the names of their files.
#[derive(Debug)]
pub(crate) struct IndexedLock {
    pub(crate) lock: Lock,
    by_file: BTreeMap<String, usize>,
}

impl LockFiles {
    /// The lock file of `directory` as it was last read.
    pub(crate) fn last(&self, directory: &Path) -> Option<ReadLock> {
        self.0.lock().get(directory).cloned()
    }

    /// Remembers the lock file of `directory`.
    pub(crate) fn remember(&self, directory: &Path, read: ReadLock) {
        let mut files = self.0.lock();
        if files.len() >= MOST && !files.contains_key(directory) {
            files.clear();
        }
        files.insert(directory.to_owned(), read);
    }
}

impl IndexedLock {
    pub(crate) fn new(lock: Lock) -> Self {
        let by_file = lock.plugins.iter().enumerate().map(|(at, plugin)| (plugin.file.clone(), at)).collect();
        Self { lock, by_file }
    }

    /// The plugin in the file of this name.
    pub(crate) fn find(&self, file: &str) -> Option<&Locked> {
        self.lock.plugins.get(*self.by_file.get(file)?)
    }
}
