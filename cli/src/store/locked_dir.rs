//! A directory that one process at a time changes, each change whole or not at all.

use crate::input::reading::{list, timed, within};
use crate::output::failure::Failure;
use crate::output::tell;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::UntrustedText;
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the names of files and directories begin that exist only while something is changed. What has such a name
/// while the directory is held was left by a process that was killed.
pub(crate) const UNFINISHED: &str = ".sochdb-install-";

/// How long another process may hold it. An installation takes about a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often a directory is made that others delete at the same time.
const ATTEMPTS: usize = 100;

type Held = <Native as System>::Held;

/// A directory that no other process changes which holds it in the same way.
pub(crate) struct LockedDir {
    pub(crate) path: PathBuf,
    handle: Held,
    /// What was made of the path, from the outermost on.
    made: Vec<PathBuf>,
}

impl LockedDir {
    /// Waits until nobody holds `path`; makes what is missing of it, writable by its owner alone.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        for _ in 0..ATTEMPTS {
            match Self::attempt(path)? {
                Ok(Some(held)) => return Ok(held),
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(unchangeable(path, &error)),
            }
        }
        let reason = format!("the directory {} is deleted again and again while it is made", UntrustedText::from(path));
        Err(Failure::new("E_FILE_IO", reason))
    }

    /// None if somebody deleted the directory meanwhile; the system's reason, if there is one.
    fn attempt(path: &Path) -> Result<Result<Option<Self>, Error>, Failure> {
        let own = path.to_owned();
        let (made, handle, free) = match within(path, move || Ok(begin(&own)))? {
            Ok(begun) => begun,
            Err(error) => return Ok(Err(error)),
        };
        let handle = if free { Ok(handle) } else { wait(path, handle)? };
        let own = path.to_owned();
        within(path, move || {
            Ok(handle.and_then(|handle| {
                let same = Native::is_there(&handle, &own)?;
                Ok(same.then_some(Self { path: own, handle, made }))
            }))
        })
    }

    /// Deletes what killed processes left.
    pub(crate) fn clean(&self) {
        for path in list(&self.path).unwrap_or_default() {
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())) {
                // Neither follows a link. What stays is in nobody's way.
                let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
            }
        }
    }

    /// Writes `name`, which has its old or its new content at any time.
    pub(crate) fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), Failure> {
        self.try_write(name, bytes, mode).map_err(|error| unchangeable(&self.path.join(name), &error))
    }

    /// As [`LockedDir::write`], with the system's reason.
    pub(crate) fn try_write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), Error> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)?;
        write_whole(file.as_file_mut(), bytes, mode)?;
        // Closed before it has its name: a loader does not read what is open for writing.
        file.into_temp_path().persist(self.path.join(name))?;
        Native::sync(&self.handle)
    }

    /// Moves the file at `from`, which is on disk as a whole, to `name`.
    pub(crate) fn take(&self, from: &Path, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::rename(from, &path).map_err(|error| unchangeable(&path, &error))?;
        self.sync()
    }

    /// Deletes the file `name`, if it exists.
    pub(crate) fn delete(&self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unchangeable(&path, &error)),
            _ => self.sync(),
        }
    }

    /// Deletes the directories that were made, as far as they are empty.
    pub(crate) fn undo(self) {
        for made in self.made.iter().rev() {
            if fs::remove_dir(made).is_err() {
                return;
            }
        }
    }

    fn sync(&self) -> Result<(), Failure> {
        Native::sync(&self.handle).map_err(|error| unchangeable(&self.path, &error))
    }
}

/// Fills an empty file, so that all of it is on disk.
pub(crate) fn write_whole(file: &mut File, bytes: &[u8], mode: u32) -> Result<(), Error> {
    file.write_all(bytes)?;
    // The umask has no word here.
    Native::set_mode(file, mode)?;
    file.sync_all()
}

/// A file that cannot be changed.
pub(crate) fn unchangeable(path: &Path, error: &Error) -> Failure {
    let shown = UntrustedText::from(path);
    let denied = error.kind() == ErrorKind::PermissionDenied;
    let code = if denied { "E_FILE_DENIED" } else { "E_FILE_IO" };
    let failure = Failure::new(code, format!("cannot change {shown}: {error}"));
    if !denied {
        return failure;
    }
    failure.with_remedy(format!(
        "run the command as a user who may change {shown}, for files of the machine root (sudo); or choose a place that \
         you may change: your own, which is taken without --system, --directory and --trust"
    ))
}

/// What was made of the directory at `path`, the directory, and whether nobody else held it.
fn begin(path: &Path) -> Result<(Vec<PathBuf>, Held, bool), Error> {
    let made = make(path)?;
    let mut handle = Native::directory(path)?;
    let free = Native::try_hold(&mut handle)?;
    Ok((made, handle, free))
}

/// Waits until nobody else holds the directory.
fn wait(path: &Path, mut handle: Held) -> Result<Result<Held, Error>, Failure> {
    tell(&format!("waiting for another process that changes {}", UntrustedText::from(path)));
    let hold = move || Native::hold(&mut handle).map(|()| handle);
    timed(path, PATIENCE, hold)?.ok_or_else(|| {
        let reason = format!("another process holds {} for longer than {PATIENCE:?}", UntrustedText::from(path));
        Failure::new("E_HELD", reason)
    })
}

/// Makes a directory, with those above it that are missing, such that only its owner can change any of them, whatever the umask is.
/// Returns those that are new.
///
/// # Errors
/// Those of the system.
pub(crate) fn make(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut ancestors: Vec<&Path> = path.ancestors().collect();
    ancestors.reverse();
    let mut made = Vec::new();
    for directory in ancestors {
        if fs::metadata(directory).is_ok_and(|found| found.is_dir()) {
            continue;
        }
        match Native::make_directory(directory) {
            Ok(()) => made.push(directory.to_owned()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}
