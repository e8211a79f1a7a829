//! Seccomp filters for the calling thread and all that it starts afterwards. They cannot be taken off: install them in
//! a process that is made for it.

use libc::{c_long, sock_filter, sock_fprog};
use std::io::Error;

/// A system call, or those of its calls that have a bit set in an argument.
#[derive(Clone, Copy)]
pub struct Call {
    number: c_long,
    bit: Option<(u32, u32)>,
}

/// The system call of this number, such as `libc::SYS_openat`.
pub const fn call(number: c_long) -> Call {
    Call { number, bit: None }
}

/// The system call of this number, if its argument `at` (from 0) has one of these bits.
pub const fn call_with(number: c_long, at: u32, bits: u32) -> Call {
    Call { number, bit: Some((at, bits)) }
}

impl Call {
    /// The system call's number.
    pub fn number(self) -> c_long {
        self.number
    }
}

/// What gives, takes and protects memory, writes and ends: no path is in any of them.
pub const MEMORY_AND_OUTPUT: &[Call] = &[
    call(libc::SYS_write),
    call(libc::SYS_exit_group),
    call(libc::SYS_brk),
    call(libc::SYS_mmap),
    call(libc::SYS_munmap),
    call(libc::SYS_mremap),
    call(libc::SYS_mprotect),
    call(libc::SYS_madvise),
];

/// What leads to a file, or makes one, by its path or in memory; and what runs one.
pub const FILES: &[Call] = &[
    call(libc::SYS_openat),
    call(libc::SYS_openat2),
    call(libc::SYS_newfstatat),
    call(libc::SYS_fstat),
    call(libc::SYS_statx),
    call(libc::SYS_statfs),
    call(libc::SYS_readlinkat),
    call(libc::SYS_faccessat),
    call(libc::SYS_faccessat2),
    call(libc::SYS_memfd_create),
    call(libc::SYS_getcwd),
    call(libc::SYS_chdir),
    call(libc::SYS_mkdirat),
    call(libc::SYS_execve),
    call(libc::SYS_execveat),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_open),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_stat),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_lstat),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_readlink),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_access),
    #[cfg(target_arch = "x86_64")]
    call(libc::SYS_mkdir),
];

/// Kills the process at each system call that is not one of these.
pub fn allow_only(calls: &[Call]) {
    no_core_file();
    install(calls, libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_KILL_PROCESS);
}

/// Kills the process at each of these system calls.
pub fn kill_at(calls: &[Call]) {
    no_core_file();
    install(calls, libc::SECCOMP_RET_KILL_PROCESS, libc::SECCOMP_RET_ALLOW);
}

/// Answers each of these system calls with this error, as a kernel does that does not have it.
pub fn fail(calls: &[Call], errno: i32) {
    install(calls, libc::SECCOMP_RET_ERRNO | errno.unsigned_abs(), libc::SECCOMP_RET_ALLOW);
}

/// The architecture is not looked at: the tests' programs make only calls of their own.
fn install(calls: &[Call], listed: u32, otherwise: u32) {
    const NUMBER: u32 = 0; // The offset of `nr` in `struct seccomp_data`.
    const ARGUMENTS: u32 = 16;
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const HAS_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let mut program = Vec::new();
    let mut add = |code: u32, k: u32, over_if_not: u8| {
        let code = u16::try_from(code).expect("an instruction has 16 bits");
        program.push(sock_filter { code, jt: 0, jf: over_if_not, k });
    };
    for call in calls {
        add(LOAD, NUMBER, 0);
        let number = u32::try_from(call.number).expect("a number of a system call");
        add(EQUAL, number, if call.bit.is_some() { 3 } else { 1 });
        if let Some((at, bits)) = call.bit {
            // The lower half, which comes first on all machines that plugins are for.
            add(LOAD, ARGUMENTS + 8 * at, 0);
            add(HAS_BIT, bits, 1);
        }
        add(RETURN, listed, 0);
    }
    add(RETURN, otherwise, 0);
    let length = u16::try_from(program.len()).expect("a short program");
    let program = sock_fprog { len: length, filter: program.as_mut_ptr() };
    // SAFETY: the program outlives the calls, which copy it.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0, "{}", Error::last_os_error());
        let filter = libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &program);
        assert_eq!(filter, 0, "{}", Error::last_os_error());
    }
}

/// A process that a filter kills would leave one in its directory.
fn no_core_file() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: it reads a limit that outlives the call.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) };
    assert_eq!(set, 0, "{}", Error::last_os_error());
}
