//! Linux.

mod crash;
mod kernel;

use rustix::process::{set_child_subreaper, set_parent_process_death_signal, Pid, Signal};
use rustix::thread::set_name;
use std::fs::{self, File, Metadata};
use std::io::Result;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub(crate) use crash::watch as watch_for_crash;
pub(crate) use kernel::abilities;

pub(crate) const RIGHTS: [&str; 2] = ["AT_SECURE is 0", "AT_SECURE is 1"];

/// Should the parent be killed, nobody would end a test that hangs. Who lists processes sees the program's name and not that of the
/// link by which it was started.
pub(crate) fn become_test() -> Result<()> {
    set_name(c"sochdb-plugin")?;
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// The file that runs, whatever stands at its path by now. An emulator and valgrind show whoever opens it the program, and would be
/// started themselves: for them it is the path.
pub(crate) fn own_program() -> Result<Command> {
    let running = Path::new("/proc/self/exe");
    let identity = |file: Metadata| (file.dev(), file.ino());
    let opened = File::open(running).and_then(|file| file.metadata()).map(identity);
    let emulated =
        opened.is_ok_and(|opened| fs::metadata(running).map(identity).is_ok_and(|started| started != opened));
    let path = std::env::current_exe()?;
    let mut command = Command::new(if emulated { &path } else { running });
    command.arg0(&path);
    Ok(command)
}

/// The second of the three numbers of each thread's `schedstat`, as the kernel's documentation has them (scheduler/sched-stats).
pub(crate) fn queued(process: u32) -> Duration {
    let waited = of_threads(process, "schedstat").filter_map(|told| told.split(' ').nth(1)?.parse().ok());
    waited.max().map_or(Duration::ZERO, Duration::from_nanos)
}

/// The state `D` of a thread, which stands behind its name, as proc_pid_stat(5) has it.
pub(crate) fn waits_for_disk(process: u32) -> bool {
    of_threads(process, "stat").any(|told| told.rsplit(')').next().is_some_and(|rest| rest.starts_with(" D")))
}

/// The texts of a file of each thread.
fn of_threads(process: u32, file: &'static str) -> impl Iterator<Item = String> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads.filter_map(move |thread| fs::read_to_string(thread.path().join(file)).ok())
}

/// Where it is refused, fewer are seen.
pub(crate) fn adopt() {
    let _ = set_child_subreaper(Some(Pid::INIT));
}
