//! An operator with a home, trust files and plugin directories of their own.

use crate::command::{command, one_object, LIMIT};
use crate::{private, run, Finished};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The home goes with it.
pub struct Operator {
    _room: TempDir,
    /// Where relative paths count from; free of symbolic links.
    pub home: PathBuf,
}

impl Operator {
    /// Somebody with an empty home.
    #[allow(clippy::new_without_default, reason = "it makes a directory")]
    pub fn new() -> Self {
        let (room, home) = private();
        Self { _room: room, home }
    }

    /// A directory in the home.
    pub fn directory(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.home.join(name);
        fs::create_dir_all(&path).expect("in its own home");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its own directory");
        path
    }

    /// A file in the home, which others can read.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.join(name);
        fs::write(&path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("its own file");
        path
    }

    /// The trust file at the place where every command looks for it.
    pub fn trust(&self, text: &str) -> PathBuf {
        self.directory(".config", 0o700);
        self.directory(".config/sochdb", 0o700);
        self.write(".config/sochdb/trust.toml", text)
    }

    /// The command as this operator runs it, at home.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = command();
        command.args(arguments).current_dir(&self.home).env("HOME", &self.home);
        command
    }

    /// Runs it.
    pub fn call<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Finished {
        run(&mut self.command(arguments), LIMIT)
    }

    /// Runs it with `--json`; checks the exit code.
    pub fn object<S: AsRef<OsStr>>(&self, arguments: &[S], code: i32) -> Value {
        one_object(&run(self.command(arguments).arg("--json"), LIMIT), code)
    }

    /// The code with which `verify` refuses `plugin`; empty if it accepts it.
    pub fn verdict(&self, plugin: &Path) -> String {
        let finished = run(self.command(&["verify", "--json"]).arg(plugin), LIMIT);
        let accepted = finished.status.code() == Some(0);
        let answer = one_object(&finished, if accepted { 0 } else { 1 });
        answer["code"].as_str().unwrap_or_default().to_owned()
    }
}
