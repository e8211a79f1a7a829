//! A file or directory that is not there, and what is there of its path.

use crate::input::reading;
use crate::input::similar::distance;
use crate::output::failure::Failure;
use sochdb_plugin_host::trust::places;
use sochdb_plugin_host::{LoadError, Refusal, UntrustedText};
use std::fs;
use std::path::{Path, PathBuf};

/// The failure of who was given the path of a file that is not there.
pub(crate) fn not_found(file: &Path) -> Failure {
    told(file, Failure::new("E_FILE_NOT_FOUND", format!("the file {} does not exist", UntrustedText::from(file))))
}

/// The failure of who was given the path of a directory that is not there.
pub(crate) fn no_directory(directory: &Path) -> Failure {
    told(
        directory,
        Failure::new("E_DIR_NOT_FOUND", format!("the directory {} does not exist", UntrustedText::from(directory))),
    )
}

fn told(path: &Path, failure: Failure) -> Failure {
    match absent(path) {
        Some(remedy) => failure.with_remedy(remedy),
        None => failure,
    }
}

/// What to do about a refusal of the loader: of a path that is not there, what is there of it.
pub(crate) fn remedy(error: &LoadError, path: &Path) -> String {
    match error.refusal() {
        Refusal::FileNotFound { .. } | Refusal::DirNotFound { .. } | Refusal::NotADirectory { .. } => {
            // Who named the directory knows nothing of the file in it.
            let named = if path.ends_with(places::LOCK_FILE) { path.parent().unwrap_or(path) } else { path };
            absent(named).unwrap_or_else(|| error.remedy())
        }
        _ => error.remedy(),
    }
}

/// What to do about `path`, which is not there; nothing if it is, or if nobody can tell.
pub(crate) fn absent(path: &Path) -> Option<String> {
    let own = path.to_owned();
    let (above, wrong, is_there) = reading::within(path, move || Ok(last_directory(&own))).ok()??;
    if is_there {
        return Some(format!("check the path: {} is no directory", UntrustedText::from(&*wrong)));
    }
    let shown = UntrustedText::from(&*above);
    let name = wrong.file_name()?.to_string_lossy().into_owned();
    // The names of a directory that may not be read are not known.
    let names = reading::list(&above).unwrap_or_default();
    Some(match nearest(&names, &name) {
        Some(found) => {
            let rest = path.strip_prefix(&wrong).unwrap_or(Path::new(""));
            let whole = if rest.as_os_str().is_empty() { found.clone() } else { found.join(rest) };
            format!(
                "check the path: {shown} has no {}, but {}",
                UntrustedText::from(Path::new(&name)),
                UntrustedText::from(&*whole)
            )
        }
        None if wrong == path => format!("check the path: {shown} is there, and has nothing of a name like that"),
        None => format!("check the path: of its directories the last that is there is {shown}"),
    })
}

/// The last directory on the way to `path` that is there, the path of what is missing in it, and whether that is there, and no
/// directory.
fn last_directory(path: &Path) -> Option<(PathBuf, PathBuf, bool)> {
    let mut wrong = path;
    loop {
        let above = wrong.parent()?;
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        if above.is_dir() {
            let is_there = fs::symlink_metadata(wrong).is_ok();
            return (!is_there || wrong != path).then(|| (above.to_owned(), wrong.to_owned(), is_there));
        }
        wrong = wrong.parent()?;
    }
}

/// The one whose name is most like `name`, if at most a third of it differs, or if one is a part of the other.
fn nearest<'a>(names: &'a [PathBuf], name: &str) -> Option<&'a PathBuf> {
    let wanted = name.to_lowercase();
    let differs = |path: &&PathBuf| {
        let other = path.file_name()?.to_string_lossy().to_lowercase();
        let stem = Path::new(&wanted).file_stem()?.to_str()?;
        let is_part = stem.len() > 2 && other.contains(stem);
        let distance = distance(&wanted, &other);
        (is_part || distance <= wanted.len().max(3) / 3).then_some(distance)
    };
    names.iter().filter_map(|path| Some((differs(&path)?, path))).min().map(|(_, path)| path)
}

#[cfg(test)]
mod tests;
