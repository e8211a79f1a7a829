//! The directory of an instance: a folder for each index that a build made, and a file that names the one that counts.

use sochdb_plugin_sdk::{Error, ErrorKind, Result};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file with the number of the folder that was flushed last.
const CURRENT: &str = "current";
const FOLDER: &str = "index-";

/// The files of one instance.
pub(crate) struct Files {
    directory: PathBuf,
    /// The folder that a build fills. Whoever removes folders has the lock.
    built: Mutex<Option<u64>>,
}

fn is_there<T>(result: io::Result<T>) -> Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => Ok(Some(result?)),
    }
}

impl Files {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), built: Mutex::default() }
    }

    pub(crate) fn folder(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{FOLDER}{number}"))
    }

    /// The folder that was flushed last; None if none was.
    pub(crate) fn current(&self) -> Result<Option<u64>> {
        let path = self.directory.join(CURRENT);
        let Some(text) = is_there(fs::read_to_string(&path))? else { return Ok(None) };
        let number = text.trim_end().parse();
        number.map(Some).map_err(|_| Error::corruption(format!("{} does not name a folder", path.display())))
    }

    /// Makes a folder the one that counts, in one step that lasts.
    pub(crate) fn set_current(&self, number: u64) -> Result<()> {
        let new = self.directory.join("current.new");
        let mut file = File::create(&new)?;
        writeln!(file, "{number}")?;
        file.sync_all()?;
        fs::rename(&new, self.directory.join(CURRENT))?;
        self.sync()
    }

    /// Makes an empty folder behind all others.
    pub(crate) fn make_folder(&self) -> Result<u64> {
        let number = self.folders()?.into_iter().max().unwrap_or(0) + 1;
        fs::create_dir(self.folder(number))?;
        self.sync()?;
        Ok(number)
    }

    /// Makes a folder for a build, which is the only one until [`Self::end_build`].
    pub(crate) fn begin_build(&self) -> Result<u64> {
        let mut built = self.built();
        if built.is_some() {
            let text = "a build is under way: there is memory for one at a time; finish it, or abandon it";
            return Err(Error::new(ErrorKind::Busy, text));
        }
        let number = self.make_folder()?;
        *built = Some(number);
        Ok(number)
    }

    /// Whether a build has a folder.
    pub(crate) fn is_building(&self) -> bool {
        self.built().is_some()
    }

    pub(crate) fn end_build(&self) {
        *self.built() = None;
    }

    fn built(&self) -> MutexGuard<'_, Option<u64>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn remove_folder(&self, number: u64) -> Result<()> {
        is_there(fs::remove_dir_all(self.folder(number))).map(drop)
    }

    /// Removes what a build or a process that ended left beside the folder that counts and the one that is filled.
    pub(crate) fn keep_only(&self, current: Option<u64>) -> Result<()> {
        let built = self.built();
        self.folders()?
            .into_iter()
            .filter(|number| Some(*number) != current && Some(*number) != *built)
            .try_for_each(|number| self.remove_folder(number))
    }

    /// Removes what says that there is anything: what is left after it counts for nothing.
    pub(crate) fn forget(&self) -> Result<()> {
        is_there(fs::remove_file(self.directory.join(CURRENT)))?;
        self.sync()
    }

    /// The bytes of all files. One that goes meanwhile has none.
    pub(crate) fn bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for number in self.folders()? {
            let Some(files) = is_there(fs::read_dir(self.folder(number)))? else { continue };
            for file in files {
                bytes += is_there(file.and_then(|file| file.metadata()))?.map_or(0, |file| file.len());
            }
        }
        Ok(bytes)
    }

    fn folders(&self) -> Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for file in fs::read_dir(&self.directory)? {
            let name = file?.file_name();
            numbers.extend(name.to_str().and_then(|name| name.strip_prefix(FOLDER)?.parse::<u64>().ok()));
        }
        Ok(numbers)
    }

    fn sync(&self) -> Result<()> {
        Ok(File::open(&self.directory)?.sync_all()?)
    }
}
