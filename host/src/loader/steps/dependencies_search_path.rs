//! Where a library of the system wants its needs to be searched for: in directories that only root can change, as the
//! dynamic linker would go there whenever that library opens another one.

use crate::elf::Facts;
use crate::files::backend::FileSystem;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::refusal::refusals::Refusal;
use crate::system::Files;
use std::path::{Component, Path, PathBuf};

/// Stands for the directory that the library is in.
const ORIGIN: [&[u8]; 2] = [b"$ORIGIN", b"${ORIGIN}"];

/// The directories of its search path that exist, in their order. `directory` is the one that the library is in; absolute,
/// without symbolic links.
///
/// # Errors
/// One of them can be changed, or made, by others than root, or has no plain name.
pub(crate) fn directories(facts: &Facts, directory: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let Some(path) = &facts.search_path else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in path.as_bytes().split(|byte| *byte == b':') {
        let searched = plain(entry, directory)
            .ok_or(Refusal::from(crate::refusal::elf_error::ElfError::Rpath { path: path.clone() }))?;
        // The file's name is not looked at.
        let any = searched.join("any");
        match reached(&any) {
            Ok(()) => found.push(searched),
            // Those above it are root's, so nobody else can make it.
            Err(Refusal::DirNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Whether only the system's owners can change the way to a file.
fn reached(file: &Path) -> Result<(), Refusal> {
    let (plain, _) = Files::path(file)?;
    Files::directories(&plain, Files::owners_of_the_system()).map(|_| ())
}

/// An entry without `$ORIGIN` and `..`; `None` if it does not begin at the root.
fn plain(entry: &[u8], directory: &Path) -> Option<PathBuf> {
    let behind = ORIGIN.iter().find_map(|origin| entry.strip_prefix(*origin));
    let whole = match behind {
        Some(rest) if rest.is_empty() || rest.starts_with(b"/") => {
            directory.join(Own::name(rest.strip_prefix(b"/").unwrap_or(rest)))
        }
        _ => PathBuf::from(Own::name(entry)),
    };
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::RootDir => plain.push("/"),
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            // The walk refuses symbolic links, so what is above is what the name says.
            Component::ParentDir => drop(plain.pop()),
            Component::Prefix(_) => return None,
        }
    }
    plain.is_absolute().then_some(plain)
}
