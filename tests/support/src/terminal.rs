//! A real terminal of some size, and what a command prints on it.

use crate::run::{wait, MINUTE};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::ptr;
use std::thread;
use std::time::Instant;

/// How a command ended, and all that it printed, without what makes colour.
pub struct Shown {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub text: String,
}

/// What this process writes behind all that a command printed. No command prints it.
const END: &[u8] = b"\x04\x04";

/// Runs `command` with standard output and standard error on a new terminal of that many columns.
///
/// # Panics
/// If it cannot start, or takes longer than [`MINUTE`]: then it is killed.
pub fn on_terminal(command: &mut Command, columns: u16) -> Shown {
    let (mut master, slave) = terminal(columns);
    let end_of = |slave: &OwnedFd| slave.try_clone().expect("a descriptor");
    let mut process = command
        .stdin(Stdio::null())
        .stdout(end_of(&slave))
        .stderr(end_of(&slave))
        .process_group(0)
        .spawn()
        .unwrap_or_else(|why| panic!("cannot start {command:?}: {why}"));
    let reader = thread::spawn(move || {
        let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
        while !bytes.ends_with(END) {
            let length = master.read(&mut part).expect("an end of the terminal is open");
            bytes.extend_from_slice(&part[..length]);
        }
        bytes.truncate(bytes.len() - END.len());
        bytes
    });
    let Some(status) = wait(&mut process, Instant::now() + MINUTE) else {
        panic!("{command:?} took longer than {MINUTE:?}");
    };
    // A terminal that nobody has open any more may lose what was not read yet, so this end closes last.
    File::from(slave).write_all(END).expect("the terminal is open");
    let bytes = reader.join().expect("a reader");
    let text = String::from_utf8(bytes).expect("UTF-8");
    // A line that was cleared for another one is not seen any more.
    let seen = text.split_inclusive('\n').map(|line| line.rsplit("\r\x1b[K").next().unwrap_or_default());
    let text = seen.collect::<String>().replace('\r', "");
    Shown { status, text: plain(&text) }
}

fn terminal(columns: u16) -> (File, OwnedFd) {
    let (mut master, mut slave) = (-1, -1);
    let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the two descriptors are written to places of this function, the size is only read, and no name and no
    // settings are asked for.
    let made = unsafe { libc::openpty(&raw mut master, &raw mut slave, ptr::null_mut(), ptr::null(), &raw const size) };
    assert_eq!(made, 0, "{}", std::io::Error::last_os_error());
    for descriptor in [master, slave] {
        // SAFETY: fcntl with these arguments only sets a flag.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    // SAFETY: both were just opened, and nobody else knows them.
    unsafe { (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) }
}

fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, text)| text));
    }
    plain
}
