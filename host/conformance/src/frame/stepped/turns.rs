//! The turns of the two threads: one is stopped while the other one makes its calls, unless these wait for the stopped one.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

const ASKED: u32 = 1;
const DONE: u32 = 2;
const OVER: u32 = 3;

/// How long the stopped thread waits until it looks whether the other one waits for it, and how long at most.
const LOOK: Duration = Duration::from_micros(100);
const LOOKS: u32 = 200;

/// The turn: that of the stopped thread or of the other one.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    turn: AtomicU32,
    /// The other thread, once it runs.
    thread: AtomicI32,
}

fn wait(word: &AtomicU32, value: u32, time: Option<Duration>) {
    let time = time.map(|time| libc::timespec { tv_sec: 0, tv_nsec: i64::from(time.subsec_nanos()) });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word lives as long as the borrow, and the kernel reads it and the time.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, time) };
}

fn wake(word: &AtomicU32) {
    // SAFETY: the kernel takes the word's address as a name.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, 1) };
}

/// Whether a thread of this process sleeps. Allocates nothing, as it runs in a handler.
fn sleeps(thread: i32) -> bool {
    let mut path = *b"/proc/self/task/0000000000/stat\0";
    let (mut rest, mut at) = (thread, 26);
    while at > 16 {
        at -= 1;
        path[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    // The kernel takes a number with zeros before it for none.
    let zeros = path[16..25].iter().take_while(|digit| **digit == b'0').count();
    path.copy_within(16 + zeros.., 16);
    let mut text = [0_u8; 128];
    // SAFETY: the path ends with a NUL, and the room is as long as is said.
    let read = unsafe {
        let file = libc::open(path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
        let read = if file < 0 { -1 } else { libc::read(file, text.as_mut_ptr().cast(), text.len()) };
        if file >= 0 {
            libc::close(file);
        }
        read
    };
    let text = &text[..usize::try_from(read).unwrap_or(0)];
    // Its name, which may have any bytes, ends with the last bracket.
    let end = text.iter().rposition(|byte| *byte == b')').unwrap_or(0);
    text.get(end + 2) == Some(&b'S')
}

impl Turns {
    /// Lets the other thread make its calls. False if they wait for this one: then they end when this one goes on.
    pub(crate) fn give(&self) -> bool {
        self.turn.store(ASKED, Ordering::SeqCst);
        wake(&self.turn);
        for _ in 0..LOOKS {
            wait(&self.turn, ASKED, Some(LOOK));
            if self.is_back() {
                return true;
            }
            if sleeps(self.thread.load(Ordering::SeqCst)) && !self.is_back() {
                return false;
            }
        }
        false
    }

    /// Whether the other thread has made its calls.
    pub(crate) fn is_back(&self) -> bool {
        self.turn.load(Ordering::SeqCst) != ASKED
    }

    /// Waits until the other thread has made its calls.
    pub(crate) fn wait(&self) {
        while !self.is_back() {
            wait(&self.turn, ASKED, None);
        }
    }

    /// Lets the other thread end.
    pub(crate) fn end(&self) {
        self.wait();
        self.turn.store(OVER, Ordering::SeqCst);
        wake(&self.turn);
    }

    /// Makes the calls of the other thread whenever they are asked for.
    pub(crate) fn serve(&self, mut calls: impl FnMut()) {
        // SAFETY: it has no conditions.
        self.thread.store(unsafe { libc::gettid() }, Ordering::SeqCst);
        loop {
            match self.turn.load(Ordering::SeqCst) {
                ASKED => {
                    calls();
                    self.turn.store(DONE, Ordering::SeqCst);
                    wake(&self.turn);
                }
                OVER => return,
                other => wait(&self.turn, other, None),
            }
        }
    }

    /// Whether the other thread runs.
    pub(crate) fn is_served(&self) -> bool {
        self.thread.load(Ordering::SeqCst) != 0
    }
}
