//! What a kernel or a sandbox may not have, and what the loader does then.

use sochdb_plugin_host::{Policy, Step};
use std::io::Error;
use support::sandbox::{call, call_with, fail, Call};

/// How a load ends.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// The plugin is loaded.
    Loads,
    /// The plugin is loaded, and this step's line contains this text.
    LoadsAndSays(Step, &'static str),
    /// It is refused with this code.
    Refused(&'static str),
}

/// Something that is not there.
pub struct Missing {
    /// What.
    pub name: &'static str,
    /// The system calls that fail.
    pub calls: &'static [Call],
    /// How they fail: as where a kernel does not have them, and as where a sandbox forbids them.
    pub errors: &'static [i32],
    /// Under the policy for development.
    pub development: Expected,
    /// Under the strict policy.
    pub strict: Expected,
    /// What the remedy of a refusal says: for each of the errors, or for all.
    pub remedies: &'static [&'static str],
}

const ABSENT_OR_FORBIDDEN: &[i32] = &[libc::ENOSYS, libc::EPERM];

/// All that the tests take away. The first row is the control.
pub const MISSING: &[Missing] = &[
    Missing {
        name: "nothing",
        calls: &[],
        errors: &[0],
        development: Expected::LoadsAndSays(Step::Seal, "cannot be executed"),
        strict: Expected::Loads,
        remedies: &[],
    },
    // Before Linux 5.6; old container runtimes forbid it.
    Missing::harmless("openat2", &[call(libc::SYS_openat2)]),
    Missing {
        // A directory on a medium that fails.
        name: "readable directories",
        calls: &[call(libc::SYS_openat2)],
        errors: &[libc::EIO],
        development: Expected::Refused("E_DIR_IO"),
        // The operator's trust files are looked for first.
        strict: Expected::Refused("E_TRUST_FILE"),
        remedies: &["check the file system that it is on"],
    },
    Missing::refused(
        "memfd_create",
        &[call(libc::SYS_memfd_create)],
        ABSENT_OR_FORBIDDEN,
        "E_MEMFD",
        &["allow this process memfd_create"],
    ),
    Missing {
        // Before Linux 6.3.
        name: "MFD_NOEXEC_SEAL",
        calls: &[call_with(libc::SYS_memfd_create, 1, libc::MFD_NOEXEC_SEAL)],
        errors: &[libc::EINVAL],
        development: Expected::LoadsAndSays(Step::Seal, "read back"),
        strict: Expected::Loads,
        remedies: &[],
    },
    Missing::refused(
        "open files of the machine",
        &[call(libc::SYS_memfd_create)],
        &[libc::ENFILE],
        "E_SHORTAGE",
        &["raise the machine's limit: `sysctl fs.file-max`"],
    ),
    // A command with this bit is that which adds seals.
    Missing::refused(
        "seals",
        &[call_with(libc::SYS_fcntl, 1, 8)],
        &[libc::EPERM],
        "E_SEAL",
        &["allow this process fcntl"],
    ),
    Missing::refused(
        "the flags of a mount",
        &[call(libc::SYS_fstatfs)],
        &[libc::EIO],
        "E_EXEC_POLICY_IO",
        &["allow this process fstatfs"],
    ),
    // Of its paths, those that do not begin in an open directory.
    Missing::refused(
        "looks at a path",
        &[call_with(libc::SYS_newfstatat, 0, 1 << 31)],
        &[libc::EPERM, libc::EIO],
        "E_PROC_IO",
        &["allow this process stat, fstat and fcntl"],
    ),
    Missing::refused(
        "room for the copy",
        &[call(libc::SYS_pwrite64)],
        &[libc::ENOSPC, libc::ENOMEM],
        "E_SHORTAGE",
        &["make room: `df`", "`ulimit -v`"],
    ),
    Missing::refused(
        "a copy without faults",
        &[call(libc::SYS_pwrite64)],
        &[libc::EIO],
        "E_COPY",
        &["allow this process to read and write files"],
    ),
    // As a service that may not start programs.
    Missing::refused(
        "execve",
        &[call(libc::SYS_execve), call(libc::SYS_execveat)],
        ABSENT_OR_FORBIDDEN,
        "E_PROBE_UNAVAILABLE",
        &["allow this process to start programs"],
    ),
    // As a user who has as many processes as the limit allows.
    Missing::refused(
        "processes",
        &[
            call(libc::SYS_clone),
            call(libc::SYS_clone3),
            #[cfg(target_arch = "x86_64")]
            call(libc::SYS_fork),
            #[cfg(target_arch = "x86_64")]
            call(libc::SYS_vfork),
        ],
        &[libc::EAGAIN],
        "E_SHORTAGE",
        &["raise the limit of the user: `ulimit -u`"],
    ),
    Missing {
        // Before Linux 5.13; EOPNOTSUPP where it is not switched on.
        name: "landlock",
        calls: &[call(libc::SYS_landlock_create_ruleset)],
        errors: &[libc::ENOSYS, libc::EPERM, libc::EOPNOTSUPP],
        development: Expected::LoadsAndSays(Step::Probe, "no Landlock, seccomp"),
        strict: Expected::Refused("E_PROBE_SANDBOX"),
        remedies: &["or choose another policy for the directory"],
    },
    Missing {
        // A kernel or a service's filter without it: the probe cannot keep its list of calls.
        name: "seccomp",
        calls: &[call(libc::SYS_seccomp)],
        errors: ABSENT_OR_FORBIDDEN,
        development: Expected::LoadsAndSays(Step::Probe, "no seccomp"),
        strict: Expected::Refused("E_PROBE_SANDBOX"),
        remedies: &["or choose another policy for the directory"],
    },
    Missing {
        // The kernel has them, and not the memory to set them up.
        name: "memory for the walls",
        calls: &[call(libc::SYS_landlock_create_ruleset)],
        errors: &[libc::ENOMEM, libc::EMFILE],
        development: Expected::Refused("E_SHORTAGE"),
        strict: Expected::Refused("E_SHORTAGE"),
        remedies: &["raise the limit of the process: `ulimit -v`", "`ulimit -n`"],
    },
    Missing {
        name: "memory for the filter",
        calls: &[call(libc::SYS_seccomp)],
        errors: &[libc::ENOMEM],
        development: Expected::Refused("E_SHORTAGE"),
        strict: Expected::Refused("E_SHORTAGE"),
        remedies: &["raise the limit of the process: `ulimit -v`"],
    },
    // Before Linux 5.3.
    Missing::harmless("pidfd_open", &[call(libc::SYS_pidfd_open)]),
    // Before Linux 5.9.
    Missing::harmless("close_range", &[call(libc::SYS_close_range)]),
];

