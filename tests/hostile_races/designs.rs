//! Loaders under attack: the trusted one, and two as they are often written. One load of each is one trial.

use crate::stage::{c_path, Stage};
use crate::trials::Outcome;
use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::{Digest, DynamicPluginLoader, TrustFiles};
use std::ffi::{CStr, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// How a file is checked and loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Resolves the path, looks whether it is in the allowed directory, opens it by its path.
    Canonical,
    /// Reads the file and compares its SHA-256, opens it by its path.
    Hashed,
    /// The trusted loader. Which file it loaded, it tells by the digest.
    Trusted,
    /// The trusted loader with a trust file that pins the good file's digest.
    Pinned,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Canonical, Self::Hashed, Self::Trusted, Self::Pinned];

    /// Its row in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canonical => "canonicalize, dlopen(path)",
            Self::Hashed => "sha256(path), dlopen(path)",
            Self::Trusted => "trusted loader",
            Self::Pinned => "trusted loader, digest pinned",
        }
    }

    /// Whether it is the loader of this project.
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::Trusted | Self::Pinned)
    }

    /// Loads once. `good` and `evil` are the digests of the two files.
    pub fn load(self, stage: &Stage, good: Digest, evil: Digest) -> Outcome {
        match self {
            Self::Canonical => {
                let Ok(path) = fs::canonicalize(stage.path()) else { return Outcome::Refused };
                if path.starts_with(stage.allowed()) {
                    by_path(path)
                } else {
                    Outcome::Refused
                }
            }
            Self::Hashed => match fs::read(stage.path()) {
                Ok(bytes) if Digest::of(&bytes) == good => by_path(stage.path()),
                _ => Outcome::Refused,
            },
            Self::Trusted => by_the_loader(&DynamicPluginLoader::new_trusted(), stage, good, evil),
            Self::Pinned => {
                let files = TrustFiles::Only(vec![stage.trust_file()]);
                let loader = DynamicPluginLoader::new_trusted().trust_files(files);
                match by_the_loader(&loader, stage, good, evil) {
                    Outcome::Other | Outcome::Mixed => Outcome::Evil,
                    outcome => outcome,
                }
            }
        }
    }
}

/// What runs must be what the digest says.
fn by_the_loader(loader: &DynamicPluginLoader, stage: &Stage, good: Digest, evil: Digest) -> Outcome {
    // SAFETY: both files were compiled from this source tree.
    let library = match unsafe { loader.load(stage.path()) } {
        Ok(library) => library,
        Err(error) => {
            let interrupted = ["E_UNPINNED", "E_FILE_NOT_FOUND", "E_FILE_SYMLINK", "E_FILE_REPLACED", "E_FILE_CHANGED"];
            let expected = interrupted.contains(&error.code());
            return if expected { Outcome::Refused } else { Outcome::Surprised };
        }
    };
    let Ok(codec) = library.instance("{}").and_then(|plugin| plugin.compression()) else { return Outcome::Evil };
    match codec.algorithm() {
        "good" if library.digest() == good => Outcome::Good,
        "evil" if library.digest() == evil => Outcome::Other,
        "mixed" if ![good, evil].contains(&library.digest()) => Outcome::Mixed,
        _ => Outcome::Evil,
    }
}

/// Loads by path and asks the file what it is. It was checked to be the good one.
fn by_path(path: PathBuf) -> Outcome {
    let path = c_path(path);
    // SAFETY: the file was compiled from this source tree, and `which` has that type in it.
    let which = unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        if library.is_null() {
            return Outcome::Refused;
        }
        let which = libc::dlsym(library, c"which".as_ptr());
        if which.is_null() {
            return Outcome::Refused;
        }
        let which: extern "C" fn() -> *const libc::c_char = std::mem::transmute(which);
        CStr::from_ptr(which())
    };
    if OsStr::from_bytes(which.to_bytes()) == "good" {
        Outcome::Good
    } else {
        Outcome::Evil
    }
}
