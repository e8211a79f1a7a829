//! The probe's program, put where the kernel can run it.

use crate::probe::outcome::ProbeError;
use crate::refusal::lack::Lack;
use crate::system::linux::base::resource_limit::resource_limit;
use crate::system::linux::files::sealed_file::seal;
use crate::system::linux::probe::request::unavailable;
use crate::system::linux::probe::{tunable, unnamed};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use rustix::process::Resource;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/probe"));
const NAME: &str = "sochdb-plugin-probe";

/// Bytes of stack that the program needs until it raises its limit itself.
const LEAST_STACK: u64 = 128 << 10;

/// How often a program is started that is being written to, it seems.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(1);

/// Starts the program with `socket` as its standard input. It makes a session of its own.
pub(crate) fn start(socket: &OwnedFd) -> Result<Child, ProbeError> {
    // With less the kernel starts a program, and ends it at once.
    let stack = resource_limit(Resource::Stack).and_then(|limit| limit.current);
    if stack.is_some_and(|stack| stack < LEAST_STACK) {
        return Err(ProbeError::Short { lack: Lack::Stack, errno: libc::ENOMEM });
    }
    let in_memory = match memory().and_then(|program| spawn(&program, socket)) {
        Ok(child) => return Ok(child),
        Err(error) => error,
    };
    let directory = std::env::temp_dir();
    unnamed_file(&directory).and_then(|program| spawn(&program, socket)).map_err(|in_file| {
        let short = |error: &io::Error| Some(ProbeError::Short { lack: lack(error)?, errno: error.raw_os_error()? });
        short(&in_memory).or_else(|| short(&in_file)).unwrap_or_else(|| {
            unavailable(format!(
                "its program does not start from memory ({in_memory}), nor from a file in {directory:?} ({in_file})"
            ))
        })
    })
}

/// The resource that ran short for a program that does not start. Of its calls only `clone` means a shortage by `EAGAIN`.
fn lack(error: &io::Error) -> Option<Lack> {
    Lack::of(error).or((error.raw_os_error() == Some(libc::EAGAIN)).then_some(Lack::Processes))
}

/// The program in memory that nobody can change.
pub(crate) fn memory() -> io::Result<OwnedFd> {
    let plain = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let memory = match rustix::fs::memfd_create(NAME, plain | MemfdFlags::EXEC) {
        // Before Linux 6.3 each memory can be executed.
        Err(Errno::INVAL) => rustix::fs::memfd_create(NAME, plain),
        made => made,
    };
    let mut file = File::from(memory?);
    file.write_all(PROGRAM)?;
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    seal(file.as_fd(), seals)?;
    Ok(file.into())
}

/// The program in a file that no directory names, where the kernel runs none from memory.
pub(crate) fn unnamed_file(directory: &Path) -> io::Result<OwnedFd> {
    let mut file = File::from(unnamed::make_in(directory)?);
    file.write_all(PROGRAM)?;
    // A file that is open for writing cannot be executed.
    Ok(unnamed::read_only(&file)?)
}

pub(crate) fn spawn(program: &OwnedFd, socket: &OwnedFd) -> io::Result<Child> {
    // The lowest three numbers become the standard ones of the child before it runs the program.
    let program = rustix::io::fcntl_dupfd_cloexec(program, 3)?;
    let mut tries = 0;
    loop {
        let mut command = Command::new(path(program.as_raw_fd()));
        command.arg0(NAME).env_clear().envs(tunable::value().map(|value| (tunable::VARIABLE, value)));
        command.stdin(Stdio::from(socket.try_clone()?)).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            // Another thread forked while the file was written: its child has that descriptor until it runs a program.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < TRIES => tries += 1,
            started => return started,
        }
        std::thread::sleep(PAUSE);
    }
}

fn path(fd: i32) -> String {
    format!("/proc/self/fd/{fd}")
}
