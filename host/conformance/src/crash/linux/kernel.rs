//! The kernel's help for the supervisor of a process: each call that may change files waits until it is answered
//! (seccomp, user notification).

use crate::crash::linux::numbers::{self, When};
use rustix::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::io::{Error, Result};

/// Offsets in `seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

#[cfg(target_arch = "x86_64")]
const NATIVE: Option<u32> = Some(0xC000_003E);
#[cfg(target_arch = "aarch64")]
const NATIVE: Option<u32> = Some(0xC000_00B7);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const NATIVE: Option<u32> = None;

/// A call that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    id: u64,
    /// The thread that makes it.
    pub(crate) thread: u32,
    pub(crate) number: i64,
    pub(crate) arguments: [u64; 6],
}

/// The answer to a call that waits.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The kernel makes the call.
    Continue,
    /// The call was made: this is its result.
    Value(i64),
    /// The call fails, with this number.
    Error(i32),
    /// The call was made: the process gets this descriptor.
    Descriptor(OwnedFd, u32),
}

fn statement(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).expect("all codes are small"), jt, jf, k }
}

/// The filter: which calls wait.
fn program(native: u32, waiting: impl Iterator<Item = &'static (libc::c_long, When)>) -> Vec<libc::sock_filter> {
    let load = |offset| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0);
    let equal = |value, jt, jf| statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, jt, jf);
    let any_bit = |value, jt, jf| statement(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, value, jt, jf);
    let end = |value| statement(libc::BPF_RET | libc::BPF_K, value, 0, 0);
    let (waits, goes) = (libc::SECCOMP_RET_USER_NOTIF, libc::SECCOMP_RET_ALLOW);
    let mut all = vec![load(ARCHITECTURE), equal(native, 1, 0), end(goes), load(NUMBER)];
    for (number, when) in waiting {
        let number = u32::try_from(*number).expect("all numbers are small");
        match *when {
            When::Always => all.extend([equal(number, 0, 1), end(waits)]),
            When::Bits(index, bits) => {
                all.extend([equal(number, 0, 4), load(argument(index)), any_bit(bits, 0, 1), end(waits), end(goes)]);
            }
            When::Is(index, value) => {
                all.extend([equal(number, 0, 4), load(argument(index)), equal(value, 0, 1), end(waits), end(goes)]);
            }
            When::BothBits((first, one), (second, other)) => all.extend([
                equal(number, 0, 6),
                load(argument(first)),
                any_bit(one, 0, 3),
                load(argument(second)),
                any_bit(other, 0, 1),
                end(waits),
                end(goes),
            ]),
        }
    }
    all.push(end(goes));
    all
}

/// Lets calls that may change files, and if `reads` those that read them, of all threads of this process wait, from now on and for
/// ever, for whoever reads what is returned.
///
/// # Errors
/// The kernel has no such filters, or does not allow them.
pub(crate) fn begin(reads: bool) -> Result<OwnedFd> {
    let native = NATIVE.ok_or_else(|| Error::other("the calls of this processor are not known"))?;
    let reading = if reads { numbers::READING } else { &[] };
    let mut program = program(native, numbers::WAITING.iter().chain(reading));
    let filter =
        libc::sock_fprog { len: u16::try_from(program.len()).map_err(Error::other)?, filter: program.as_mut_ptr() };
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER
        | libc::SECCOMP_FILTER_FLAG_TSYNC
        | libc::SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    // SAFETY: this function owns the filter, which outlives the calls.
    let install = |flags: libc::c_ulong| unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const filter)
    };
    // SAFETY: it has no memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(Error::last_os_error());
    }
    // Without the flag, of Linux 5.19, a signal makes a call ask twice.
    let mut listener = install(flags | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    if listener < 0 {
        listener = install(flags);
    }
    if listener < 0 {
        return Err(Error::last_os_error());
    }
    let listener = i32::try_from(listener).map_err(Error::other)?;
    // SAFETY: the kernel just made it, for this function.
    Ok(unsafe { OwnedFd::from_raw_fd(listener) })
}

/// The next call that waits. None if it does not any more: its process ended.
pub(crate) fn receive(listener: BorrowedFd<'_>) -> Option<Asked> {
    // SAFETY: all zeros is such a value, and what the kernel demands.
    let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes a value of this function.
    let code = unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut asked) };
    let number = i64::from(asked.data.nr);
    (code == 0).then_some(Asked { id: asked.id, thread: asked.pid, number, arguments: asked.data.args })
}

/// Answers a call. There is nobody to answer if its process has ended.
pub(crate) fn answer(listener: BorrowedFd<'_>, asked: Asked, answer: Answer) {
    let mut response = libc::seccomp_notif_resp { id: asked.id, val: 0, error: 0, flags: 0 };
    match answer {
        Answer::Continue => {
            response.flags = u32::try_from(libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE).expect("a small number");
        }
        Answer::Value(value) => response.val = value,
        Answer::Error(number) => response.error = -number,
        Answer::Descriptor(file, flags) => {
            let send = u32::try_from(libc::SECCOMP_ADDFD_FLAG_SEND).expect("a small number");
            let srcfd = u32::try_from(file.as_raw_fd()).expect("a descriptor");
            let mut add = libc::seccomp_notif_addfd { id: asked.id, flags: send, srcfd, newfd: 0, newfd_flags: flags };
            // SAFETY: the kernel reads a value of this function.
            unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ADDFD, &raw mut add) };
            return;
        }
    }
    // SAFETY: the kernel reads a value of this function.
    unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut response) };
}
