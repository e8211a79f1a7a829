//! The same step in another process, behind a Unix socket.

use bench_rust::step::{Mixer, Step};
use std::env;
use std::io::{stdin, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};

/// The argument that makes this program the one that answers, on its standard input.
pub const ANSWER: &str = "--answer";

/// The process that answers. It ends with this.
struct Other {
    process: Child,
    socket: UnixStream,
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        let _ = self.process.wait();
    }
}

/// Its step.
pub fn step() -> impl FnMut(u64) -> u64 {
    let (socket, there) = UnixStream::pair().expect("a pair of sockets");
    let program = env::current_exe().expect("this program's own path");
    let process = Command::new(program).arg(ANSWER).stdin(OwnedFd::from(there)).spawn().expect("it starts");
    let mut other = Other { process, socket };
    move |x| {
        other.socket.write_all(&x.to_le_bytes()).expect("the other process reads");
        let mut reply = [0; 8];
        other.socket.read_exact(&mut reply).expect("the other process answers");
        u64::from_le_bytes(reply)
    }
}

/// Answers until nobody asks any more.
pub fn answer() {
    let mut socket = UnixStream::from(stdin().as_fd().try_clone_to_owned().expect("standard input is a socket"));
    let mixer = Mixer::default();
    let mut request = [0; 8];
    while socket.read_exact(&mut request).is_ok() {
        let reply = mixer.step(u64::from_le_bytes(request)).to_le_bytes();
        if socket.write_all(&reply).is_err() {
            return;
        }
    }
}
