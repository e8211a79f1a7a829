//! One test in a process of its own.

use crate::{run, Finished};
use std::env;
use std::process::Command;
use std::time::Duration;

/// A command that runs the test `name` of the caller's file alone: this program again, which says what the test prints.
#[macro_export]
macro_rules! alone {
    ($name:expr) => {
        $crate::alone::alone(module_path!(), $name)
    };
}

/// The arguments that have a test program run only the test `name` of the caller's file.
#[macro_export]
macro_rules! only {
    ($name:expr) => {
        $crate::alone::only(module_path!(), $name)
    };
}

/// Runs the test `name` of the caller's file, which is ignored otherwise, in a process of its own, and wants it to pass within
/// `limit`: for one that counts what its process has.
#[macro_export]
macro_rules! passes_alone {
    ($name:expr, $limit:expr) => {
        $crate::alone::passes(module_path!(), $name, $limit)
    };
}

/// As [`passes_alone!`] in the module at `path`.
pub fn passes(path: &str, name: &str, limit: Duration) -> Finished {
    let finished = run(alone(path, name).args(["--ignored", "--test-threads=1"]), limit);
    assert!(finished.status.success(), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("1 passed"), "the child ran nothing: {}", finished.stdout);
    finished
}

/// As [`alone!`] in the module at `path`.
pub fn alone(path: &str, name: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("/proc is mounted"));
    command.args(only(path, name));
    command
}

/// As [`only!`] in the module at `path`.
pub fn only(path: &str, name: &str) -> [String; 3] {
    let test = path.split_once("::").map_or(name.to_owned(), |(_, module)| format!("{module}::{name}"));
    ["--exact", "--nocapture", &test].map(str::to_owned)
}
