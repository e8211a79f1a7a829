//! A copy of an instance's directory, kept while another instance that takes its place opens that.

use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// So many bytes of a file are copied before somebody looks at the clock.
const PART: u64 = 64 << 20;

/// The copy, in its place, and what it is called until all of it is on the disk.
const WHOLE: &str = "whole";
const UNFINISHED: &str = "unfinished";

/// A directory, and the place of its copy, which goes when this does.
pub(crate) struct Backup {
    of: PathBuf,
    at: PathBuf,
}

impl Backup {
    /// Makes the place of the copy, for its user alone.
    ///
    /// # Errors
    /// What the system says, such as that something is there, with what to do.
    pub(crate) fn begin(of: &Path, at: &Path) -> Result<Self, String> {
        Own::make_private_directory(at).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    "what is there may be the copy of an earlier replacement that did not end: move it away".to_owned()
                }
                _ => format!("{error}: name one to be made in a directory that is there"),
            };
            format!("`backup_dir` {}: {why}", at.display())
        })?;
        let made = Self { of: of.to_owned(), at: at.to_owned() };
        let synced = at.parent().map_or(Ok(()), sync_directory);
        synced.map_err(|error| format!("`backup_dir` {}: {error}", at.display()))?;
        Ok(made)
    }

    /// Copies the directory, which nobody uses, and has the copy on the disk.
    ///
    /// # Errors
    /// What the system says; that it is not done by `deadline`.
    pub(crate) fn fill(&self, deadline: Instant) -> Result<(), String> {
        let unfinished = self.at.join(UNFINISHED);
        fs::create_dir(&unfinished)
            .and_then(|()| copy(&self.of, &unfinished, Some(deadline)))
            .and_then(|()| fs::rename(&unfinished, self.at.join(WHOLE)))
            .and_then(|()| sync_directory(&self.at))
            .map_err(|error| format!("{} cannot be copied to `backup_dir`: {error}", self.of.display()))
    }

    /// Puts the copy in the place of what is in the directory, and has that on the disk.
    ///
    /// # Errors
    /// What the system says: the copy stays, and is whole.
    pub(crate) fn put_back(&self) -> Result<(), String> {
        empty(&self.of)
            .and_then(|()| copy(&self.at.join(WHOLE), &self.of, None))
            .map_err(|error| format!("the copy of {} cannot be put back: {error}", self.of.display()))
    }

    /// Leaves the copy where it is, and says where.
    pub(crate) fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.at).join(WHOLE)
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if self.at.as_os_str().is_empty() {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.at) {
            let path = self.at.display();
            tracing::warn!(target: "sochdb_plugin", %path, %error, "the copy of a directory stays");
        }
    }
}

fn empty(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(path)?,
            false => fs::remove_file(path)?,
        }
    }
    Ok(())
}

/// Copies what is in a directory to another one, which is there.
fn copy(from: &Path, to: &Path, deadline: Option<Instant>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, path, copied) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&copied)?;
            copy(&path, &copied, deadline)?;
            fs::set_permissions(&copied, entry.metadata()?.permissions())?;
        } else if kind.is_file() {
            copy_file(&path, &copied, deadline)?;
        } else {
            return Err(io::Error::other(format!("{} is neither a file nor a directory", path.display())));
        }
    }
    sync_directory(to)
}

fn copy_file(from: &Path, to: &Path, deadline: Option<Instant>) -> io::Result<()> {
    let from = File::open(from)?;
    let mut to = OpenOptions::new().write(true).create_new(true).open(to)?;
    loop {
        let copied = io::copy(&mut (&from).take(PART), &mut to)?;
        if deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it takes longer than the calls may wait"));
        }
        if copied < PART {
            break;
        }
    }
    to.set_permissions(from.metadata()?.permissions())?;
    to.sync_all()
}

/// Has the names in a directory on the disk.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    // Who may make a file in a directory need not be allowed to read that.
    let Ok(directory) = File::open(path) else { return Ok(()) };
    match directory.sync_all() {
        // A file system that has no such thing.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}
