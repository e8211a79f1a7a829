//! A library that a trust file names: found without a search, and copied, sealed and hashed as a plugin is.

use super::file::{Bounds, OpenFile};
use super::lexical::PlainPath;
use super::owners::Owners;
use super::walk::{self, Walked};
use super::{exec_policy, search_path, Digest, LoadError, SealedFile, Step};
use crate::elf::Facts;
use crate::trust::{Demands, TrustedDependency};
use rustix::fd::AsFd;
use rustix::io::{retry_on_intr, Errno};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The most links from a library's name to its file: `libz.so.1` leads to `libz.so.1.2.13` in one.
const MOST_LINKS: usize = 4;

/// The bytes of a library, and what they say.
pub(super) struct ListedLibrary {
    pub(super) path: PathBuf,
    pub(super) file: SealedFile,
    pub(super) digest: Digest,
    pub(super) facts: Facts,
    /// Where it wants its needs to be searched for; only a library of root's may want that.
    pub(super) search: Vec<PathBuf>,
}

/// Copies the library that `listed` names, if its digest is right and not `revoked`, and it is as the plugin's policy
/// demands.
pub(super) fn admit(
    listed: &TrustedDependency,
    demands: Demands,
    revoked: impl Fn(&Digest) -> bool,
) -> Result<ListedLibrary, LoadError> {
    let owners = Owners::of(demands);
    let path = listed.path();
    let (plain, _) = PlainPath::check(&path)?;
    let (walked, _) = walk::check(&plain, owners, walk::open_beneath)?;
    let name = behind_links(&walked, plain.file)?;
    let path = walked.path.join(&name);
    let file = OpenFile::open(&path, &walked, &name, Bounds::of_library(owners))?;
    exec_policy::check(&path, &file, false)?;
    let (sealed, _) = SealedFile::copy(&path, &file)?;
    let (digest, facts) = {
        let bytes = sealed.map()?;
        (Digest::of(&bytes), Facts::read(&bytes)?)
    };
    match listed.sha256 {
        Some(expected) if expected != digest => {
            let by = "the trust file";
            return Err(LoadError::DigestMismatch { path: path.as_path().into(), found: digest, by, expected });
        }
        _ if revoked(&digest) => return Err(LoadError::Revoked { digest, why: String::new() }),
        _ => {}
    }
    facts.check_library()?;
    let of_root = match walk::check(&plain, Owners::ROOT, walk::open_beneath) {
        Err(short @ LoadError::Shortage { .. }) => return Err(short),
        walked => file.stat.st_uid == 0 && walked.is_ok(),
    };
    let search = if of_root { search_path::directories(&facts, &walked.path)? } else { Vec::new() };
    if !of_root {
        facts.has_no_search_path()?;
    }
    Ok(ListedLibrary { path, file: sealed, digest, facts, search })
}

/// The name to which links inside the directory lead. Only who can write the directory can turn one.
fn behind_links(walked: &Walked, name: &OsStr) -> Result<OsString, LoadError> {
    let mut name = name.to_owned();
    for _ in 0..MOST_LINKS {
        match target(walked, &name) {
            Ok(Some(next)) => name = next,
            // The opening says what is wrong, if anything is: the first of these is no link.
            Ok(None) | Err(Errno::INVAL | Errno::NOENT) => break,
            Err(errno) => {
                let path = walked.path.join(&name);
                return Err(LoadError::failed(Step::Dependencies, errno, |reason| LoadError::FileIo {
                    path: path.as_path().into(),
                    reason,
                }));
            }
        }
    }
    Ok(name)
}

/// The name that a link leads to, if it is one in the same directory.
fn target(walked: &Walked, name: &OsStr) -> Result<Option<OsString>, Errno> {
    let link = retry_on_intr(|| rustix::fs::readlinkat(walked.directory.as_fd(), name, Vec::new()))?;
    let target = OsString::from_vec(link.into_bytes());
    let plain = Path::new(&target).file_name() == Some(&target) && !target.as_bytes().contains(&b'/');
    Ok(plain.then_some(target))
}
