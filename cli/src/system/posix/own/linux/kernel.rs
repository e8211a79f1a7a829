//! What of the kernel a loader can have in this process, found out by trying it.

use crate::system::backend::{Ability, Means};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::{MemfdFlags, Mode, OFlags, ResolveFlags, SealFlags, CWD};
use rustix::io::Errno;
use rustix::process::PidfdFlags;
use std::io::Error;

const STRICT: &str = "; the policy strict refuses every plugin";

/// Since Linux 6.14: whether `execve` would be allowed, without doing it.
const AT_EXECVE_CHECK: libc::c_int = 0x10000;
/// Asks for the version instead of a rule set.
const LANDLOCK_CREATE_RULESET_VERSION: libc::c_uint = 1;

/// Tries each.
pub(crate) fn abilities() -> Vec<Ability> {
    let memory = sealed(MemfdFlags::NOEXEC_SEAL).or_else(|_| sealed(MemfdFlags::empty()));
    let mut all = vec![match &memory {
        Ok(_) => fine("sealed memory", "memfd_create works, and its seals hold"),
        Err(errno) => Ability {
            name: "sealed memory",
            means: Means::Nothing,
            detail: format!("{errno}: no plugin can be loaded (E_MEMFD)"),
            remedy: Some("allow memfd_create in the service's sandbox or seccomp filter"),
        },
    }];
    let setting = std::fs::read_to_string("/proc/sys/vm/memfd_noexec");
    let setting = setting.map_or("which this kernel does not have".to_owned(), |text| text.trim().to_owned());
    all.push(match sealed(MemfdFlags::EXEC) {
        Err(Errno::ACCESS | Errno::PERM) if memory.is_ok() => Ability {
            remedy: Some("set it to 0; else keep the temporary directory on a file system that is not mounted noexec"),
            ..fine("vm.memfd_noexec", format!("{setting}: the probe starts from a file instead of memory"))
        },
        _ => fine("vm.memfd_noexec", setting),
    });
    all.extend(proc(memory.ok()));
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let opened = rustix::fs::openat2(CWD, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), beneath).map(drop);
    all.push(tried("openat2", opened.map_err(Error::from), "each part of a path is opened without it, by O_NOFOLLOW"));
    let own = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty()).map(drop);
    all.push(tried("pidfd_open", own.map_err(Error::from), "the end of a probe is found by asking again and again"));
    all.push(match landlock() {
        Ok(version) => fine("Landlock", format!("ABI {version}")),
        Err(error) => Ability {
            name: "Landlock",
            means: Means::Weaker,
            detail: format!("{error}; seccomp alone holds what a probe runs{STRICT} (E_PROBE_SANDBOX)"),
            remedy: Some("use a Linux kernel of 5.13 or newer, and name landlock in its parameter lsm="),
        },
    });
    all.push(match seccomp() {
        Ok(()) => fine("seccomp", "works"),
        Err(error) => Ability {
            name: "seccomp",
            means: Means::Weaker,
            detail: format!("{error}; what a probe runs can change files and shared memory{STRICT} (E_PROBE_SANDBOX)"),
            remedy: Some("use a kernel with filters of seccomp, and let the service's own filter allow them"),
        },
    });
    all.push(tried(
        "AT_EXECVE_CHECK",
        execve_check(),
        "a host with `exec_check` learns nothing of the kernel's policy",
    ));
    all
}

fn fine(name: &'static str, detail: impl Into<String>) -> Ability {
    Ability { name, means: Means::Fine, detail: detail.into(), remedy: None }
}

/// What the loader does as well without.
fn tried(name: &'static str, works: Result<(), Error>, without: &str) -> Ability {
    fine(name, works.map_or_else(|error| format!("{error}; {without}"), |()| "works".to_owned()))
}

/// Makes memory as the loader does, and seals it.
fn sealed(also: MemfdFlags) -> rustix::io::Result<OwnedFd> {
    let fd = rustix::fs::memfd_create("sochdb-plugin-doctor", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING | also)?;
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    rustix::fs::fcntl_add_seals(&fd, seals)?;
    let held = rustix::fs::fcntl_get_seals(&fd)?.contains(seals);
    // A write of one byte must fail now.
    match rustix::io::pwrite(&fd, &[0], 0) {
        Err(Errno::PERM) if held => Ok(fd),
        _ => Err(Errno::OPNOTSUPP),
    }
}

/// The dynamic linker gets the copy by a path in /proc.
fn proc(memory: Option<OwnedFd>) -> Option<Ability> {
    let fd = memory.or_else(|| rustix::fs::open(".", OFlags::PATH, Mode::empty()).ok())?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
    let found = rustix::fs::stat(&path).and_then(|found| Ok((found, rustix::fs::fstat(fd.as_fd())?)));
    Some(match found {
        Ok((found, own)) if (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino) => {
            fine("/proc", "mounted in this PID namespace")
        }
        _ => Ability {
            name: "/proc",
            means: Means::Nothing,
            detail: format!("{path} is not this process's file: no plugin can be loaded (E_PROC)"),
            remedy: Some("mount /proc in the host's own PID namespace"),
        },
    })
}

/// The version of Landlock's interface.
fn landlock() -> Result<i64, Error> {
    let none = std::ptr::null::<libc::c_void>();
    // SAFETY: with this flag the kernel reads no attributes, so the pointer may be null, and only answers a number.
    let answer = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, none, 0, LANDLOCK_CREATE_RULESET_VERSION) };
    if answer < 1 {
        return Err(Error::last_os_error());
    }
    Ok(answer)
}

/// Whether filters can be installed.
fn seccomp() -> Result<(), Error> {
    let action: u32 = libc::SECCOMP_RET_ERRNO;
    // SAFETY: the kernel reads the action, which lives until the call returns, and says whether it knows it.
    let answer = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &raw const action) };
    answered(answer)
}

/// Whether the kernel says if this program may be executed.
fn execve_check() -> Result<(), Error> {
    let program = std::fs::File::open("/proc/self/exe")?;
    let arguments = [c"plugin".as_ptr(), std::ptr::null()];
    let environment = [std::ptr::null::<libc::c_char>()];
    let flags = libc::AT_EMPTY_PATH | AT_EXECVE_CHECK;
    // SAFETY: with this flag the kernel only answers, and refuses what it does not know; all pointers lead to lists
    // that end in NULL and live until it returns.
    let answer = unsafe {
        let (arguments, environment) = (arguments.as_ptr(), environment.as_ptr());
        libc::syscall(libc::SYS_execveat, program.as_raw_fd(), c"".as_ptr(), arguments, environment, flags)
    };
    answered(answer)
}

fn answered(answer: libc::c_long) -> Result<(), Error> {
    match answer {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}
