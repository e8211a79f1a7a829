//! Small texts that decide on plugins: trust files, lock files, manifests and their signatures.

use crate::base::text::UntrustedText;
use crate::files::directory_walk::{self, Walked};
use crate::files::headroom;
use crate::files::open_file::{self, Bounds, OpenFile};
use crate::files::owners::Owners;
use crate::files::plain_path::PlainPath;
use crate::files::stamp::{ReadStamp, Stamp};
use crate::refusal::load_error::LoadError;
use crate::refusal::step::Step;
use rustix::fs::{AtFlags, Mode};
use std::ffi::OsStr;
use std::path::Path;
use std::time::SystemTime;

/// No text that decides on plugins is larger, in bytes.
const MOST: u64 = 1 << 20;

/// Bytes of memory for each byte of a text while it is read, at the most: what a parser knows of each sign.
const PARSED: u64 = 256;

/// The bytes of such a text, and how its file looked.
pub(crate) struct Beside {
    pub(crate) bytes: Vec<u8>,
    pub(crate) stamp: ReadStamp,
}

fn bounds(owners: Owners) -> Bounds {
    Bounds { owners, least: 0, most: MOST }
}

/// Reads `name` in an open directory, which is at `path`; `None` if there is none. Who may write it is checked as for a
/// plugin.
pub(crate) fn read(path: &Path, walked: &Walked, name: &OsStr, owners: Owners) -> Result<Option<Beside>, LoadError> {
    let before = SystemTime::now();
    match OpenFile::open(path, walked, name, bounds(owners)) {
        Err(LoadError::FileNotFound { .. }) => Ok(None),
        opened => {
            let file = opened?;
            headroom::make_sure(Step::File, file.size.saturating_mul(PARSED))?;
            let bytes = file.text(path)?;
            Ok(Some(Beside { bytes, stamp: Stamp::of(&file.stat).read_after(before) }))
        }
    }
}

/// Whether `name` in an open directory still is the file that was read when it had this stamp, for these owners too.
pub(crate) fn is_unchanged(path: &Path, walked: &Walked, name: &OsStr, owners: Owners, read: &ReadStamp) -> bool {
    let stat = rustix::fs::statat(&walked.directory, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.is_ok_and(|stat| read.holds_for(&Stamp::of(&stat)) && open_file::vet(path, &stat, bounds(owners)).is_ok())
}

/// Whether the file at an absolute path still is the one that was read when it had this stamp. The way to it does not
/// matter: the file is the same one, and nothing of it has changed.
pub(crate) fn is_unchanged_at(path: &Path, read: &ReadStamp) -> bool {
    rustix::fs::lstat(path).is_ok_and(|stat| read.holds_for(&Stamp::of(&stat)))
}

/// Reads the text at an absolute path; `None` if there is none. The way to it is checked as for a plugin.
pub(crate) fn read_at(path: &Path) -> Result<Option<Beside>, LoadError> {
    let owners = Owners::ROOT_AND_USER;
    let (plain, _) = PlainPath::check(path)?;
    match directory_walk::check(&plain, owners, directory_walk::open_beneath) {
        Err(LoadError::DirNotFound { .. }) => Ok(None),
        walked => read(path, &walked?.0, plain.file, owners),
    }
}

/// The refusal at `step` that names the file instead of the plugin, made by `refusal` of what was found and what to do. A
/// shortage stays one: it is not the file's.
pub(crate) fn refused(
    step: Step,
    path: &Path,
    error: LoadError,
    refusal: impl FnOnce(String, String) -> LoadError,
) -> LoadError {
    match error {
        LoadError::Shortage { lack, reason, .. } => LoadError::Shortage { step, lack, reason },
        error => refusal(error.to_string(), fix(path, &error)),
    }
}

/// The remedy for a file that is no plugin, so nobody installs, strips or builds it: a text, or a library that a plugin
/// needs.
fn fix(path: &Path, error: &LoadError) -> String {
    let path = UntrustedText::from(path);
    match error {
        LoadError::FileNotFound { .. } => format!("check the path {path}"),
        LoadError::FileSymlink { .. } => format!("put the file itself in place of the link {path}"),
        LoadError::NotRegular { kind, .. } => format!("move the {kind} {path} away, and put a file there"),
        LoadError::FileOwner { suggested_owner, .. } => {
            format!("make sure where it comes from, then chown {suggested_owner} {path}")
        }
        LoadError::FileWritable { .. } => format!("make sure that nobody else changed it, then chmod go-w {path}"),
        LoadError::TooLarge { limit, .. } => {
            format!("make sure that it is the right file: none of more than {limit} bytes is read")
        }
        LoadError::FileReplaced { .. } | LoadError::FileChanged { .. } => "try again when nobody writes it".to_owned(),
        LoadError::DirOwner { directory, suggested_owner, .. } => {
            format!(
                "chown {suggested_owner} {directory}, or keep the file where only root or user {suggested_owner} can change any directory"
            )
        }
        LoadError::DirWritable { directory, mode, .. } if Mode::from_raw_mode(*mode).contains(Mode::SVTX) => {
            format!("keep the file outside of {directory}, in a directory that only root or you can change")
        }
        LoadError::DirWritable { directory, .. } => {
            format!("make sure that nobody else changed what is in it, then chmod go-w {directory}")
        }
        LoadError::DirSymlink { directory } => format!(
            "put a directory in place of the link {directory}, or name the file by a path without links (the path of a \
             user's trust file begins with XDG_CONFIG_HOME, or HOME)"
        ),
        LoadError::PathTooLong { .. } => "move the file to a shorter path".to_owned(),
        LoadError::PathPseudo { .. } => "copy the file to a directory on disk".to_owned(),
        error if error.step() == Step::Path => {
            "name the file by its absolute path, without `.`, `..`, `//` and `$`".to_owned()
        }
        error => error.remedy(),
    }
}
