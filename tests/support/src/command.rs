//! The command `sochdb-plugin`, and what it prints as JSON.

use crate::{profile_directory, run, target_tmp, Finished};
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Long enough for a whole suite on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(300);

/// The program that has all commands.
pub fn program() -> PathBuf {
    profile_directory().join("sochdb-plugin-demo")
}

/// The command; the trusted loader must not need the environment's word, nor meet the trust files of who tests.
pub fn command() -> Command {
    let mut command = Command::new(program());
    for name in ["SOCHDB_ALLOW_NATIVE_PLUGINS", "SOCHDB_SIGN_PASSWORD", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    command.env("HOME", "/").env("XDG_CACHE_HOME", target_tmp().join("cache"));
    command
}

/// Runs it with these arguments.
pub fn call(arguments: &[&str]) -> Finished {
    run(command().args(arguments), LIMIT)
}

/// Runs it with a file and `--json`; checks the exit code and that standard output is one object.
pub fn object(arguments: &[&str], file: &Path, code: i32) -> Value {
    let finished = run(command().args(arguments).arg("--json").arg(file), LIMIT);
    one_object(&finished, code)
}

/// Its standard output, which must be one object, as its exit code must be `code`.
pub fn one_object(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.status.code(), Some(code), "{}{}", finished.stdout, finished.stderr);
    let value: Value =
        serde_json::from_str(&finished.stdout).unwrap_or_else(|why| panic!("{why}: {}", finished.stdout));
    assert_eq!(value["ok"], code == 0, "{value}");
    assert!(value["command"].is_string() || (value["command"].is_null() && code == 2), "{value}");
    value
}

/// Names and outcomes of the list `key`.
pub fn outcomes<'a>(steps: &'a Value, key: &str) -> Vec<(&'a str, &'a str)> {
    let text = |value: &'a Value, key: &str| value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"));
    let list = steps[key].as_array().unwrap_or_else(|| panic!("no {key} in {steps}"));
    list.iter().map(|step| (text(step, "name"), text(step, "outcome"))).collect()
}

/// The search path of a person who has installed the command, under its own name.
pub fn search_path() -> OsString {
    let program = program();
    let installed = target_tmp().join("installed");
    std::fs::create_dir_all(&installed).expect("a directory for the command");
    let command = installed.join("sochdb-plugin");
    if std::fs::read_link(&command).ok().as_deref() != Some(&*program) {
        // Other tests make the same link.
        let _ = std::fs::remove_file(&command);
        let _ = std::os::unix::fs::symlink(&program, &command);
    }
    let system = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(installed).chain(std::env::split_paths(&system));
    std::env::join_paths(all).expect("directories of a search path")
}
