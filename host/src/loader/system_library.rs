//! A library of the system, where its package manager puts it.

use super::beside::reason_and_fix;
use super::file::{Bounds, OpenFile};
use super::lexical::PlainPath;
use super::owners::Owners;
use super::{walk, LoadError, Text};
use crate::elf::Facts;
use std::path::{Path, PathBuf};

/// Where systems with glibc keep libraries: Debian's multiarch directories, those of others, those of old ones.
#[cfg(target_arch = "x86_64")]
const PLACES: [&str; 4] = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
#[cfg(target_arch = "aarch64")]
const PLACES: [&str; 4] = ["/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const PLACES: [&str; 3] = ["/usr/lib", "/usr/lib64", "/lib"];

/// A library that only root can change, so that its path means the same file to everybody.
pub(super) struct SystemLibrary {
    /// Absolute, without symbolic links.
    pub(super) path: PathBuf,
    /// What it needs in turn.
    pub(super) needed: Vec<Text>,
}

impl SystemLibrary {
    /// The library `name` for this process's processor.
    pub(super) fn find(name: &Text) -> Result<Self, LoadError> {
        let mut refusal = None;
        for place in PLACES {
            // Its usual name is a link to the one with its version.
            let Ok(path) = Path::new(place).join(name.as_os_str()).canonicalize() else { continue };
            match Self::at(&path) {
                Ok(library) => return Ok(library),
                Err(error) => refusal = refusal.or(Some(reason_and_fix(&path, &error))),
            }
        }
        Err(match refusal {
            None => LoadError::DepMissing { name: name.clone(), places: PLACES.join(", ") },
            Some((reason, fix)) => LoadError::DepRefused { name: name.clone(), reason, fix },
        })
    }

    fn at(path: &Path) -> Result<Self, LoadError> {
        let owners = Owners::ROOT;
        let (plain, _) = PlainPath::check(path)?;
        let (walked, _) = walk::check(&plain, owners, walk::open_beneath)?;
        let file = OpenFile::open(path, &walked, plain.file, Bounds::of_library(owners))?;
        let facts = Facts::read(&file.text(path)?)?;
        facts.fits_this_machine()?;
        Ok(Self { needed: facts.needed, path: path.to_owned() })
    }
}
