//! The end of a process by a signal of its own making, noted before it ends: the signal, the address, and the way to it.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fmt::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signals that a mistake raises.
const SIGNALS: [i32; 6] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGSYS];
/// The calls on the way that are noted.
const FRAMES: usize = 48;

static FILE: AtomicI32 = AtomicI32::new(-1);

/// Has a signal that ends this process noted in `file`, which is made. A memory checker has handlers of its own, and says
/// more: then nothing is done.
pub(crate) fn watch(file: &Path) -> std::io::Result<()> {
    const CHECKERS: [&str; 5] = ["/libasan.so", "/libtsan.so", "/libubsan.so", "/libclang_rt.", "/vgpreload_"];
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    if CHECKERS.iter().any(|checker| maps.contains(checker)) {
        return Ok(());
    }
    let file: OwnedFd = std::fs::File::create(file)?.into();
    FILE.store(file.as_raw_fd(), Ordering::Release);
    // It stays as long as the process.
    std::mem::forget(file);
    // The first one loads what it needs, which a handler must not.
    frames(&mut [std::ptr::null_mut(); 1]);
    for signal in SIGNALS {
        // SAFETY: all zeros is such a value; the handler is one that gets its three arguments.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND | libc::SA_NODEFER;
            if libc::sigaction(signal, &raw const action, std::ptr::null_mut()) != 0 {
                return Err(std::io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

/// Fills in the return addresses of the calls under way on this thread, innermost first, and gives their number.
#[cfg(not(target_env = "musl"))]
fn frames(room: &mut [*mut c_void]) -> usize {
    // SAFETY: the room is ours.
    let count = unsafe { libc::backtrace(room.as_mut_ptr(), room.len() as i32) };
    usize::try_from(count).unwrap_or(0)
}

/// musl cannot tell them: only the address of the instruction is known.
#[cfg(target_env = "musl")]
fn frames(_: &mut [*mut c_void]) -> usize {
    0
}

/// Text that goes to the file. A handler must not allocate.
struct Direct;

impl Write for Direct {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        // SAFETY: the text is lent for the call. A full disk must not change how the test ends.
        unsafe { libc::write(FILE.load(Ordering::Acquire), text.as_ptr().cast(), text.len()) };
        Ok(())
    }
}

/// Room for a handler, of which one at a time runs.
struct Room<T>(UnsafeCell<T>);

// SAFETY: `handle` lets one thread in.
unsafe impl<T> Sync for Room<T> {}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut c_void) {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    static ADDRESSES: Room<[*mut c_void; FRAMES]> = Room(UnsafeCell::new([std::ptr::null_mut(); FRAMES]));
    if !ENTERED.swap(true, Ordering::AcqRel) {
        // SAFETY: the kernel gives a handler of this kind both; who sent the signal by hand gave no address.
        let (address, sent) = unsafe { ((*info).si_addr() as usize, (*info).si_code <= 0) };
        let _ = writeln!(Direct, "signal {signal}");
        if !sent && signal != libc::SIGABRT {
            let _ = writeln!(Direct, "address {address:x}");
        }
        let _ = writeln!(Direct, "at {:x}", place(context));
        // What follows may hang where a lock is held, and the rest is known already.
        // SAFETY: it sets a timer of this process, which is at its end.
        unsafe { libc::alarm(2) };
        copy_maps();
        // Who looks for frames reads the instruction; what jumped to where no code is has none, but was called.
        if matches!(signal, libc::SIGSEGV | libc::SIGBUS) && address == place(context) {
            let _ = writeln!(Direct, "caller {:x}", caller(context));
        } else {
            // SAFETY: `ENTERED` let this thread in alone.
            let room = unsafe { &mut *ADDRESSES.0.get() };
            let count = frames(room);
            for address in &room[..count] {
                let _ = writeln!(Direct, "frame {:x}", *address as usize);
            }
        }
        // SAFETY: as above.
        unsafe { libc::alarm(0) };
    }
    // SAFETY: the handler is the default again. A signal that was sent does not come again by itself.
    unsafe { libc::raise(signal) };
}

/// The instruction that raised the signal; 0 where it is not known how to find it.
fn place(context: *mut c_void) -> usize {
    // SAFETY: the kernel gives a handler of this kind its context.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    #[cfg(target_arch = "x86_64")]
    return context.uc_mcontext.gregs[libc::REG_RIP as usize] as usize;
    #[cfg(target_arch = "aarch64")]
    return context.uc_mcontext.pc as usize;
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return 0;
}

/// Where a function that has only just been called returns to; 0 where it is not known how to find it.
fn caller(context: *mut c_void) -> usize {
    // SAFETY: the kernel gives a handler of this kind its context.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    // SAFETY: the call has put it there. If the stack is gone, the process ends here, and all else is noted.
    #[cfg(target_arch = "x86_64")]
    return unsafe { *(context.uc_mcontext.gregs[libc::REG_RSP as usize] as *const usize) };
    #[cfg(target_arch = "aarch64")]
    return context.uc_mcontext.regs[30] as usize;
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return 0;
}

/// Appends what is mapped where: only this process knows.
fn copy_maps() {
    static BYTES: Room<[u8; 4096]> = Room(UnsafeCell::new([0; 4096]));
    // SAFETY: the room is for this thread alone, which `handle` let in; the name ends with NUL; the descriptors are ours.
    unsafe {
        let room = &mut *BYTES.0.get();
        let maps = libc::open(c"/proc/self/maps".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        loop {
            let count = libc::read(maps, room.as_mut_ptr().cast(), room.len());
            if count <= 0 {
                break;
            }
            libc::write(FILE.load(Ordering::Acquire), room.as_ptr().cast(), count as usize);
        }
    }
}
