//! The probe's process, started in other ways than usual.

use crate::system::linux::probe::process::Process;
use crate::system::linux::probe::tests::*;
use crate::system::linux::probe::{follow, message, process, program};
use rustix::fd::AsRawFd;
use std::process::Stdio;
use std::time::Instant;

fn probe_in(process: Process, socket: OwnedFd, request: &Request<'_>) -> Result<Report, ProbeError> {
    let message = message::encode(request).expect("a short request");
    follow(process, socket, &message, Instant::now() + request.limit, request.limit)
}

#[test]
fn eight_threads_can_probe_at_once() {
    let (good, bad) = (Library::that_does(""), Library::that_does("abort();"));
    let slow = Library::that_does("for (;;) pause();");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(good.probe().expect("a good plugin").loaded, Ok(()));
                    assert_eq!(bad.probe(), Err(ProbeError::Crashed { signal: libc::SIGABRT }));
                }
                assert_eq!(slow.probe_shortly(), Err(ProbeError::Timeout { limit: SHORT }));
            });
        }
    });
}

#[test]
fn the_program_runs_from_a_file_too() {
    let dir = directory();
    let program = program::unnamed_file(dir.path()).expect("an own directory");
    assert_eq!(fs::read_dir(dir.path()).expect("an own directory").count(), 0);
    let (own, other) = process::sockets().expect("sockets are there");
    let child = program::spawn(&program, &other).expect("the directory allows programs");
    drop(other);
    let library = Library::that_does("");
    assert_eq!(probe_in(Process::of(child), own, &library.request()).expect("a good plugin").loaded, Ok(()));
}

#[test]
fn a_kernel_without_pidfd_serves_too() {
    let probe = |what: &str, limit| {
        let library = Library::that_does(what);
        let (mut process, socket) = Process::start().expect("it starts");
        process.pidfd = None;
        probe_in(process, socket, &Request { limit, ..library.request() })
    };
    assert_eq!(probe("", ENOUGH).expect("a good plugin").loaded, Ok(()));
    assert_eq!(probe("abort();", ENOUGH), Err(ProbeError::Crashed { signal: libc::SIGABRT }));
    assert_eq!(probe("for (;;) pause();", SHORT), Err(ProbeError::Timeout { limit: SHORT }));
    let closes = "for (int fd = 0; fd < 300; fd++) close(fd); for (;;) pause();";
    assert_eq!(probe(closes, SHORT), Err(ProbeError::Timeout { limit: SHORT }));
}

#[test]
fn a_probe_that_gets_a_bad_request_says_so() {
    let library = Library::that_does("");
    type Damage = fn(&mut Vec<u8>);
    let damage: [(&str, Damage); 5] = [
        ("another magic", |bytes| bytes[0] ^= 1),
        ("a text without end", |bytes| bytes.truncate(bytes.len() - 1)),
        ("a text too many", |bytes| bytes.extend(b"x\0")),
        ("a library too few", |bytes| bytes[4] = 1),
        ("only a head", |bytes| bytes.truncate(20)),
    ];
    for (what, damage) in damage {
        let request = library.request();
        let mut message = message::encode(&request).expect("a short request");
        damage(&mut message.bytes);
        let (process, socket) = Process::start().expect("it starts");
        let result = follow(process, socket, &message, Instant::now() + ENOUGH, ENOUGH);
        assert!(
            matches!(&result, Err(ProbeError::Unavailable { why }) if why.contains("request")),
            "{what}: {result:?}"
        );
    }
}

#[test]
fn the_program_does_nothing_alone() {
    let program = program::memory().expect("there is memory");
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a SochDB host starts this program"));
}

/// A debugger that waits for the end of a process keeps it from ending, as a device that hangs does.
const KEEPS: &str = "#include <stdio.h>\n#include <stdlib.h>\n#include <sys/ptrace.h>\n#include <unistd.h>\n\
    int main(int count, char **words) { char byte; (void)count;\n\
    if (ptrace(PTRACE_SEIZE, atoi(words[1]), 0, PTRACE_O_TRACEEXIT) != 0) return 77;\n\
    puts(\"held\"); fflush(stdout); return read(0, &byte, 1) != 0; }\n";

#[test]
fn a_probe_that_cannot_end_does_not_hold_its_host() {
    const NAME: &str = "a_probe_that_cannot_end_does_not_hold_its_host";
    let dir = directory();
    fs::write(dir.path().join("keeps.c"), KEEPS).expect("an own directory");
    let made = Command::new("cc").args(["-o", "keeps", "keeps.c"]).current_dir(dir.path()).status();
    assert!(made.expect("a compiler is there").success());
    let child = Command::new("sleep").arg("1000").spawn().expect("a program of every system");
    let mut keeper = Command::new(dir.path().join("keeps"));
    let keeper = keeper.arg(child.id().to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut keeper = keeper.expect("it was just made");
    let mut said = [0; 5];
    let held = std::io::Read::read_exact(keeper.stdout.as_mut().expect("a pipe"), &mut said);
    let process = Process::of(child);
    let begun = Instant::now();
    let end = process.end();
    drop(keeper.stdin.take());
    let status = keeper.wait().expect("an own child");
    if held.is_err() && status.code() == Some(77) {
        return eprintln!("skipped: {NAME}: the system lets nobody trace a process");
    }
    assert_eq!(end, process::End::Stuck);
    assert!(begun.elapsed() < ENOUGH);
    // The next start takes it away.
    let until = Instant::now() + ENOUGH;
    while process::stuck() > 0 && Instant::now() < until {
        assert_eq!(Library::that_does("").probe().expect("a good plugin").loaded, Ok(()));
    }
    assert_eq!(process::stuck(), 0);
}
