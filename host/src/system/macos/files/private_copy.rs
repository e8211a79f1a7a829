//! The step `seal`, as far as macOS goes: a copy in a directory that is this user's alone. Other users cannot change it; the
//! user himself and root can, and so can whoever runs as one of them.

use crate::base::text::UntrustedText;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::posix::files::directory_walk::{self, Walked};
use crate::system::posix::files::open_file::{read_whole, Bounds, OpenFile};
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use crate::system::posix::files::plain_path;
use rustix::fd::AsFd;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// Directories are numbered, so that no path means two files.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A copy of a file, and its bytes as they were checked. It goes when this is dropped.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    bytes: Arc<[u8]>,
    directory: PathBuf,
    path: PathBuf,
}

impl PrivateCopy {
    /// Copies `file`, which must not change meanwhile.
    pub(crate) fn make(path: &Path, file: &OpenFile) -> Result<(Self, impl Words<Self>), Refusal> {
        let failed = |errno| Refusal::failed(Step::Seal, errno, |reason| Refusal::Copy { path: path.into(), reason });
        let bytes = file.unchanged(path, failed, || read_whole(file.fd.as_fd(), file.size))?;
        let home = std::env::temp_dir();
        let written = || {
            let directory = new_directory(&home)?;
            let copy =
                Self { bytes: bytes.into(), path: directory.join(path.file_name().unwrap_or_default()), directory };
            // Read and run by its user.
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o500).open(&copy.path)?;
            file.write_all(&copy.bytes)?;
            Ok(copy)
        };
        let unkept = |reason| Refusal::PrivateCopy { directory: home.as_path().into(), reason };
        let copy = written()
            .map_err(|error: io::Error| Refusal::failed(Step::Seal, error, |reason| unkept(reason.to_string())))?;
        copy.walked().map_err(|error| unkept(error.to_string()))?;
        let words = |copy: &Self| {
            let place = UntrustedText::from(copy.path.as_path());
            format!("{} bytes copied to {place}, which this user and root can change", copy.bytes.len())
        };
        Ok((copy, words))
    }

    /// The bytes that were read, in memory.
    pub(crate) fn bytes(&self) -> Arc<[u8]> {
        self.bytes.clone()
    }

    /// The directory of the copy, if only this user and root can change the way to it.
    fn walked(&self) -> Result<Walked, Refusal> {
        let (plain, _) = plain_path::check(&self.path)?;
        Ok(directory_walk::check(&plain, Owners::ROOT_AND_USER, Own::open)?.0)
    }

    /// The path of the copy, if it still has these bytes.
    ///
    /// # Errors
    /// [`Refusal::ProcIo`] if nobody can tell, or it has others.
    pub(crate) fn unchanged(&self) -> Result<PathBuf, Refusal> {
        let other = |reason: String| Refusal::ProcIo {
            what: "the comparison of the private copy".to_owned(),
            reason: io::Error::other(reason),
        };
        let read = || {
            let (walked, name) = (self.walked()?, self.path.file_name().unwrap_or_default());
            let bounds = Bounds::of_plugin(Owners::ROOT_AND_USER, u64::MAX);
            OpenFile::open(&self.path, &walked, name, bounds)?.text(&self.path)
        };
        match read() {
            Ok(bytes) if *bytes == *self.bytes => Ok(self.path.clone()),
            Ok(_) => Err(other("it has other bytes than those that were checked".to_owned())),
            Err(shortage @ Refusal::Shortage { .. }) => Err(shortage),
            Err(error) => Err(other(error.to_string())),
        }
    }

    /// Takes the copy away.
    pub(crate) fn remove(&self) {
        // What cannot be taken away is in nobody's way: no path is used twice.
        let _ = std::fs::remove_file(&self.path);
        let _ = std::fs::remove_dir(&self.directory);
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Makes a directory below `home` that is this user's alone.
fn new_directory(home: &Path) -> io::Result<PathBuf> {
    // The usual one is behind a link of the system's.
    let home = home.canonicalize()?;
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = home.join(format!("sochdb-plugin-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(directory),
            // One of another process that had this number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
