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

/// The fate of the other plugins of a directory if one is refused.
///
/// ```no_run
/// use sochdb_plugin_host::{DynamicPluginLoader, OnRefusal};
///
/// let loader = DynamicPluginLoader::new();
/// // SAFETY: whoever wrote the lock file trusts these plugins.
/// let all = unsafe { loader.load_dir("/usr/local/lib/sochdb/plugins", OnRefusal::LoadNone)? };
/// # Ok::<(), sochdb_plugin_host::DirectoryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRefusal {
    /// The others are loaded. If the directory's policy is [`Policy::Strict`], this means [`OnRefusal::LoadNone`].
    LoadOthers,
    /// None is loaded: all are probed first. A refusal that comes only after that, at the dynamic linker or later, leaves
    /// the plugins before it mapped, but without an instance.
    LoadNone,
}

/// A plugin that the lock file of a directory lists, and what became of it.
///
/// ```no_run
/// use sochdb_plugin_host::{DynamicPluginLoader, OnRefusal};
///
/// let loader = DynamicPluginLoader::new();
/// // SAFETY: whoever wrote the lock file trusts these plugins.
/// for listed in unsafe { loader.load_dir("/usr/local/lib/sochdb/plugins", OnRefusal::LoadOthers)? } {
///     match listed.library {
///         Ok(library) => println!("{}", library.info().name),
///         Err(refusal) => eprintln!("{}: {refusal:?}", listed.path.display()),
///     }
/// }
/// # Ok::<(), sochdb_plugin_host::DirectoryError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Listed {
    /// The plugin's file.
    pub path: PathBuf,
    /// The library, or the reason why there is none.
    pub library: Result<PluginLibrary, LoadError>,
}

/// The reason why nothing of a directory was loaded. `Display` names the file alone, as its source says the rest; `Debug`
/// gives the refusal whole.
///
/// ```
/// use sochdb_plugin_host::DynamicPluginLoader;
///
/// let refused = DynamicPluginLoader::new_trusted().lock("plugins").unwrap_err();
/// assert_eq!(refused.path.to_str(), Some("plugins/sochdb-plugin.lock"));
/// assert_eq!(refused.error.code(), "E_PATH_NOT_ABSOLUTE");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{} was refused", UntrustedText::from(path.as_path()))]
#[non_exhaustive]
pub struct DirectoryError {
    /// The lock file or plugin that was refused.
    pub path: PathBuf,
    /// The refusal, with its code and its remedy.
    #[source]
    pub error: LoadError,
}

impl DynamicPluginLoader {
    /// Reads the lock file of `directory`: it lists the plugins in the order of loading. The file, the directory and the
    /// way to it are checked as for a plugin.
    ///
    /// Blocks until the files are read.
    ///
    /// # Errors
    /// [`DirectoryError`] if the lock file is refused, or there is none.
    pub fn lock(&self, directory: impl AsRef<Path>) -> Result<Lock, DirectoryError> {
        self.read_lock(directory.as_ref()).map(|(lock, _)| lock)
    }

    /// Loads the plugins that the lock file of `directory` lists, in its order. A file that it does not list is not
    /// looked at. Whoever shows the progress counts what [`DynamicPluginLoader::lock`] lists, and is told by the
    /// [`observer`](DynamicPluginLoader::observer) of each step and its `path`.
    ///
    /// Blocks until all are loaded, each within its limit.
    ///
    /// # Safety
    /// The caller trusts each of these plugins as [`DynamicPluginLoader::load`] demands.
    ///
    /// # Errors
    /// [`DirectoryError`] if the lock file is refused; with [`OnRefusal::LoadNone`] also if a plugin is, for the first one.
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
        let refused = |path: &Path, error: LoadError| DirectoryError { path: path.to_owned(), error };
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
        read.map_err(|refusal| DirectoryError { error: LoadError::new(refusal, Some(&path), None), path })
    }
}
