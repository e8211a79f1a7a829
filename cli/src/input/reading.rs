//! Reads the files and directories that a command is given: regular files of a bounded size, all within a time.

use crate::output::failure::Failure;
use crate::system::backend::{System, Unopened};
use crate::system::Native;
use sochdb_plugin_host::{Lack, UntrustedText};
use std::fs::{self, Metadata};
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

/// How long a file may take: a file system in user space or on the network may never answer.
const LIMIT: Duration = Duration::from_secs(30);

const BLOCK: usize = 1 << 16;

/// What is demanded of an open file.
pub(crate) type Vet = fn(&Path, &Metadata) -> Result<(), Failure>;

/// Whether the last part of a path may be a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Refuse,
}

/// The bytes of the regular file at `path`, at most `most`; None if there is none.
///
/// # Errors
/// What it is instead, how large, why it cannot be read, or that it did not answer.
pub(crate) fn read(path: &Path, most: u64, links: Links) -> Result<Option<Vec<u8>>, Failure> {
    read_vetted(path, most, links, |_, _| Ok(()))
}

/// As [`read`], if `vet` has nothing against the open file.
///
/// # Errors
/// As [`read`], and what `vet` says.
pub(crate) fn read_vetted(path: &Path, most: u64, links: Links, vet: Vet) -> Result<Option<Vec<u8>>, Failure> {
    let own = path.to_owned();
    within(path, move || read_here(&own, most, links, vet))
}

/// What is in `directory`.
///
/// # Errors
/// Why it cannot be listed, or that it did not answer.
pub(crate) fn list(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let own = directory.to_owned();
    within(directory, move || {
        let entries = fs::read_dir(&own).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|error| Failure::unreadable(&own, &error))?;
        Ok(entries.into_iter().map(|entry| entry.path()).collect())
    })
}

/// What `work` makes of the file or directory at `path`.
///
/// # Errors
/// What it says, or that there was no answer in time.
pub(crate) fn within<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    timed(path, LIMIT, work)?.unwrap_or_else(|| {
        let reason =
            format!("{} did not answer within {LIMIT:?}: its file system is slow or dead", UntrustedText::from(path));
        Err(Failure::new("E_READ_TIMEOUT", reason))
    })
}

/// What `work` makes of `path`; `None` if that takes longer than `limit`.
///
/// # Errors
/// There is no thread for it.
pub(crate) fn timed<T: Send + 'static>(
    path: &Path,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Failure> {
    let (answer, answered) = channel();
    let work = move || {
        // Nobody waits for what comes too late; the end of the command ends this thread.
        let _ = answer.send(work());
    };
    Builder::new().spawn(work).map_err(|error| short(path, Lack::Processes, &error))?;
    Ok(answered.recv_timeout(limit).ok())
}

fn read_here(path: &Path, most: u64, links: Links, vet: Vet) -> Result<Option<Vec<u8>>, Failure> {
    let name = UntrustedText::from(path);
    let mut file = match Native::open(path, links == Links::Follow) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(None),
        Err(Unopened::Link) => {
            let reason = format!("{name} is a symbolic link: give the path that `realpath` prints for it");
            return Err(Failure::new("E_FILE_SYMLINK", reason));
        }
        Err(Unopened::NotRegular) => return Err(not_regular(&name)),
        Err(Unopened::Failed(error)) => return Err(Failure::unreadable(path, &error)),
    };
    let cannot = |error: Error| Failure::unreadable(path, &error);
    let metadata = file.metadata().map_err(cannot)?;
    vet(path, &metadata)?;
    if !metadata.is_file() {
        return Err(not_regular(&name));
    }
    let (mut bytes, mut block) = (Vec::new(), [0; BLOCK]);
    loop {
        let len = match file.read(&mut block) {
            Ok(0) => return Ok(Some(bytes)),
            Ok(len) => len,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(cannot(error)),
        };
        if bytes.len() as u64 + len as u64 > most {
            return Err(Failure::new("E_FILE_TOO_LARGE", format!("{name} has more than {most} bytes")));
        }
        let grown = bytes.try_reserve(len);
        grown.map_err(|_| short(path, Lack::Memory, &ErrorKind::OutOfMemory.into()))?;
        bytes.extend_from_slice(&block[..len]);
    }
}

fn not_regular(name: &UntrustedText) -> Failure {
    Failure::new("E_FILE_NOT_REGULAR", format!("{name} is not a regular file: give the path of a file on disk"))
}

fn short(path: &Path, lack: Lack, error: &Error) -> Failure {
    let reason = format!("too little to read {}: {lack} ({error})", UntrustedText::from(path));
    Failure::new("E_SHORTAGE", reason).with_remedy(lack.remedy().to_owned())
}
