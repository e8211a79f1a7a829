//! A real terminal of some size, and what a command prints on it.

use crate::support::MINUTE;
use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::{Command, ExitStatus, Stdio};
use std::ptr;
use std::sync::mpsc;
use std::thread;

/// How a command ended, and all that it printed, without what makes colour.
pub struct Shown {
    pub status: ExitStatus,
    pub text: String,
}

/// Runs `command` with standard output and standard error on a new terminal of that many columns.
pub fn on_terminal(command: &mut Command, columns: u16) -> Shown {
    let (mut master, slave) = terminal(columns);
    let mut process = command
        .stdin(Stdio::null())
        .stdout(slave.try_clone().expect("a descriptor"))
        .stderr(slave)
        .spawn()
        .unwrap_or_else(|why| panic!("cannot start {command:?}: {why}"));
    // This process's own ends would keep the terminal open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
        // When nobody has the other end any more, a read fails.
        while let Ok(length @ 1..) = master.read(&mut part) {
            bytes.extend_from_slice(&part[..length]);
        }
        let _ = send.send(bytes);
    });
    let Ok(bytes) = receive.recv_timeout(MINUTE) else {
        let _ = process.kill();
        panic!("{command:?} did not end");
    };
    let text = String::from_utf8(bytes).expect("UTF-8").replace('\r', "");
    Shown { status: process.wait().expect("its own child"), text: plain(&text) }
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
