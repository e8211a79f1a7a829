//! Loads what a directory's lock file lists.

use crate::base::text::UntrustedText;
use crate::loader::read_lock;
use crate::loader::step_runner::Steps;
use crate::plugin::loader::DynamicPluginLoader;
use crate::plugin::PluginLibrary;
use crate::refusal::load_error::LoadError;
use crate::trust::lock::Lock;
use crate::trust::places::LOCK_FILE;
use crate::trust::policy::Policy;
use std::path::{Path, PathBuf};

/// What becomes of the others if a plugin of a directory is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRefusal {
    /// They are loaded. Not so if the directory's policy is [`Policy::Strict`].
    LoadOthers,
    /// None is loaded: all are probed first. What refuses only after that, at the dynamic linker or later, leaves those
    /// before it mapped, but without an instance.
    LoadNone,
}

/// A plugin that the lock file lists.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listed {
    /// Its file.
    pub path: PathBuf,
    /// The library, or why there is none.
    pub library: Result<PluginLibrary, LoadError>,
}

/// Why nothing of a directory was loaded.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", UntrustedText::from(path.as_path()))]
#[non_exhaustive]
pub struct DirectoryError {
    /// The lock file or plugin that was refused.
    pub path: PathBuf,
    /// Why; has the code and the remedy.
    #[source]
    pub error: Box<LoadError>,
}

impl DynamicPluginLoader {
    /// What the lock file of `directory` lists, in the order of loading. The file, the directory and the way to it are
    /// checked as for a plugin.
    ///
    /// # Errors
    /// Why the lock file is refused, or that there is none.
    pub fn lock(&self, directory: impl AsRef<Path>) -> Result<Lock, DirectoryError> {
        self.read_lock(directory.as_ref()).map(|(lock, _)| lock)
    }

    /// Loads the plugins that the lock file of `directory` lists, in its order. A file that it does not list is not
    /// looked at.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`], for each of them.
    ///
    /// # Errors
    /// Why the lock file is refused; with [`OnRefusal::LoadNone`] also the first plugin that is.
    pub unsafe fn load_dir(
        &self,
        directory: impl AsRef<Path>,
        on_refusal: OnRefusal,
    ) -> Result<Vec<Listed>, DirectoryError> {
        let directory = directory.as_ref();
        let (lock, policy) = self.read_lock(directory)?;
        let paths: Vec<PathBuf> = lock.plugins.iter().map(|locked| directory.join(&locked.file)).collect();
        if on_refusal == OnRefusal::LoadOthers && policy != Policy::Strict {
            // SAFETY: the caller promises it.
            let load = |path: PathBuf| Listed { library: unsafe { self.load(&path) }, path };
            return Ok(paths.into_iter().map(load).collect());
        }
        let refused = |path: &Path, error: LoadError| DirectoryError { path: path.to_owned(), error: error.into() };
        let ready = paths.iter().map(|path| self.ready(path, true).map_err(|error| refused(path, error)));
        let ready: Vec<_> = ready.collect::<Result<_, _>>()?;
        let loaded = ready.into_iter().zip(&paths).map(|(ready, path)| {
            // SAFETY: the caller promises it.
            let library = unsafe { self.open(ready) }.map_err(|error| refused(path, error))?;
            Ok(Listed { path: path.clone(), library: Ok(library) })
        });
        loaded.collect()
    }

    fn read_lock(&self, directory: &Path) -> Result<(Lock, Policy), DirectoryError> {
        let path = directory.join(LOCK_FILE);
        let mut ignored = |_| ();
        let read = read_lock::read_lock(&path, self.options(), &mut Steps::new(&mut ignored, false));
        read.map_err(|error| DirectoryError { path, error: error.into() })
    }
}
