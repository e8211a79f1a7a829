//! Runs a plugin's function on a thread of its own.

use parking_lot::Mutex;
use std::thread;

/// A value that goes to the thread or comes back.
struct Sent<T>(T);

// SAFETY: whoever calls `run` promises it.
unsafe impl<T> Send for Sent<T> {}

/// Runs `call` on a thread of its own, and waits for it; on this one if there is no other to be had. A plugin that is linked
/// in shares the program's thread-locals: in a thread of an async runtime it could start none of its own.
///
/// # Safety
/// `call` and what it returns may go to another thread.
pub(crate) unsafe fn run<T>(call: impl FnOnce() -> T) -> T {
    let (task, outcome) = (Mutex::new(Some(Sent(call))), Mutex::new(None));
    let work = || {
        let call = task.lock().take();
        *outcome.lock() = call.map(|Sent(call)| Sent(call()));
    };
    thread::scope(|scope| {
        if thread::Builder::new().name("soch-create".to_owned()).spawn_scoped(scope, work).is_err() {
            work();
        }
    });
    let Some(Sent(value)) = outcome.into_inner() else { unreachable!("one of the two ran it") };
    value
}
