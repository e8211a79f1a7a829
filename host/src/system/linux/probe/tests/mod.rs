//! Real libraries, made by the compilers of the system, in the probe.

mod alone;
mod constructors;
mod honest;
mod libraries;
mod limits;
mod process;
mod sandbox;
mod sweep;
mod watch;

use crate::probe::outcome::{ProbeError, Report};
use crate::system::linux::probe::request::{Needed, Request};
use crate::system::linux::probe::run;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use std::ffi::{CStr, OsStr};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const ENTRY: &CStr = c"soch_plugin_v1";
const ENOUGH: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

/// A library in sealed memory.
struct Library {
    fd: OwnedFd,
    bytes: u64,
}

impl Library {
    /// One with the entry, whose constructor does this.
    fn that_does(what: &str) -> Self {
        let source = format!(
            "#define _GNU_SOURCE\n#include <arpa/inet.h>\n#include <dlfcn.h>\n#include <errno.h>\n#include <fcntl.h>\n\
             #include <pthread.h>\n#include <signal.h>\n#include <stdlib.h>\n#include <string.h>\n\
             #include <sys/mman.h>\n#include <sys/prctl.h>\n#include <sys/resource.h>\n#include <sys/socket.h>\n\
             #include <sys/stat.h>\n#include <sys/wait.h>\n#include <unistd.h>\nint soch_plugin_v1;\n\
             __attribute__((unused)) static void *nothing(void *of) {{ return of; }}\n\
             __attribute__((unused)) static void *waits(void *of) {{ pause(); return of; }}\n\
             __attribute__((constructor)) static void start(void) {{ {what} }}\n"
        );
        let dir = directory();
        Self::of(&compile(dir.path(), "plugin.c", &source, &[]))
    }

    fn of(path: &Path) -> Self {
        let bytes = fs::read(path).expect("the compiler made it");
        let plain = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let fd = match rustix::fs::memfd_create("probed", plain | MemfdFlags::NOEXEC_SEAL) {
            Err(Errno::INVAL) => rustix::fs::memfd_create("probed", plain),
            made => made,
        };
        let mut file = fs::File::from(fd.expect("there is memory"));
        file.write_all(&bytes).expect("there is memory");
        let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
        rustix::fs::fcntl_add_seals(&file, seals).expect("it is not mapped");
        Self { fd: file.into(), bytes: bytes.len() as u64 }
    }

    fn request(&self) -> Request<'_> {
        Request { plugin: self.fd.as_fd(), bytes: self.bytes, needed: &[], symbol: ENTRY, limit: ENOUGH }
    }

    fn probe(&self) -> Result<Report, ProbeError> {
        run(&self.request())
    }

    fn probe_shortly(&self) -> Result<Report, ProbeError> {
        run(&Request { limit: SHORT, ..self.request() })
    }

    fn probe_with(&self, needed: &[Needed<'_>]) -> Result<(), String> {
        run(&Request { needed, ..self.request() }).expect("it neither crashes nor hangs").loaded
    }
}

impl AsFd for Library {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn directory() -> TempDir {
    let dir = tempfile::Builder::new().prefix("soch").permissions(Permissions::from_mode(0o700)).tempdir();
    dir.expect("the temporary directory is writable")
}

/// Compiles `source` as the file `name`, in C or C++ as its end says.
fn compile(dir: &Path, name: &str, source: &str, flags: &[&OsStr]) -> PathBuf {
    let (input, output) = (dir.join(name), dir.join(name).with_extension("so"));
    fs::write(&input, source).expect("an own directory");
    let compiler = if name.ends_with(".cc") { "c++" } else { "cc" };
    let mut command = Command::new(compiler);
    command.args(["-shared", "-fPIC", "-O1", "-pthread", "-o"]).args([&output, &input]).args(flags);
    let status = command.status().expect("a compiler is there");
    assert!(status.success(), "{command:?}");
    output
}
