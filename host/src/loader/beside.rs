//! Small texts that decide on plugins: trust files, lock files, manifests and their signatures.

use super::file::{Bounds, OpenFile};
use super::lexical::PlainPath;
use super::owners::Owners;
use super::walk::{self, Walked};
use super::LoadError;
use std::ffi::OsStr;
use std::path::Path;

/// No text that decides on plugins is larger, in bytes.
const MOST: u64 = 1 << 20;

/// Reads `name` in an open directory; `None` if there is none. Who may write it is checked as for a plugin.
pub(super) fn read(walked: &Walked, name: &OsStr, owners: Owners) -> Result<Option<Vec<u8>>, LoadError> {
    let path = walked.path.join(name);
    match OpenFile::open(&path, walked, name, Bounds { owners, least: 0, most: MOST }) {
        Err(LoadError::FileNotFound { .. }) => Ok(None),
        opened => opened?.text(&path).map(Some),
    }
}

/// Reads the text at an absolute path; `None` if there is none. The way to it is checked as for a plugin.
pub(super) fn read_at(path: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    let owners = Owners::ROOT_AND_USER;
    let (plain, _) = PlainPath::check(path)?;
    match walk::check(&plain, owners, walk::open_beneath) {
        Err(LoadError::DirNotFound { .. }) => Ok(None),
        walked => read(&walked?.0, plain.file, owners),
    }
}

/// What was found and what to do, for the refusal that names the text instead of the plugin.
pub(super) fn reason_and_fix(path: &Path, error: &LoadError) -> (String, String) {
    let fix = match error {
        LoadError::TooLarge { limit, .. } => {
            format!("a text of more than {limit} bytes is none that decides on plugins")
        }
        LoadError::FileNotFound { .. } => format!("check the path {}", super::Text::from(path)),
        error => error.remedy(),
    };
    (error.to_string(), fix)
}
