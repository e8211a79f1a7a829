//! Tools of the system, and what is said where one is missing.

use crate::root;
use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program `name` of the search path; says that `test` is skipped if there is none.
pub fn tool(test: &str, name: &str) -> Option<PathBuf> {
    let found = find(name);
    if found.is_none() {
        skipped(test, &format!("{name} is not installed"));
    }
    found
}

/// Says that `test` is skipped, also where the output of tests that pass is not shown.
pub fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}

/// The program `name` of the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    let runs =
        |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    env::split_paths(&env::var_os("PATH")?).map(|directory| directory.join(name)).find(runs)
}

/// A command that compiles with the header: `compiler -I include`.
pub fn compiler(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-I").arg(root().join("include"));
    command
}

/// The cargo that runs this test, without the settings of this test's own build.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST") || text == "CARGO_TARGET_DIR" {
            command.env_remove(name);
        }
    }
    command.current_dir(root());
    command
}
