//! Directories that nobody else can change.

use crate::target_tmp;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A directory in `parent` that only its owner may change, whatever the umask, and its real path: what a loader gets must
/// not lead through a symbolic link. It is deleted with the first.
pub fn private_in(parent: &Path) -> std::io::Result<(TempDir, PathBuf)> {
    let only_mine = fs::Permissions::from_mode(0o700);
    let directory = tempfile::Builder::new().prefix("sochdb-test-").permissions(only_mine).tempdir_in(parent)?;
    let path = fs::canonicalize(directory.path())?;
    Ok((directory, path))
}

/// The same among the temporary files.
pub fn private() -> (TempDir, PathBuf) {
    private_in(&env::temp_dir()).expect("a private directory")
}

/// A directory for one test, of this user alone, deleted at the end.
pub struct PrivateDir(PathBuf);

impl PrivateDir {
    /// A new one; `name` tells whose it is.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let unique = format!("{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = target_tmp().join(unique);
        fs::create_dir_all(&path).expect("a directory for the test");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("its own directory");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of `name` in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes `text` to `name` in it.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
