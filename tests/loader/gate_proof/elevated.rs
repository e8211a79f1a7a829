//! A program that has more rights than the user who starts it: file capabilities, or the set-user-ID bit of another
//! user. The kernel says so to the process by `AT_SECURE`.

use crate::gate_proof::child::{self, Child, Filter};
use std::ffi::{CString, OsStr};
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{skipped, succeed, MINUTE};
use tempfile::TempDir;

/// A user without rights, and another one.
const USER: u32 = 65534;
const OTHER: u32 = 65533;

/// A copy of this program that any user may run.
struct Program {
    _directory: TempDir,
    path: PathBuf,
}

impl Program {
    /// None, and says so, where a program cannot be given rights.
    fn copy(test: &str) -> Option<Self> {
        // SAFETY: it only asks.
        if unsafe { libc::geteuid() } != 0 {
            skipped(test, "only root gives rights to programs");
            return None;
        }
        let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
        if status.lines().any(|line| line.starts_with("NoNewPrivs:") && line.ends_with('1')) {
            skipped(test, "this process may not gain rights by a program (no_new_privs)");
            return None;
        }
        let everybody = Permissions::from_mode(0o755);
        let directory = tempfile::Builder::new().prefix("sochdb-elevated-").permissions(everybody.clone()).tempdir();
        let directory = directory.expect("a directory");
        if is_nosuid(directory.path()) {
            skipped(test, "the temporary directory is mounted nosuid");
            return None;
        }
        let path = directory.path().join("program");
        fs::copy(std::env::current_exe().expect("this test's own path"), &path).expect("a copy");
        fs::set_permissions(&path, everybody).expect("its own file");
        Some(Self { _directory: directory, path })
    }

    /// What the loader says when an ordinary user runs it, who allows native plugins in the environment.
    fn answer(&self) -> std::io::Result<String> {
        let child = Child { variable: Some(OsStr::new("1")), trusted: false, filter: Filter::None };
        let mut command = child.command_of(&self.path, Path::new("/no/such/plugin.so"));
        let output =
            command.env("HOME", "/").env_remove("XDG_CONFIG_HOME").uid(USER).gid(USER).current_dir("/").output()?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        Ok(child::answer(&stdout).unwrap_or_else(|| panic!("{output:?}")))
    }

    /// Checks that it takes the environment's word now, and not any more after `elevate`.
    fn is_trusted_only_without(&self, test: &str, elevate: impl FnOnce(&Path)) {
        match self.answer() {
            Ok(answer) => assert_eq!(answer, "E_DIR_NOT_FOUND", "an ordinary program past the gate"),
            Err(error) => return skipped(test, &format!("user {USER} cannot run {}: {error}", self.path.display())),
        }
        elevate(&self.path);
        match self.answer() {
            Ok(answer) => assert_eq!(answer, "E_NOT_TRUSTED"),
            Err(error) => skipped(test, &format!("the kernel does not run the program with its rights: {error}")),
        }
    }
}

fn is_nosuid(directory: &Path) -> bool {
    let path = CString::new(directory.as_os_str().as_bytes()).expect("a path has no NUL");
    // SAFETY: all bits zero are a value of this type of numbers.
    let mut found: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: path and answer outlive the call.
    let asked = unsafe { libc::statvfs(path.as_ptr(), &mut found) };
    assert_eq!(asked, 0, "{}", std::io::Error::last_os_error());
    found.f_flag & libc::ST_NOSUID != 0
}

#[test]
fn a_program_with_file_capabilities_does_not_trust_its_users_environment() {
    let test = "a_program_with_file_capabilities_does_not_trust_its_users_environment";
    let Some(setcap) = support::tool(test, "setcap") else { return };
    let Some(program) = Program::copy(test) else { return };
    program.is_trusted_only_without(test, |path| {
        succeed(Command::new(setcap).arg("cap_net_raw+ep").arg(path), MINUTE);
    });
}

#[test]
fn a_program_of_another_user_does_not_trust_its_users_environment() {
    let test = "a_program_of_another_user_does_not_trust_its_users_environment";
    let Some(program) = Program::copy(test) else { return };
    program.is_trusted_only_without(test, |path| {
        chown(path, Some(OTHER), Some(OTHER)).expect("root may give files away");
        // After the owner: a change of the owner clears the bit.
        fs::set_permissions(path, Permissions::from_mode(0o4755)).expect("its own file");
    });
}
