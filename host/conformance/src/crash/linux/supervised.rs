//! Runs a child under the supervisor, which decides about each call that concerns a directory.

use crate::crash::linux::kernel::{answer, receive, Answer};
use crate::crash::linux::patience::{Patience, LOOK};
use crate::crash::linux::perform::Decision;
use crate::crash::linux::process::{Act, Fits, Past, Process};
use crate::crash::linux::talk::{wait, Talk};
use rustix::fd::AsFd;
use std::collections::VecDeque;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The end of a child's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All is done.
    Done,
    /// The supervisor killed the process.
    Killed,
    /// A signal ended the process, or it ended itself.
    Crashed(String),
    /// Nothing came for long.
    Hung,
}

/// A call that concerned the directory.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The number of changes that were made before.
    pub(crate) ops: usize,
    /// The call, as a message says it.
    pub(crate) what: String,
    pub(crate) fits: Fits,
}

/// A line that the child said.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The number of changes that were made before.
    pub(crate) ops: usize,
    /// The number of calls that were made before.
    pub(crate) calls: usize,
    pub(crate) text: String,
}

/// All that a child did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) past: Past,
    pub(crate) points: Vec<Point>,
    pub(crate) lines: Vec<Line>,
    pub(crate) end: End,
}

/// A child, which ends with what holds it.
pub(crate) struct Held(pub(crate) Child);

impl Drop for Held {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a child that is asked for something.
///
/// # Errors
/// It cannot be started.
pub(crate) fn start(mut command: Command, request: &str) -> Result<(Held, Talk), String> {
    let failed = |error: std::io::Error| format!("cannot start a process for the plugin: {error}");
    let (ours, theirs) = UnixStream::pair().map_err(failed)?;
    let child = command.stdin(Stdio::from(rustix::fd::OwnedFd::from(theirs))).spawn().map_err(failed)?;
    // The command keeps the other end, which must be gone when the child is.
    drop(command);
    let talk = Talk::new(ours.into());
    talk.say(request).map_err(failed)?;
    Ok((Held(child), talk))
}

/// The end of a process that was not asked to end, as a message says it.
pub(crate) fn crashed(status: ExitStatus) -> String {
    match status.signal() {
        Some(signal) => format!("signal {signal}"),
        None => format!("exit code {}", status.code().unwrap_or(-1)),
    }
}

/// Runs a child that does what `request` says, and asks `decide` about each call that concerns `directory`, a real path; it is
/// told how many there were before. The directory has this past. A call that waits for the disk returns after `sync`, so that other threads get on. None if the
/// kernel does not let a process be supervised, with the reason.
///
/// # Errors
/// What stands in the way of the test, and is not the plugin's.
pub(crate) fn run(
    command: Command,
    request: &str,
    directory: &Path,
    past: Past,
    sync: Duration,
    mut decide: impl FnMut(usize, &Act) -> Decision,
) -> Result<Result<Run, String>, String> {
    let (mut held, mut talk) = start(command, request)?;
    let failed = |error: std::io::Error| format!("cannot supervise a process: {error}");
    let mut patience = Patience::with(held.0.id());
    let Some(begun) = talk.line_within(&patience).map_err(failed)? else {
        let how = held.0.wait().map_or_else(|error| error.to_string(), crashed);
        return Err(format!("the process that is to make the plugin ended with {how}"));
    };
    let Some(listener) = begun.strip_prefix("supervise ").and_then(|number| number.parse().ok()) else {
        return Ok(Err(begun));
    };
    let mut process = Process::new(held.0.id(), directory, past).map_err(failed)?;
    let listener = match process.descriptor(listener) {
        Ok(listener) => listener,
        Err(error) => return Ok(Err(format!("a process may not look at its child: {error}"))),
    };
    let (mut points, mut lines, mut syncs) = (Vec::new(), Vec::new(), VecDeque::new());
    patience.renew();
    let end = loop {
        while syncs.front().is_some_and(|(_, _, at): &(_, _, Instant)| *at <= Instant::now()) {
            if let Some((asked, made, _)) = syncs.pop_front() {
                answer(listener.as_fd(), asked, made);
            }
        }
        let next = syncs.front().map_or(LOOK, |(_, _, at)| at.saturating_duration_since(Instant::now()).min(LOOK));
        let [asked, said] = wait(&[listener.as_fd(), talk.as_fd()], next).map_err(failed)?;
        if said {
            patience.renew();
            hear(&mut talk, (process.past.ops.len(), points.len()), &mut lines).map_err(failed)?;
            if talk.has_ended() {
                break ended(&mut held, &lines);
            }
        }
        if !asked {
            if patience.is_over().is_some() {
                break End::Hung;
            }
            continue;
        }
        let Some(asked) = receive(listener.as_fd()) else { continue };
        let Some(act) = process.act(&asked) else {
            answer(listener.as_fd(), asked, Answer::Continue);
            continue;
        };
        patience.renew();
        // What it said before the call was before it.
        hear(&mut talk, (process.past.ops.len(), points.len()), &mut lines).map_err(failed)?;
        process.compare_short();
        let decision = decide(points.len(), &act);
        let fits = act.fits();
        points.push(Point { ops: process.past.ops.len(), what: act.what.clone(), fits });
        if decision == Decision::Kill {
            held.0.kill().map_err(failed)?;
            held.0.wait().map_err(failed)?;
            // The kernel keeps what it had written into maps.
            process.compare(None);
            break End::Killed;
        }
        let made = process.make(act, decision);
        if fits.syncs && !sync.is_zero() {
            syncs.push_back((asked, made, Instant::now() + sync));
        } else {
            answer(listener.as_fd(), asked, made);
        }
    };
    if end != End::Hung {
        hear(&mut talk, (process.past.ops.len(), points.len()), &mut lines).map_err(failed)?;
    }
    Ok(Ok(Run { past: process.past, points, lines, end }))
}

fn hear(talk: &mut Talk, (ops, calls): (usize, usize), lines: &mut Vec<Line>) -> std::io::Result<()> {
    lines.extend(talk.lines()?.into_iter().map(|text| Line { ops, calls, text }));
    Ok(())
}

/// The end of the child whose end of the socket is gone.
fn ended(held: &mut Held, lines: &[Line]) -> End {
    let done = lines.last().is_some_and(|line| line.text == "end");
    match held.0.wait() {
        Ok(status) if status.success() && done => End::Done,
        Ok(status) => End::Crashed(crashed(status)),
        Err(error) => End::Crashed(error.to_string()),
    }
}
