//! Runs one command, with all that it starts, for a limited time, and keeps the end of what it printed.

use crate::system::backend::System;
use crate::system::Native;
use std::io::{PipeReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

/// How much of a child's last words is kept, in bytes.
const KEPT: usize = 64 << 10;
/// More than on any machine that is of use: threads of a plugin without an end keep each other waiting, too.
const MOST_WAITED: u32 = 16;
const POLL: Duration = Duration::from_millis(2);
/// How often is looked whether it waits for a disk.
const LOOK: Duration = Duration::from_millis(50);
/// How long the pipe may stay open after the group was killed: a process that left the group may hold it for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Exit(i32),
    /// Against its will, by a signal or an exception.
    Killed(i32),
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

/// Runs `command`; what is left of it after `limit` is killed, with all that it started. What it waits for a processor that does
/// something else, or for a disk, is not counted, up to [`MOST_WAITED`] times the limit. Where the limit is over, `part` is asked which part of its work it
/// is at: each part has the whole limit.
pub(crate) fn run(command: &mut Command, limit: Duration, part: impl Fn() -> Option<u64>) -> std::io::Result<Finished> {
    let (output, writes_output) = std::io::pipe()?;
    let (errors, writes_errors) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writes_output).stderr(writes_errors);
    let begun = Instant::now();
    let (mut child, group) = Native::spawn(command)?;
    // The command keeps its ends of the pipe, and the reader waits until all are closed.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (output, errors) = (listen(output), listen(errors));
    let in_time = wait(&mut child, limit, part);
    let took = begun.elapsed();
    Native::end(&child, &group);
    let status = child.wait()?;
    let text = |heard: Receiver<Vec<u8>>| {
        String::from_utf8_lossy(&heard.recv_timeout(LAST_WORDS).unwrap_or_default()).trim().to_owned()
    };
    let (said, printed) = (text(errors), text(output));
    let said = format!("{said}\n{printed}").trim().to_owned();
    let ended = if in_time? { ended(status) } else { Ended::Hung };
    Ok(Finished { ended, took, printed, said })
}

fn wait(child: &mut Child, limit: Duration, part: impl Fn() -> Option<u64>) -> std::io::Result<bool> {
    let (mut begun, mut last) = (Instant::now(), None);
    let (mut looked, mut for_disk) = (begun, Duration::ZERO);
    loop {
        if Native::has_ended(child)? {
            return Ok(true);
        }
        if looked.elapsed() > LOOK {
            for_disk += if Native::waits_for_disk(child) { looked.elapsed() } else { Duration::ZERO };
            looked = Instant::now();
        }
        let waited = || (Native::queued(child) + for_disk).min(MOST_WAITED * limit);
        if begun.elapsed() > limit && begun.elapsed() > limit + waited() {
            let now = part();
            if now.is_none() || now == last {
                return Ok(false);
            }
            (begun, last, for_disk) = (Instant::now(), now, Duration::ZERO);
        }
        std::thread::sleep(POLL);
    }
}

fn ended(status: ExitStatus) -> Ended {
    match Native::killer(status) {
        Some(number) => Ended::Killed(number),
        None => Ended::Exit(status.code().unwrap_or(-1)),
    }
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

#[cfg(test)]
mod tests;
