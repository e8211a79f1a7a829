//! A library that a trust file names: found without a search, and copied, sealed and hashed as a plugin is.

use crate::base::digest::Digest;
use crate::elf::Facts;
use crate::files::backend::FileSystem;
use crate::loader::steps::dependencies_search_path;
use crate::refusal::refusals::Refusal;
use crate::system::backend::System;
use crate::system::{Files, Native, Sealed};
use crate::trust::file::TrustedDependency;
use crate::trust::policy::Demands;
use std::path::PathBuf;

/// The bytes of a library, and what they say.
pub(crate) struct ListedLibrary {
    pub(crate) path: PathBuf,
    pub(crate) file: Sealed,
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
) -> Result<ListedLibrary, Refusal> {
    let owners = Files::owners(demands);
    let path = listed.path();
    let (plain, _) = Files::path(&path)?;
    let (directory, _) = Files::directories(&plain, owners)?;
    let name = Files::behind_links(&directory, plain.file)?;
    let path = Files::path_of(&directory).join(&name);
    let file = Files::library(&path, &directory, &name, owners)?;
    let ((), _) = Native::exec_policy(&path, &file, false)?;
    let (sealed, _) = Native::seal(&path, &file)?;
    let (digest, facts) = {
        let bytes = Native::bytes(&sealed)?;
        (Digest::of(&bytes), Facts::read_as(&bytes, Native::FORMAT)?)
    };
    match listed.sha256 {
        Some(expected) if expected != digest => {
            let by = "the trust file";
            return Err(Refusal::DigestMismatch { path: path.as_path().into(), found: digest, by, expected });
        }
        _ if revoked(&digest) => return Err(Refusal::Revoked { digest, why: String::new() }),
        _ => {}
    }
    facts.check_library()?;
    let of_root = match Files::directories(&plain, Files::owners_of_the_system()) {
        Err(short @ Refusal::Shortage { .. }) => return Err(short),
        walked => Files::status(&file).owner == 0 && walked.is_ok(),
    };
    let search = match of_root {
        true => dependencies_search_path::directories(&facts, Files::path_of(&directory))?,
        false => Vec::new(),
    };
    if !of_root {
        facts.has_no_search_path()?;
    }
    Ok(ListedLibrary { path, file: sealed, digest, facts, search })
}
