//! Owners that a user namespace does not map: all of them look alike, so they are nobody whom a loader trusts.

use serde_json::Value;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{chown, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::command::{command, one_object, LIMIT};
use support::in_c;
use support::{private, run, skipped, tool};
use tempfile::TempDir;

/// A directory that everybody may enter, with a plugin and the command in it.
struct Place {
    _room: TempDir,
    path: PathBuf,
    program: PathBuf,
}

impl Place {
    fn new() -> Self {
        let (room, path) = private();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("its own directory");
        let program = path.join("sochdb-plugin");
        let place = Self { _room: room, path, program };
        place.put(command().get_program().as_ref(), &place.program);
        place
    }

    fn put(&self, from: &Path, to: &Path) {
        fs::copy(from, to).expect("its own directory");
        fs::set_permissions(to, Permissions::from_mode(0o755)).expect("its own file");
    }

    /// A plugin of this owner, in a directory of that one.
    fn plugin(&self, name: &str, directory_of: u32, file_of: u32) -> PathBuf {
        let directory = self.path.join(name);
        fs::create_dir(&directory).expect("its own directory");
        fs::set_permissions(&directory, Permissions::from_mode(0o755)).expect("its own directory");
        let plugin = directory.join("codec_xor.so");
        self.put(&in_c!("codec_xor"), &plugin);
        if rustix::process::geteuid().is_root() {
            chown(&plugin, Some(file_of), None).expect("root may");
            chown(&directory, Some(directory_of), None).expect("root may");
        }
        plugin
    }
}

#[test]
fn who_is_mapped_nowhere_loads_nothing() {
    let test = "who_is_mapped_nowhere_loads_nothing";
    let Some(unshare) = tool(test, "unshare") else { return };
    if !run(Command::new(&unshare).args(["-U", "true"]), LIMIT).status.success() {
        return skipped(test, "no user namespace can be made here");
    }
    let place = Place::new();
    let plugin = place.plugin("plugins", 0, 0);
    let mut inside = Command::new(unshare);
    inside.arg("-U").arg(&place.program).args(["verify", "--json", "--no-trust-files"]).arg(plugin);
    let answer = one_object(&run(&mut inside, LIMIT), 1);
    assert_eq!(answer["code"], "E_DIR_UNMAPPED", "{answer}");
    let message = answer["message"].as_str().expect("a text");
    assert!(message.starts_with("the directory / belongs to user 65534"), "{message}");
}

/// What `verify` says in a namespace in which root is root, and the command's own user is not mapped.
fn verdict_of_the_unmapped(place: &Place, plugin: &Path) -> Value {
    let mut inside = Command::new("setpriv");
    inside.args(["--reuid=1234", "--regid=1234", "--clear-groups", "unshare", "-U", "sh", "-c"]);
    inside
        .arg("echo ready >&2; read go; exec \"$0\" verify --json --no-trust-files \"$1\"")
        .arg(&place.program)
        .arg(plugin);
    let mut child =
        inside.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let namespace = |id: &str| fs::read_link(format!("/proc/{id}/ns/user")).expect("it runs");
    let (id, give_up) = (child.id().to_string(), Instant::now() + LIMIT);
    while namespace(&id) == namespace("self") && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(2));
    }
    fs::write(format!("/proc/{id}/uid_map"), "0 0 1\n").expect("root may map root");
    child.stdin.take().expect("a pipe").write_all(b"go\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&said)
        .unwrap_or_else(|why| panic!("{why}: {said} {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn what_belongs_to_users_who_are_not_mapped_is_nobody_s() {
    let test = "what_belongs_to_users_who_are_not_mapped_is_nobody_s";
    if tool(test, "setpriv").is_none() || tool(test, "unshare").is_none() {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        return skipped(test, "only root may make files of other users");
    }
    let as_another = ["--reuid=1234", "--regid=1234", "--clear-groups", "unshare", "-U", "true"];
    if !run(Command::new("setpriv").args(as_another), LIMIT).status.success() {
        return skipped(test, "no user namespace can be made here");
    }
    let place = Place::new();
    for (directory_of, file_of, code) in [
        (0, 0, Value::Null),
        (0, 1234, "E_FILE_UNMAPPED".into()),
        (0, 5678, "E_FILE_UNMAPPED".into()),
        (1234, 0, "E_DIR_UNMAPPED".into()),
        (5678, 0, "E_DIR_UNMAPPED".into()),
    ] {
        let plugin = place.plugin(&format!("{directory_of}-{file_of}"), directory_of, file_of);
        let answer = verdict_of_the_unmapped(&place, &plugin);
        assert_eq!(answer["code"], code, "{directory_of} {file_of}: {answer}");
        if code.is_string() {
            let remedy = answer["remedy"].as_str().expect("a remedy");
            assert!(remedy.contains("a user that the namespace maps (/proc/self/uid_map)"), "{remedy}");
            // Root is the one that it maps.
            let owned = place.plugin(&format!("mapped-{directory_of}-{file_of}"), directory_of, file_of);
            let directory = owned.parent().expect("it is in a directory");
            for path in [directory, &owned] {
                chown(path, Some(0), Some(0)).expect("root may");
            }
            assert_eq!(verdict_of_the_unmapped(&place, &owned)["code"], Value::Null, "after: {remedy}");
        }
    }
}
