//! One test in a process of its own.

use std::env;
use std::process::Command;

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
