//! Runs one command in a process group of its own, for a limited time, and keeps the end of what it printed.

use rustix::process::{kill_process_group, waitid, Pid, Signal, WaitId, WaitIdOptions};
use std::io::{PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

/// How much of a child's last words is kept, in bytes.
const KEPT: usize = 64 << 10;
const POLL: Duration = Duration::from_millis(2);
/// How long the pipe may stay open after the group was killed: a process that left the group may hold it for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Exit(i32),
    Signal(i32),
    Hung,
}

/// A process that ended, or was ended.
pub(crate) struct Finished {
    pub(crate) ended: Ended,
    pub(crate) took: Duration,
    /// The end of what it wrote to standard output.
    pub(crate) printed: String,
    /// The end of what it wrote to standard error, and to standard output.
    pub(crate) said: String,
}

/// Runs `command`; what is left of it after `limit` is killed, with all that it started.
pub(crate) fn run(command: &mut Command, limit: Duration) -> std::io::Result<Finished> {
    let (output, writes_output) = std::io::pipe()?;
    let (errors, writes_errors) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writes_output).stderr(writes_errors).process_group(0);
    let begun = Instant::now();
    let mut child = command.spawn()?;
    // The command keeps its ends of the pipe, and the reader waits until all are closed.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (output, errors) = (listen(output), listen(errors));
    let in_time = wait(&child, begun + limit);
    let took = begun.elapsed();
    // Until the child is waited for, its number, which is the group's, is no other's.
    kill_group(&child);
    let status = child.wait()?;
    let text = |heard: Receiver<Vec<u8>>| {
        String::from_utf8_lossy(&heard.recv_timeout(LAST_WORDS).unwrap_or_default()).trim().to_owned()
    };
    let (said, printed) = (text(errors), text(output));
    let said = format!("{said}\n{printed}").trim().to_owned();
    let ended = if in_time? { ended(status) } else { Ended::Hung };
    Ok(Finished { ended, took, printed, said })
}

/// Whether the child ends before `until`.
fn wait(child: &Child, until: Instant) -> std::io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        if waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some() {
            return Ok(true);
        }
        if Instant::now() > until {
            return Ok(false);
        }
        std::thread::sleep(POLL);
    }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, signal) => Ended::Signal(signal.unwrap_or(0)),
    }
}

/// Kills what the child left behind, or the child itself. There may be nothing.
fn kill_group(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

fn listen(mut from: PipeReader) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let (mut kept, mut room) = (Vec::new(), [0; KEPT]);
        while let Ok(len @ 1..) = from.read(&mut room) {
            kept.extend_from_slice(&room[..len]);
            kept.drain(..kept.len().saturating_sub(KEPT));
        }
        // Nobody may be waiting any more.
        let _ = send.send(kept);
    });
    receive
}

/// The usual name of a signal.
pub(crate) fn signal_name(number: i32) -> String {
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

#[cfg(test)]
mod tests;
