//! A refusal that is met by the command or the loader, and what its remedy says, done as it says it.

use serde_json::Value;
use sochdb_plugin_host::{DynamicPluginLoader, LoadError};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::command::{command, one_object, search_path, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::plugins::Private;
use support::{find, run, skipped, succeed, tool, Finished, MINUTE};

/// How a command begins in a remedy.
const PROGRAMS: [&str; 9] = ["chmod", "chown", "mkdir", "mv", "rm", "strip", "patchelf", "objcopy", "sochdb-plugin"];

/// What stands before a command or behind it.
const BETWEEN: [&str; 9] = ["; ", ", or ", "or ", ": ", "`", ", then ", "then ", ", where ", ", after "];

/// Neither root nor a user that runs tests.
pub const OTHER: u32 = 54_321;

/// `nobody`.
pub const ORDINARY: u32 = 65_534;

/// The path as the command takes it.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test is UTF-8")
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The commands that a remedy prints, in its order.
pub fn commands(remedy: &str) -> Vec<String> {
    let mut parts = vec![remedy];
    for between in BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(between)).collect();
    }
    let is_command = |part: &&str| part.split_once(' ').is_some_and(|(program, _)| PROGRAMS.contains(&program));
    parts.into_iter().map(str::trim).filter(is_command).map(str::to_owned).collect()
}

/// The only command of this program that the remedy prints.
pub fn command_of(program: &str, remedy: &str) -> String {
    let all = commands(remedy);
    let found = all.iter().find(|command| command.starts_with(program));
    found.unwrap_or_else(|| panic!("no {program} in {remedy:?}: {all:?}")).clone()
}

/// Runs what was printed, as a person who pastes it into a shell.
pub fn paste(operator: &Operator, command: &str) -> Finished {
    let mut shell = Command::new("bash");
    shell.args(["-c", command]).env("PATH", search_path()).env("HOME", &operator.home).current_dir(&operator.home);
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "SOCHDB_SIGN_PASSWORD"] {
        shell.env_remove(name);
    }
    succeed(&mut shell, MINUTE)
}

/// The remedy of the command, which is refused with this code.
pub fn refused(operator: &Operator, arguments: &[&str], code: &str) -> String {
    let exit = if code == "E_USAGE" { 2 } else { 1 };
    let answer = one_object(&run(operator.command(arguments).arg("--json"), LIMIT), exit);
    remedy(&answer, code)
}

/// The remedy of an answer with this code.
pub fn remedy(answer: &Value, code: &str) -> String {
    assert_eq!(answer["code"], code, "{answer}");
    let remedy = answer["remedy"].as_str().expect("a remedy").to_owned();
    assert!(!remedy.is_empty(), "{answer}");
    remedy
}

/// Refuses with each of these codes in turn, pastes the first command of each remedy, and accepts in the end.
pub fn obey(operator: &Operator, arguments: &[&str], codes: &[&str]) {
    for code in codes {
        let remedy = refused(operator, arguments, code);
        let all = commands(&remedy);
        paste(operator, all.first().unwrap_or_else(|| panic!("{code}: no command in {remedy:?}")));
    }
    operator.object(arguments, 0);
}

/// A good plugin in a directory that no other user can change.
pub fn good(operator: &Operator, name: &str) -> PathBuf {
    let bytes = fs::read(in_c!("codec_xor")).expect("it was built");
    put(&operator.directory("plugins", 0o755).join(name), &bytes)
}

/// Writes a file that only its owner can change.
pub fn put(path: &Path, bytes: &[u8]) -> PathBuf {
    fs::write(path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    mode(path, 0o755);
    path.to_owned()
}

/// Changes the mode of what belongs to this user.
pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("its own file or directory");
}

/// What the loader says of a path.
pub fn verify(path: &Path) -> Result<(), LoadError> {
    DynamicPluginLoader::new_trusted().verify(path).map(drop)
}

/// The remedy with which the loader refuses this path.
pub fn no_path(path: &Path, code: &str) -> String {
    let error = verify(path).expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    error.remedy()
}

/// The refusal of a plugin, which must have this code.
pub fn unloadable(plugin: &Private, code: &str) -> LoadError {
    let error = plugin.load().err().unwrap_or_else(|| panic!("{code}: it is loaded"));
    assert_eq!(error.code(), code, "{error}");
    error
}

/// The plugin must load.
pub fn loads(plugin: &Private, after: &str) {
    plugin.load().unwrap_or_else(|error| panic!("after {after}: {error:?}"));
}

/// The command as another user, if this one is root and can become one.
pub fn as_other(command: &Command, operator: &Operator) -> Option<Command> {
    find("setpriv").filter(|_| is_root())?;
    // The build directory may be root's alone.
    let program = operator.home.join("sochdb-plugin");
    if !program.exists() {
        fs::copy(command.get_program(), &program).expect("its own home");
        mode(&program, 0o755);
    }
    let mut other = Command::new("setpriv");
    other.args([&format!("--reuid={ORDINARY}"), &format!("--regid={ORDINARY}"), "--clear-groups"]).arg(program);
    other.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other.current_dir("/");
    Some(other)
}

/// Runs this script as root in a mount namespace of its own; `None` if that cannot be.
pub fn mounted(test: &str, script: &str, arguments: &[&str]) -> Option<Vec<String>> {
    if !is_root() {
        skipped(test, "only root may mount file systems");
        return None;
    }
    tool(test, "unshare")?;
    let mut shell = Command::new("unshare");
    shell.args(["--mount", "bash", "-c", script]).arg(command().get_program()).args(arguments);
    let finished = run(&mut shell, LIMIT);
    if finished.status.code() == Some(77) {
        skipped(test, "no file system can be mounted here");
        return None;
    }
    let parts = finished.stdout.split("----\n").map(str::to_owned).collect();
    Some(parts)
}

/// The object that a command printed.
pub fn answer(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}
