//! The tests that a plugin's last check did not pass, kept among what may be deleted at any time.

use crate::output::failure::Failure;
use sochdb_plugin_host::Digest;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where the names are of the plugin at `file`. None without a home.
fn place(file: &Path) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("sochdb-plugin/failed").join(Digest::of(file.as_os_str().as_bytes()).to_string()))
}

/// Keeps the names. Where that is not possible, nothing is lost but the list.
pub(crate) fn keep(file: &Path, names: impl Iterator<Item = &'static str>) {
    let Some(place) = place(file) else { return };
    let names: String = names.flat_map(|name| [name, "\n"]).collect();
    let _ = place.parent().map(std::fs::create_dir_all);
    let _ = std::fs::write(place, names);
}

/// Returns the names.
///
/// # Errors
/// Nothing is known of an earlier check; nothing failed in it.
pub(crate) fn names(file: Option<&Path>) -> Result<Vec<String>, Failure> {
    let file = file.ok_or_else(|| Failure::usage("--failed is for a plugin: name its file"))?;
    let text = place(file).and_then(|place| std::fs::read_to_string(place).ok());
    let Some(text) = text else {
        return Err(Failure::usage("nothing is known of an earlier check of this file; leave out --failed"));
    };
    if text.is_empty() {
        return Err(Failure::usage("the last check of this file found nothing; leave out --failed"));
    }
    Ok(text.lines().map(str::to_owned).collect())
}