impl Missing {
    /// What nothing depends on, absent or forbidden.
    const fn harmless(name: &'static str, calls: &'static [Call]) -> Self {
        let (development, strict) = (Expected::Loads, Expected::Loads);
        Self { name, calls, errors: ABSENT_OR_FORBIDDEN, development, strict, remedies: &[] }
    }

    /// What every policy refuses to be without.
    const fn refused(
        name: &'static str,
        calls: &'static [Call],
        errors: &'static [i32],
        code: &'static str,
        remedies: &'static [&'static str],
    ) -> Self {
        Self { name, calls, errors, development: Expected::Refused(code), strict: Expected::Refused(code), remedies }
    }

    /// What the remedy says where a call fails with the error of this place.
    pub fn remedy(&self, error: usize) -> &'static str {
        self.remedies.get(error).or(self.remedies.first()).expect("a refusal has a remedy")
    }

    /// Takes it away from this thread and from what it starts, and makes sure that it is gone.
    pub fn take_away(&self, errno: i32) {
        fail(self.calls, errno);
        for call in self.calls {
            assert_eq!(attempt(*call).raw_os_error(), Some(errno), "{} is still there", self.name);
        }
    }
}

/// The error of a call with arguments that are wrong in any case.
fn attempt(call: Call) -> Error {
    let wrong = -1_i64;
    // SAFETY: the filter answers it; without one, no pointer leads anywhere and no size is allowed.
    let result = unsafe { libc::syscall(call.number(), wrong, wrong, wrong, wrong, wrong) };
    assert_eq!(result, -1, "system call {}", call.number());
    Error::last_os_error()
}

/// The policy that demands most, if the loader has it.
pub fn strict() -> Option<Policy> {
    Some(Policy::Strict)
}
