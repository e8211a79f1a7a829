//! A process for one load: started, waited for, and killed if it takes too long.

use crate::child;
use crate::row::{Gate, Input};
use rustix::process::{kill_process_group, Pid, Signal};
use std::env;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The ignored test that runs [`child::run`].
pub const CHILD: &str = "in_a_process_of_its_own";
/// What a script exits with if this user may not do what it does.
const MAY_NOT: i32 = 77;

/// The way to load the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the public loader.
    Load,
    /// By `dlopen`.
    Plain,
}

/// Where a process runs.
pub struct Place<'a> {
    /// Its working directory.
    pub dir: &'a Path,
    /// Where its output goes.
    pub output: PathBuf,
    /// A good plugin.
    pub after: &'a Path,
}

impl Place<'_> {
    /// What a constructor writes there.
    pub fn mark(&self) -> PathBuf {
        self.output.with_extension("mark")
    }
}

/// How a process ended.
pub struct Ended {
    /// `None` if it had to be killed.
    pub status: Option<ExitStatus>,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// What it said about `key`.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.stdout.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
    }

    /// Whether it could not do what had to come before the load.
    pub fn may_not(&self) -> bool {
        self.status.is_some_and(|status| status.code() == Some(MAY_NOT))
    }

    /// How it ended, in short; `None` if it went on to its end.
    pub fn died(&self) -> Option<String> {
        match self.status {
            None => Some("hang".to_owned()),
            Some(status) if status.signal().is_some() => Some(format!("signal {}", status.signal().unwrap_or(0))),
            Some(status) if status.success() && self.said("finished").is_some() => None,
            Some(status) => Some(format!("exit {}", status.code().unwrap_or(0))),
        }
    }

    /// All that it wrote, for a person.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Loads the input in a process of its own, which has `limit` for it.
pub fn run(way: Way, input: &Input, place: &Place<'_>, limit: Duration) -> Ended {
    let path = place.output.with_extension("path");
    fs::write(&path, input.path.as_os_str().as_bytes()).expect("a new file");
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| place.output.with_extension(name));
    let mut command = command(input);
    command.args(["--ignored", "--exact", CHILD, "--nocapture", "--test-threads=1"]);
    command.env(child::WAY, if way == Way::Load { "load" } else { "plain" }).env(child::INPUT, &path);
    command.env(child::AFTER, place.after).env(child::MARK, place.mark());
    // Neither permission nor trust files of whoever runs the tests count.
    command.env_remove("SOCHDB_ALLOW_NATIVE_PLUGINS").env("HOME", place.dir).env_remove("XDG_CONFIG_HOME");
    match &input.gate {
        Gate::Open => &mut command,
        Gate::Closed => command.env(child::CLOSED, "1"),
        Gate::Rules(file) => command.env(child::RULES, file),
    };
    // Files, as a pipe that a grandchild holds has no end.
    command.stdin(Stdio::null()).stdout(create(&stdout)).stderr(create(&stderr));
    let mut child = command.current_dir(place.dir).process_group(0).spawn().expect("this test starts");
    let status = wait(&mut child, limit);
    Ended { status, stdout: read(&stdout), stderr: read(&stderr) }
}

fn command(input: &Input) -> Command {
    let own = env::current_exe().expect("/proc is mounted");
    match &input.mounts {
        None => Command::new(own),
        Some(script) => {
            let mut unshare = Command::new("unshare");
            let script = format!("{script}\nexec \"$0\" \"$@\"");
            unshare.args(["--mount", "sh", "-c", &script]).arg(own);
            unshare
        }
    }
}

fn create(path: &Path) -> File {
    File::create(path).expect("a new file")
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).expect("it was created")).into_owned()
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() > end {
            let group = Pid::from_raw(child.id() as i32).expect("a process has a number");
            let _ = kill_process_group(group, Signal::KILL);
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}
