//! The step `exec-policy`: the file system, and on demand the kernel's policy, allow to run the file. A sealed copy would otherwise
//! step round both.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::posix::files::open_file::OpenFile;
use rustix::fd::AsRawFd;
use rustix::fs::StatVfsMountFlags;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Since Linux 6.14: whether `execve` would be allowed, without doing it.
const AT_EXECVE_CHECK: libc::c_int = 0x10000;

/// The step. `ask_kernel`: whether the kernel is asked too, which refuses a file without the executable bit.
pub(crate) fn check(path: &Path, file: &OpenFile, ask_kernel: bool) -> Result<((), impl Words<()>), Refusal> {
    let unknown = |reason| Refusal::ExecPolicyIo { path: path.into(), reason };
    let mount = rustix::io::retry_on_intr(|| rustix::fs::fstatvfs(&file.fd))
        .map_err(|errno| Refusal::failed(Step::ExecPolicy, errno, unknown))?;
    if mount.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Err(Refusal::Noexec { path: path.into() });
    }
    let detail = match ask_kernel.then(|| kernel_allows(file)) {
        None => "not mounted noexec",
        Some(Ok(())) => "not mounted noexec, allowed by the kernel's policy",
        Some(Err(error)) if error.kind() == ErrorKind::InvalidInput => {
            "not mounted noexec; this kernel cannot say more, it is older than 6.14"
        }
        Some(Err(reason)) => {
            let denied = |reason| Refusal::ExecDenied { path: path.into(), reason };
            return Err(Refusal::failed(Step::ExecPolicy, reason, denied));
        }
    };
    Ok(((), |_: &()| detail.to_owned()))
}

fn kernel_allows(file: &OpenFile) -> Result<(), Error> {
    let arguments = [c"plugin".as_ptr(), std::ptr::null()];
    let environment = [std::ptr::null::<libc::c_char>()];
    // SAFETY: with this flag the kernel only answers, and refuses what it does not know; all pointers lead to lists
    // that end in NULL and live until it returns.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_execveat,
            file.fd.as_raw_fd(),
            c"".as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH | AT_EXECVE_CHECK,
        )
    };
    if answer == 0 {
        Ok(())
    } else {
        Err(Error::last_os_error())
    }
}
