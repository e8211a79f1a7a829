//! The files that a plugin keeps.

use std::path::Path;

/// The bytes of each file below a directory.
pub(crate) fn lengths_in(directory: &Path) -> Vec<u64> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => all.extend(lengths_in(&entry.path())),
            Ok(metadata) => all.push(metadata.len()),
            // It went meanwhile.
            Err(_) => {}
        }
    }
    all
}
