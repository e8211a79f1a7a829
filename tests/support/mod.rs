//! What several test files need: tools of the system, commands with a time limit, private directories.
#![allow(dead_code)] // Each test file uses a part.

pub mod elf;
pub mod tcc;

use std::env;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Long enough for a compiler on a busy machine.
pub const MINUTE: Duration = Duration::from_secs(60);

/// The root of the source tree.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

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

/// What a command left.
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// All that it wrote to standard output.
    pub stdout: String,
    /// All that it wrote to standard error.
    pub stderr: String,
}

/// Runs a command to its end.
///
/// # Panics
/// If it cannot start, or takes longer than `limit`: then it and its children are killed.
pub fn run(command: &mut Command, limit: Duration) -> Finished {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let end = Instant::now() + limit;
    let mut child = loop {
        match command.spawn() {
            Ok(child) => break child,
            // A child of another test holds a program that was just written, until it runs its own.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && Instant::now() < end => {}
            Err(error) => panic!("cannot start {command:?}: {error}"),
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let stdout = thread::spawn(move || read_all(&mut out));
    let stderr = thread::spawn(move || read_all(&mut err));
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if Instant::now() > end {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
            panic!("{command:?} took longer than {limit:?}; its standard error:\n{}", stderr.join().expect("a reader"));
        }
        thread::sleep(Duration::from_millis(5));
    };
    Finished { status, stdout: stdout.join().expect("a reader"), stderr: stderr.join().expect("a reader") }
}

fn read_all(from: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Runs a command that must succeed.
///
/// # Panics
/// With what it wrote, if it does not.
pub fn succeed(command: &mut Command, limit: Duration) -> Finished {
    let finished = run(command, limit);
    assert!(finished.status.success(), "{command:?}: {}\n{}{}", finished.status, finished.stdout, finished.stderr);
    finished
}

/// A directory in `parent` that only its owner may change, whatever the umask, and its real path: what a loader gets must
/// not lead through a symbolic link. It is deleted with the first.
pub fn private_in(parent: &Path) -> std::io::Result<(TempDir, PathBuf)> {
    let only_mine = fs::Permissions::from_mode(0o700);
    let directory = tempfile::Builder::new().prefix("sochdb-test-").permissions(only_mine).tempdir_in(parent)?;
    let path = fs::canonicalize(directory.path())?;
    Ok((directory, path))
}

/// The same among the temporary files.
pub fn private() -> (TempDir, PathBuf) {
    private_in(&env::temp_dir()).expect("a private directory")
}

/// A directory for one test, of this user alone, deleted at the end.
pub struct PrivateDir(PathBuf);

impl PrivateDir {
    /// A new one; `name` tells whose it is.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let unique = format!("{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique);
        fs::create_dir_all(&path).expect("a directory for the test");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("its own directory");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of `name` in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes `text` to `name` in it.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
