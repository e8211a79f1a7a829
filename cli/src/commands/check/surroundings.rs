//! What is around the process of a test: files beside those of its instances, and processes that it started.

use crate::system::backend::System;
use crate::system::Native;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the directories that a test's process has as its working directory and as its user's.
const WORK: &str = "work";
const HOME: &str = "home";
/// The begin of what the suite itself makes among temporary files.
const OWN: &str = "sochdb-check-";

/// Has the process that a command starts run among directories of its own in `room`, which are new.
///
/// # Errors
/// They cannot be made.
pub(crate) fn prepare(command: &mut Command, room: &Path, config: &str) -> std::io::Result<()> {
    for name in [WORK, HOME] {
        let place = room.join(name);
        if place.exists() {
            std::fs::remove_dir_all(&place)?;
        }
        std::fs::create_dir(&place)?;
    }
    set_temporary(command, room);
    command.env(Native::VARIABLES.home, room.join(HOME));
    // What a person names by a relative path stays where it is.
    if !has_relative_path(config) {
        command.current_dir(room.join(WORK));
    }
    Ok(())
}

/// Has the process that a command starts keep its temporary files in `room`.
pub(crate) fn set_temporary(command: &mut Command, room: &Path) {
    command.envs(Native::VARIABLES.temporary.iter().map(|name| (name, room)));
}

/// Whether some text of a configuration may be a path that counts from the working directory.
fn has_relative_path(config: &str) -> bool {
    let texts = config.split('"').skip(1).step_by(2);
    texts.into_iter().any(|text| {
        !text.is_empty() && !text.starts_with(['/', '{']) && (text.contains('/') || Path::new(text).exists())
    })
}

/// What was there when the test began.
pub(crate) struct Surroundings(Vec<(&'static str, PathBuf, BTreeSet<OsString>)>);

impl Surroundings {
    /// Looks at the directories in `room` that this process has of its own. Processes without a parent come to this one.
    pub(crate) fn begin(room: &Path) -> Self {
        Native::adopt();
        let mut places = Vec::new();
        if std::env::temp_dir() == room {
            places.push(("the directory for temporary files", room.to_owned()));
        }
        if std::env::var_os(Native::VARIABLES.home).is_some_and(|home| Path::new(&home) == room.join(HOME)) {
            places.push(("the home directory", room.join(HOME)));
        }
        if std::env::current_dir().is_ok_and(|work| work == room.join(WORK)) {
            places.push(("the working directory", room.join(WORK)));
        }
        let before = |(what, place): (&'static str, PathBuf)| {
            let names = names(&place);
            (what, place, names)
        };
        Self(places.into_iter().map(before).collect())
    }

    /// What a plugin whose instances are gone has left.
    pub(crate) fn left(&self) -> Option<String> {
        if Native::has_child() {
            return Some("a child process".to_owned());
        }
        self.0.iter().find_map(|(what, place, before)| {
            let now = names(place);
            let new = now.difference(before).find(|name| !name.to_string_lossy().starts_with(OWN))?;
            Some(format!("{} in {what}", new.to_string_lossy()))
        })
    }
}

fn names(place: &Path) -> BTreeSet<OsString> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}
