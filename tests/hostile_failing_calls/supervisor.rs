//! Every system call of a thread, of the threads that it starts and of the processes that it starts asks this process
//! before it is made (seccomp, user notification): one of them fails, the others go on.
//!
//! The suite's tests of crashes have a supervisor of their own: it makes the calls that change files itself, from another process. This
//! one only counts all calls, from a thread of the same process that may not allocate.

use std::io::Error;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// No system call has a higher number.
pub const NUMBERS: usize = 600;

/// A call with this argument begins and ends what is counted.
const MARK: libc::pid_t = 0x536f_6368;

/// Who makes a call: the process itself, or one that it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Host,
    Probe,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Host, Self::Probe];
}

/// The call that fails: the `nth` (from 0) of this number on its side.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub side: Side,
    pub number: usize,
    pub nth: u32,
    pub errno: i32,
}

static LISTENER: AtomicI32 = AtomicI32::new(-1);
static COUNTING: AtomicBool = AtomicBool::new(false);
/// How often each call was made. Nothing is allocated while a call waits: the thread that makes it may hold the lock.
static COUNTS: [[AtomicU32; NUMBERS]; 2] = [const { [const { AtomicU32::new(0) }; NUMBERS] }; 2];

/// How often each side made the call of each number while it was counted.
pub fn counts() -> Vec<(Side, usize, u32)> {
    let of = |side| (0..NUMBERS).map(move |number| (side, number));
    let all = Side::BOTH.into_iter().flat_map(of);
    all.map(|(side, number)| (side, number, COUNTS[side as usize][number].load(Ordering::Relaxed)))
        .filter(|it| it.2 > 0)
        .collect()
}

/// Begins or ends the counting, from a supervised thread.
pub fn mark() {
    // SAFETY: it only asks.
    unsafe { libc::getpgid(MARK) };
}

/// Supervises the calling thread, by a new one. `fault` happens between the first mark and the second.
///
/// # Errors
/// The kernel has no such filters.
pub fn begin(fault: Option<Fault>) -> Result<(), Error> {
    thread::spawn(move || {
        while LISTENER.load(Ordering::Acquire) < 0 {
            thread::sleep(Duration::from_micros(100));
        }
        serve(LISTENER.load(Ordering::Acquire), fault);
    });
    let code = u16::try_from(libc::BPF_RET | libc::BPF_K).expect("a small number");
    let mut program = [libc::sock_filter { code, jt: 0, jf: 0, k: libc::SECCOMP_RET_USER_NOTIF }];
    let filter = libc::sock_fprog { len: 1, filter: program.as_mut_ptr() };
    // SAFETY: the filter outlives the call.
    let listener = unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(Error::last_os_error());
        }
        let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &filter)
    };
    if listener < 0 {
        return Err(Error::last_os_error());
    }
    LISTENER.store(i32::try_from(listener).expect("a descriptor"), Ordering::Release);
    Ok(())
}

fn serve(listener: i32, fault: Option<Fault>) {
    // SAFETY: a process's number has no memory.
    let own = unsafe { libc::getpid() };
    loop {
        // SAFETY: all zeros is such a value, and what the kernel demands.
        let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the kernel writes a value that outlives the call.
        if unsafe { libc::ioctl(listener, libc::SECCOMP_IOCTL_NOTIF_RECV, &mut asked) } != 0 {
            continue;
        }
        let mut answer = libc::seccomp_notif_resp { id: asked.id, val: 0, error: 0, flags: 0 };
        if fails(&asked, own, fault) {
            answer.error = -fault.map_or(0, |fault| fault.errno);
        } else {
            answer.flags = u32::try_from(libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE).expect("a small number");
        }
        // SAFETY: the kernel reads a value that outlives the call. An error: who asked has ended.
        unsafe { libc::ioctl(listener, libc::SECCOMP_IOCTL_NOTIF_SEND, &mut answer) };
    }
}

/// Counts the call. Whether it is the one that fails.
fn fails(asked: &libc::seccomp_notif, own: libc::pid_t, fault: Option<Fault>) -> bool {
    let number = usize::try_from(asked.data.nr).unwrap_or(NUMBERS);
    if asked.data.nr == i32::try_from(libc::SYS_getpgid).unwrap_or(-1) && asked.data.args[0] == MARK as u64 {
        COUNTING.fetch_xor(true, Ordering::Relaxed);
        return false;
    }
    if !COUNTING.load(Ordering::Relaxed) || number >= NUMBERS {
        return false;
    }
    // SAFETY: signal 0 is none; it only asks if such a thread is in this process.
    let is_host = unsafe { libc::syscall(libc::SYS_tgkill, own, asked.pid, 0) } == 0;
    let side = if is_host { Side::Host } else { Side::Probe };
    let nth = COUNTS[side as usize][number].fetch_add(1, Ordering::Relaxed);
    fault.is_some_and(|fault| (fault.side, fault.number, fault.nth) == (side, number, nth))
}
