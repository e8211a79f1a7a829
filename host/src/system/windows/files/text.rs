//! Small texts that decide on plugins: trust files, lock files, manifests and their signatures.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::windows::files::held_file::{Bounds, HeldFile};
use crate::system::windows::files::owners::Owners;
use crate::system::windows::files::{directory, plain_path};
use std::path::Path;

/// No text that decides on plugins is larger, in bytes.
const MOST: u64 = 1 << 20;

/// Reads the text at `path`, in a directory that is held; `None` if there is none. Who may write it is checked as for a plugin.
pub(crate) fn read(path: &Path, owners: Owners) -> Result<Option<(Vec<u8>, ())>, Refusal> {
    match HeldFile::open(path, Bounds { owners, least: 0, most: MOST }) {
        Err(Refusal::FileNotFound { .. }) => Ok(None),
        opened => Ok(Some((opened?.read(path, Step::File)?, ()))),
    }
}

/// The same at an absolute path, whose directories are checked too.
pub(crate) fn read_at(path: &Path) -> Result<Option<(Vec<u8>, ())>, Refusal> {
    let owners = Owners::SYSTEM_AND_USER;
    let (plain, _) = plain_path::check(path)?;
    match directory::check(&plain, owners) {
        Err(Refusal::DirNotFound { .. }) => Ok(None),
        held => {
            let _held = held?;
            read(path, owners)
        }
    }
}
