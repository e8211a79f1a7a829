//! Takes a plugin out of a lock file where there is no room to write another one.

use crate::output::failure::Failure;
use crate::store::locked_dir::{unchangeable, LockedDir};
use crate::store::package::read;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::trust::{places, Lock, Locked, MAX_SIZE};
use std::fs::OpenOptions;
use std::io::{Error, ErrorKind};

/// Writes spaces over the entry: the file keeps its length, and gets none of the room that a full disk does not have.
/// One write changes it; it is a comment less that a person could have written, or nothing.
///
/// # Errors
/// `full`, the reason for this, if the file is not as [`Lock::to_text`] writes it.
pub(crate) fn blank(held: &LockedDir, entry: &Locked, left: &Lock, full: &Error) -> Result<(), Failure> {
    let path = held.path.join(places::LOCK_FILE);
    let bytes = read(&path, MAX_SIZE as u64)?.unwrap_or_default();
    let alone = Lock::from(vec![entry.clone()]).to_text();
    let wanted = alone.split_once('\n').map_or("", |(_, entry)| entry).as_bytes();
    let at = bytes.windows(wanted.len().max(1)).position(|part| part == wanted);
    let at = at.ok_or_else(|| unchangeable(&path, full))?;
    let spaces: Vec<u8> = wanted.iter().map(|&byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    let mut blanked = bytes;
    blanked[at..at + spaces.len()].copy_from_slice(&spaces);
    if Lock::parse(&blanked).ok().as_ref() != Some(left) {
        return Err(unchangeable(&path, full));
    }
    let written = OpenOptions::new().write(true).open(&path).and_then(|file| {
        Native::write_at(&file, &spaces, at as u64)?;
        file.sync_all()
    });
    written.map_err(|error| unchangeable(&path, &error))
}

/// Whether the file system has no room, or lets this user have none.
pub(crate) fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
