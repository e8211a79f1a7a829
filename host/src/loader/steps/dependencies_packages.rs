//! Where a library may lie that no trust file names: looked for only to say it, nothing is loaded from there.

use crate::base::text::UntrustedText;
use crate::system::backend::System;
use crate::system::Native;
use std::fs;
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = "/etc/ld.so.conf";
const MORE_CONFIGURATION: &str = "/etc/ld.so.conf.d";
/// The most directories that are looked at.
const MOST: usize = 64;

/// The directories to look in: those of the system, those that its dynamic linker is configured for, and `others`.
pub(crate) fn places(others: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let configured = fs::read_dir(MORE_CONFIGURATION).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = configured.filter(|path| path.extension().is_some_and(|it| it == "conf")).collect();
    files.sort();
    files.insert(0, CONFIGURATION.into());
    let lines = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect::<Vec<_>>();
    let listed = lines.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| line.starts_with('/'));
    let all = Native::PLACES.iter().map(PathBuf::from).chain(others).chain(listed.map(PathBuf::from));
    let mut places: Vec<PathBuf> = Vec::new();
    for place in all.filter_map(|place| place.canonicalize().ok()).take(MOST) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The directories in which the library `name` is: where a link leads out of its directory, the one that it leads to.
pub(crate) fn of(name: &UntrustedText, places: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in places {
        let Ok(file) = place.join(name.as_os_str()).canonicalize() else { continue };
        let real = file.parent().filter(|real| real.join(name.as_os_str()).exists());
        let directory = real.unwrap_or(place).to_owned();
        if !found.contains(&directory) {
            found.push(directory);
        }
    }
    found
}

/// The directories as they are told.
pub(crate) fn told(places: &[PathBuf]) -> String {
    places.iter().map(|place| UntrustedText::from(place as &Path).to_string()).collect::<Vec<_>>().join(", ")
}
