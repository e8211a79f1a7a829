//! Commands with a time limit.

use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a compiler on a busy machine.
pub const MINUTE: Duration = Duration::from_secs(60);

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
    let Some(status) = wait(&mut child, end) else {
        panic!("{command:?} took longer than {limit:?}; its standard error:\n{}", stderr.join().expect("a reader"));
    };
    Finished { status, stdout: stdout.join().expect("a reader"), stderr: stderr.join().expect("a reader") }
}

/// Waits for a child that has a process group of its own; `None` if it has not ended at `end`, and the group was killed.
pub(crate) fn wait(child: &mut Child, end: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() > end {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
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
