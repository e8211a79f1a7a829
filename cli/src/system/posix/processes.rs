//! Processes, in groups of their own.

use rustix::process::{
    kill_process_group, setrlimit, wait, waitid, Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, WaitOptions,
};
use std::io::Result;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

pub(super) fn spawn(command: &mut Command) -> Result<(Child, ())> {
    Ok((command.process_group(0).spawn()?, ()))
}

pub(super) fn has_ended(child: &Child) -> Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some())
}

/// Until the child is waited for, its number, which is the group's, is no other's.
pub(super) fn end(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

/// The signal, if it did not end by itself.
pub(super) fn killer(status: ExitStatus) -> Option<i32> {
    status.code().is_none().then(|| status.signal().unwrap_or(0))
}

pub(super) fn signal_name(number: i32) -> String {
    const NAMES: [(Signal, &str); 14] = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::HUP, "SIGHUP"),
        (Signal::ILL, "SIGILL"),
        (Signal::INT, "SIGINT"),
        (Signal::KILL, "SIGKILL"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::SYS, "SIGSYS"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
    ];
    let known = NAMES.iter().find(|(signal, _)| signal.as_raw() == number);
    known.map_or_else(|| format!("signal {number}"), |(_, name)| (*name).to_owned())
}

/// A crash is a result here, and no matter for the system's crash reports.
pub(super) fn dump_no_core() -> Result<()> {
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// One that has ended and was not waited for is there, too.
pub(super) fn has_child() -> bool {
    !matches!(wait(WaitOptions::NOHANG), Err(rustix::io::Errno::CHILD))
}
