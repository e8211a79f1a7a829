use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::plugin::backup::{sync_directory, Backup};
use sochdb_plugin_sdk::ErrorKind;
use std::io;
use std::path::{Path, PathBuf};

/// The resources that the application gives an instance, beside its configuration.
///
/// ```no_run
/// # fn main() -> Result<(), sochdb_plugin_host::LoadError> {
/// # let loader = sochdb_plugin_host::DynamicPluginLoader::new_trusted();
/// # let library = unsafe { loader.load("/usr/local/lib/sochdb/plugins/index_tantivy.so")? };
/// use sochdb_plugin_host::InstanceOptions;
///
/// let options = InstanceOptions::new().data_dir("/var/lib/sochdb/indexes/articles").memory_budget(64 << 20);
/// let instance = library.instance_with("{}", &options)?;
/// println!("it takes {:?} bytes", instance.memory_used());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceOptions {
    data_dir: Option<PathBuf>,
    backup_dir: Option<PathBuf>,
    memory_budget: u64,
}

impl InstanceOptions {
    /// Makes options that give nothing: what [`PluginLibrary::instance`](crate::PluginLibrary::instance) has.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the instance a directory for its files. Its path is absolute and UTF-8. It is made, for its user alone, if it is
    /// missing, and its name is on the disk then; its parent is there. Two instances that live at a time need two.
    #[must_use]
    pub fn data_dir(self, path: impl Into<PathBuf>) -> Self {
        Self { data_dir: Some(path.into()), ..self }
    }

    /// Has `data_dir` copied while [`PluginManager::upgrade`](crate::PluginManager::upgrade) or
    /// [`PluginManager::hand_over`](crate::PluginManager::hand_over) makes another instance, which may write the files in a new
    /// format. If that one does not serve, the copy is put back before this one is made again, which finds all as it left
    /// it. Calls wait while the files are copied, at most for a quarter of the drain timeout; if that is too short, or there is
    /// no room, nothing is replaced.
    ///
    /// The path is absolute, outside of `data_dir`, and nothing is there; the directory above it is. If the process ends
    /// meanwhile, what it has of the copy stays there, and is `whole` if the other instance may have been made: put
    /// back what is in that directory, or move it away, before the next replacement.
    #[must_use]
    pub fn backup_dir(self, path: impl Into<PathBuf>) -> Self {
        Self { backup_dir: Some(path.into()), ..self }
    }

    /// Tells the instance to keep to so many bytes of memory; 0 stands for no limit. Nothing enforces it: plugins that know
    /// how obey, and [`PluginInstance::memory_used`](crate::PluginInstance::memory_used) says what they tell.
    #[must_use]
    pub fn memory_budget(self, bytes: u64) -> Self {
        Self { memory_budget: bytes, ..self }
    }

    pub(crate) fn has_data_dir(&self) -> bool {
        self.data_dir.is_some()
    }

    /// The bytes of memory to keep to, 0 for no limit.
    pub(crate) fn budget(&self) -> u64 {
        self.memory_budget
    }

    /// Makes the place of a copy of the directory; None if nobody wants one.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub(crate) fn begin_backup(&self) -> Result<Option<Backup>, String> {
        let paths = self.data_dir.as_ref().zip(self.backup_dir.as_ref());
        paths.map(|(of, at)| Backup::begin(of, at)).transpose()
    }

    /// The directory as the plugin gets it, empty if there is none.
    ///
    /// # Errors
    /// A path that is not absolute or not UTF-8; what is there and is no directory; what cannot be made; a copy that would
    /// have no place.
    pub(crate) fn make_data_dir(&self) -> Result<&str, (ErrorKind, String)> {
        if let Some(backup) = &self.backup_dir {
            let is_outside =
                self.data_dir.as_ref().is_some_and(|of| !backup.starts_with(of) && !of.starts_with(backup));
            if !is_outside || !backup.is_absolute() {
                let why = "give a `data_dir`, and an absolute path outside of it, such as /var/lib/sochdb/rows.before";
                return Err((ErrorKind::Invalid, format!("`backup_dir` {}: {why}", backup.display())));
            }
        }
        let Some(path) = &self.data_dir else { return Ok("") };
        let refuse = |kind: ErrorKind, why: String| (kind, format!("`data_dir` {}: {why}", path.display()));
        let text = path.to_str().filter(|_| path.is_absolute()).ok_or_else(|| {
            refuse(ErrorKind::Invalid, "the path must be absolute and UTF-8, such as /var/lib/sochdb/rows".into())
        })?;
        make(path).map_err(|error| {
            let why = format!("{error}: name a directory, or one to be made in a directory that is there");
            refuse(ErrorKind::Io, why)
        })?;
        Ok(text)
    }
}

fn make(path: &Path) -> io::Result<()> {
    match Own::make_private_directory(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => path.parent().map_or(Ok(()), sync_directory),
    }
}
