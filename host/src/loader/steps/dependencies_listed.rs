//! A library that a trust file names: found without a search, and copied, sealed and hashed as a plugin is.

use crate::base::digest::Digest;
use crate::elf::Facts;
use crate::files::directory_walk::{self, Walked};
use crate::files::exec_policy;
use crate::files::open_file::{Bounds, OpenFile};
use crate::files::owners::Owners;
use crate::files::plain_path::PlainPath;
use crate::files::sealed_file::SealedFile;
use crate::loader::steps::dependencies_search_path;
use crate::refusal::load_error::LoadError;
use crate::refusal::step::Step;
use crate::trust::file::TrustedDependency;
use crate::trust::policy::Demands;
use rustix::fd::AsFd;
use rustix::io::{retry_on_intr, Errno};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The most links from a library's name to its file: `libz.so.1` leads to `libz.so.1.2.13` in one.
const MOST_LINKS: usize = 4;

/// The bytes of a library, and what they say.
pub(crate) struct ListedLibrary {
    pub(crate) path: PathBuf,
    pub(crate) file: SealedFile,
    pub(crate) digest: Digest,
    pub(crate) facts: Facts,
    /// Where it wants its needs to be searched for; only a library of root's may want that.
    pub(crate) search: Vec<PathBuf>,
}

/// Copies the library that `listed` names, if its digest is right and not `revoked`, and it is as the plugin's policy
/// demands.
pub(crate) fn admit(
    listed: &TrustedDependency,
    demands: Demands,
    revoked: impl Fn(&Digest) -> bool,
) -> Result<ListedLibrary, LoadError> {
    let owners = Owners::of(demands);
    let path = listed.path();
    let (plain, _) = PlainPath::check(&path)?;
    let (walked, _) = directory_walk::check(&plain, owners, directory_walk::open_beneath)?;
    let name = behind_links(&walked, plain.file)?;
    let path = walked.path.join(&name);
    let file = OpenFile::open(&path, &walked, &name, Bounds::of_library(owners))?;
    let ((), _) = exec_policy::check(&path, &file, false)?;
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
    let of_root = match directory_walk::check(&plain, Owners::ROOT, directory_walk::open_beneath) {
        Err(short @ LoadError::Shortage { .. }) => return Err(short),
        walked => file.stat.st_uid == 0 && walked.is_ok(),
    };
    let search = if of_root { dependencies_search_path::directories(&facts, &walked.path)? } else { Vec::new() };
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
