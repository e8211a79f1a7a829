//! Where this repository is, and what cargo built of it.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the source tree.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is in `tests/support`")
}

/// The folder `deps` of the profile, which has the program that runs and the Rust plugins.
pub(crate) fn deps() -> PathBuf {
    let program = env::current_exe().expect("/proc is mounted");
    program.parent().expect("a program is in a directory").to_owned()
}

/// The folder of what `cargo build` makes in this profile.
pub fn profile_directory() -> PathBuf {
    deps().parent().expect("`deps` is in the folder of the profile").to_owned()
}

/// The target directory, or that of the target if cargo was given one.
pub fn target_directory() -> PathBuf {
    profile_directory().parent().expect("the profile is in the target directory").to_owned()
}

/// Cargo's directory for what tests write, which may not be there yet.
pub fn target_tmp() -> PathBuf {
    target_directory().join("tmp")
}
