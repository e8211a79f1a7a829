//! Small texts that decide on plugins: trust files, lock files, manifests and their signatures.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::posix::files::directory_walk::{self, Walked};
use crate::system::posix::files::open_file::{self, Bounds, OpenFile};
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use crate::system::posix::files::stamp::{ReadStamp, Stamp};
use crate::system::posix::files::{memory, plain_path};
use rustix::fs::AtFlags;
use std::ffi::OsStr;
use std::path::Path;
use std::time::SystemTime;

/// No text that decides on plugins is larger, in bytes.
const MOST: u64 = 1 << 20;

/// Bytes of memory for each byte of a text while it is read, at the most: what a parser knows of each sign.
const PARSED: u64 = 256;

fn bounds(owners: Owners) -> Bounds {
    Bounds { owners, least: 0, most: MOST }
}

/// Reads `name` in an open directory, which is at `path`; `None` if there is none. Who may write it is checked as for a
/// plugin.
pub(crate) fn read(
    path: &Path,
    walked: &Walked,
    name: &OsStr,
    owners: Owners,
) -> Result<Option<(Vec<u8>, ReadStamp)>, Refusal> {
    let before = SystemTime::now();
    match OpenFile::open(path, walked, name, bounds(owners)) {
        Err(Refusal::FileNotFound { .. }) => Ok(None),
        opened => {
            let file = opened?;
            memory::make_sure(Step::File, file.size.saturating_mul(PARSED))?;
            let bytes = file.text(path)?;
            Ok(Some((bytes, Stamp::of(&file.stat).read_after(before))))
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
pub(crate) fn read_at(path: &Path) -> Result<Option<(Vec<u8>, ReadStamp)>, Refusal> {
    let owners = Owners::ROOT_AND_USER;
    let (plain, _) = plain_path::check(path)?;
    match directory_walk::check(&plain, owners, Own::open) {
        Err(Refusal::DirNotFound { .. }) => Ok(None),
        walked => read(path, &walked?.0, plain.file, owners),
    }
}
