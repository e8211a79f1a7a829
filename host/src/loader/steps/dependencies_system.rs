//! A library of the system, where its package manager puts it.

use crate::base::text::UntrustedText;
use crate::elf::Facts;
use crate::files::backend::FileSystem;
use crate::files::refused::refused;
use crate::loader::steps::dependencies_search_path;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::backend::System;
use crate::system::{Files, Native};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// A library that only root can change, so that its path means the same file to everybody.
pub(crate) struct SystemLibrary {
    /// Absolute, without symbolic links.
    pub(crate) path: PathBuf,
    /// The facts of its file, among them what it needs in turn.
    pub(crate) facts: Facts,
    /// Where it wants that to be searched for.
    pub(crate) search: Vec<PathBuf>,
}

impl SystemLibrary {
    /// The library `name` for this process's processor.
    pub(crate) fn find(name: &UntrustedText) -> Result<Self, Refusal> {
        let mut refusal = None;
        for place in Native::PLACES {
            // Its usual name is a link to the one with its version.
            let named = Path::new(place).join(name.as_os_str());
            let found = match real_path(&named) {
                Ok(None) => continue,
                Ok(Some(path)) => Self::at(&path).map_err(|error| (path, error)),
                Err(error) => Err((named, error)),
            };
            match found {
                Ok(library) => return Ok(library),
                Err((path, error)) => match Self::refusal(name, &path, error) {
                    short @ Refusal::Shortage { .. } => return Err(short),
                    other => refusal = refusal.or(Some(other)),
                },
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::DepMissing { name: name.clone(), places: Native::PLACES.join(", ") }))
    }

    fn refusal(name: &UntrustedText, path: &Path, error: Refusal) -> Refusal {
        let because = |reason, fix| Refusal::DepRefused { name: name.clone(), reason, fix };
        refused(Step::Dependencies, path, error, because)
    }

    /// The library `name` of one of these directories, in which another library wants it to be searched for; `None` if it
    /// is in none of them. Its name for itself must be this one, or the dynamic linker would search.
    pub(crate) fn beside(name: &UntrustedText, directories: &[PathBuf]) -> Option<Result<Self, Refusal>> {
        let named = directories.iter().map(|directory| directory.join(name.as_os_str()));
        let mut found = named.filter_map(|named| match real_path(&named) {
            Ok(path) => path.map(Ok),
            Err(error) => Some(Err((named, error))),
        });
        let path = match found.next()? {
            Ok(path) => path,
            Err((named, error)) => return Some(Err(Self::refusal(name, &named, error))),
        };
        let library = Self::at(&path).and_then(|library| {
            library.facts.check_library()?;
            Ok(library)
        });
        Some(match library {
            Ok(library) if library.facts.soname.as_ref() == Some(name) => Ok(library),
            Ok(library) => {
                let soname = library.facts.soname.unwrap_or_else(|| UntrustedText::from(&b""[..]));
                Err(Refusal::DepSoname { name: name.clone(), soname })
            }
            Err(error) => Err(Self::refusal(name, &path, error)),
        })
    }

    fn at(path: &Path) -> Result<Self, Refusal> {
        let (bytes, directory) = Files::read_library(path)?;
        let facts = Facts::read_as(&bytes, Native::FORMAT)?;
        facts.fits_this_machine()?;
        let search = dependencies_search_path::directories(&facts, &directory)?;
        Ok(Self { facts, search, path: path.to_owned() })
    }
}

/// The path without links of the file that a name leads to; `None` if there is none.
fn real_path(named: &Path) -> Result<Option<PathBuf>, Refusal> {
    let absent = |error: &Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    loop {
        return match named.canonicalize() {
            Ok(path) => Ok(Some(path)),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if absent(&error) => Ok(None),
            Err(reason) => {
                let path = UntrustedText::from(named);
                Err(Refusal::failed(Step::Dependencies, reason, |reason| Refusal::FileIo { path, reason }))
            }
        };
    }
}
