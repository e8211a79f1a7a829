//! The home of an operator: the command sees no other, and its umask lets the group write.

use crate::command::{command, one_object, LIMIT};
use crate::{compiler, find, private, root, run, succeed, Finished, MINUTE};
use serde_json::Value;
use sochdb_plugin_host::Digest;
use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A directory that nobody else can change, deleted at the end.
pub struct Home {
    _room: TempDir,
    /// Its real path.
    pub path: PathBuf,
}

impl Home {
    /// A new one.
    #[allow(clippy::new_without_default, reason = "it makes a directory")]
    pub fn new() -> Self {
        let (room, path) = private();
        Self { _room: room, path }
    }

    /// The plugin directory of this user.
    pub fn plugins(&self) -> PathBuf {
        self.path.join("data/sochdb/plugins")
    }

    /// The trust file of this user.
    pub fn trust_file(&self) -> PathBuf {
        self.path.join("config/sochdb/trust.toml")
    }

    /// A directory in it that nobody else can change.
    pub fn directory(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        DirBuilder::new().mode(0o755).create(&path).expect("its own directory");
        path
    }

    /// The command, to be run by a careless user.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let careless = "umask 002; exec \"$0\" \"$@\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", careless]).arg(command().get_program()).args(arguments);
        shell.env_remove("SOCHDB_ALLOW_NATIVE_PLUGINS").env("HOME", &self.path).current_dir(&self.path);
        shell.env("XDG_DATA_HOME", self.path.join("data")).env("XDG_CONFIG_HOME", self.path.join("config"));
        shell
    }

    /// What it prints for people.
    pub fn say(&self, arguments: &[&str]) -> Finished {
        run(&mut self.command(arguments), LIMIT)
    }

    /// The object that it prints; its exit code must be `code`.
    pub fn call(&self, arguments: &[&str], code: i32) -> Value {
        let finished = run(self.command(arguments).arg("--json"), LIMIT);
        one_object(&finished, code)
    }

    /// A codec called `name` in this version, as a download: in a directory and with a mode that let anybody write it.
    pub fn download(&self, name: &str, version: &str) -> PathBuf {
        let directory = self.path.join("download");
        fs::create_dir_all(&directory).expect("its own directory");
        fs::set_permissions(&directory, Permissions::from_mode(0o777)).expect("its own directory");
        let plugin = directory.join(format!("{name}-{version}.so"));
        compile(name, version, &plugin);
        fs::set_permissions(&plugin, Permissions::from_mode(0o666)).expect("its own file");
        plugin
    }

    /// Name, version and state of what `list` prints; its exit code must be `code`.
    pub fn listed(&self, code: i32) -> Vec<(String, String, String)> {
        let list = self.call(&["list"], code);
        let text = |entry: &Value, key: &str| entry[key].as_str().expect("a text").to_owned();
        let plugins = list["plugins"].as_array().expect("a list");
        plugins.iter().map(|entry| (text(entry, "name"), text(entry, "version"), text(entry, "state"))).collect()
    }

    /// The names in the plugin directory, sorted; none if there is no such directory.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.plugins()).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// A codec called `name` in this version.
fn compile(name: &str, version: &str, output: &Path) {
    let source = fs::read_to_string(root().join("tests/plugins/logs_its_life.c")).expect("a source of the tests");
    let changed = source.replace("\"1.0.0\"", &format!("{version:?}"));
    let file = output.with_extension("c");
    fs::write(&file, changed).expect("its own directory");
    let cc = find("cc").expect("a C compiler called cc: the plugins in examples-c need it too");
    let mut command = compiler(&cc);
    command.args(["-std=c11", "-shared", "-fPIC", "-pthread", "-w", "-DCODEC_ONLY"]);
    command.arg(format!("-DNAME={name:?}")).arg(file).arg("-o").arg(output);
    succeed(&mut command, MINUTE);
}

/// The path as the command takes it.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test is UTF-8")
}

/// That of a file.
pub fn digest(path: &Path) -> String {
    Digest::of(&fs::read(path).expect("it exists")).to_string()
}

/// The permissions of a file or directory.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o7777
}

/// A row of [`Home::listed`].
pub fn row(name: &str, version: &str, state: &str) -> (String, String, String) {
    (name.to_owned(), version.to_owned(), state.to_owned())
}
