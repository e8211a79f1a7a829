//! A plugin's panics on their way to the host's log. Only for a library that has a standard library of its own: the panics of a
//! program, also of plugins that are linked in, are for its own hook.
//!
//! The panic hook calls nobody: the log may lead back into this library, and a panic there, inside of the hook, would end the
//! process. So a panic is kept, and told by whoever comes first: the barrier that catches it, on its thread; the end of
//! the last instance; a thread of its own, once no barrier can be on its way to it any more.

use crate::host::{Host, LogLevel};
use crate::machinery::system_thread;
use core::ffi::c_void;
use std::any::Any;
#[cfg(feature = "backtrace")]
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// Longer than a panic takes to its barrier.
const ON_ITS_WAY: Duration = Duration::from_millis(100);
/// So many panics are kept at most, for who tells of them next.
const KEPT: usize = 64;
/// Of the panics that no barrier catches, so many are told each; afterwards every one whose number is a power of two. So it
/// ends if the line about a panic makes the next one.
const TOLD: u64 = 16;

const BEGIN: &str = "panicked at ";

struct Panic {
    thread: usize,
    /// How often the thread saw it that tells of what no barrier catches.
    seen: u8,
    /// [`BEGIN`], the place, a colon and a space, the text.
    message: String,
    place: usize,
    name: String,
    #[cfg(feature = "backtrace")]
    backtrace: Backtrace,
}

struct State {
    /// The hosts of the instances that live, the newest last.
    hosts: Vec<Host>,
    kept: Vec<Panic>,
    /// Whether a thread tells what nobody else does.
    watched: bool,
    /// How many panics no barrier caught.
    uncaught: u64,
}

static STATE: Mutex<State> = Mutex::new(State { hosts: Vec::new(), kept: Vec::new(), watched: false, uncaught: 0 });

thread_local! {
    // Without a destructor, so that a thread has its address to its end.
    static MARK: u8 = const { 0 };
}

fn this_thread() -> usize {
    MARK.with(|mark| mark as *const u8 as usize)
}

#[inline(never)]
fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Set if this code is part of a program: who keeps the texts of panics there.
static PROGRAM: OnceLock<fn(&str)> = OnceLock::new();

/// Says that this code is part of a program, whose panics and events are not a plugin's. A host does, before it makes an instance
/// of a plugin that is linked in; `keep` gets the text of a panic in a call that tells of no error, on its thread.
pub fn leave_to_the_program(keep: fn(&str)) {
    // The first one stays: it is the same host.
    let _ = PROGRAM.set(keep);
}

/// Begins to tell `host` of panics, until [`leave`]. False in a program, where nothing is told.
pub(crate) fn enter(host: &Host) -> bool {
    if PROGRAM.get().is_some() {
        return false;
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|info| keep(info.payload(), info.location()))));
    state().hosts.push(host.clone());
    true
}

/// Ends it, before the host's side is gone. The last one hears of all that is left.
pub(crate) fn leave(host: &Host) {
    if PROGRAM.get().is_some() {
        return;
    }
    let is_last = state().hosts.len() == 1;
    tell(&|panic| is_last || panic.thread == this_thread());
    let mut state = state();
    if let Some(at) = state.hosts.iter().position(|other| other.is(host)) {
        let gone = state.hosts.remove(at);
        // Its last owner frees what it has, which is nothing for this lock.
        drop(state);
        drop(gone);
    }
}

/// The host of the instance that was made last, of those that live.
#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) fn newest() -> Option<Host> {
    state().hosts.last().cloned()
}

fn keep(payload: &(dyn Any + Send), place: Option<&Location<'_>>) {
    let mut message = place.map_or_else(|| BEGIN.to_owned(), |place| format!("{BEGIN}{place}"));
    let end = message.len();
    message.push_str(": ");
    message.push_str(text(payload));
    let panic = Panic {
        thread: this_thread(),
        seen: 0,
        message,
        place: end,
        name: system_thread::name(),
        #[cfg(feature = "backtrace")]
        backtrace: Backtrace::capture(),
    };
    let mut state = state();
    if state.kept.len() < KEPT {
        state.kept.push(panic);
    }
    if !state.watched {
        state.watched = system_thread::start(watch);
    }
}

/// Gives a program the text of a panic of its own plugin, of a call that has no place for it.
pub(crate) fn keep_for_the_host(text: &str) {
    if let Some(keep) = PROGRAM.get() {
        keep(text);
    }
}

/// The text of a panic's payload.
pub(crate) fn text(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<&'static str>() {
        Some(text) => text,
        None => payload.downcast_ref::<String>().map_or("without a text", String::as_str),
    }
}

/// The message of this thread's last panic, if nobody told of it.
pub(crate) fn message() -> Option<String> {
    let (state, me) = (state(), this_thread());
    state.kept.iter().rfind(|panic| panic.thread == me).map(|panic| panic.message.clone())
}

/// Tells of this thread's panics, which a barrier caught.
pub(crate) fn tell_caught() {
    tell(&|panic| panic.thread == this_thread());
}

/// Tells of those panics that `which` says.
#[inline(never)]
fn tell(which: &dyn Fn(&Panic) -> bool) {
    // In a Drop on the way of another panic, one more would end the process, with Rust before 1.73.
    while !thread::panicking() {
        let mut state = state();
        let Some(at) = state.kept.iter().position(which) else { return };
        let panic = state.kept.remove(at);
        let host = state.hosts.last().cloned();
        drop(state);
        if let Some(host) = host {
            panic.tell(&host);
        }
    }
}

extern "C" fn watch(_: *mut c_void) -> *mut c_void {
    loop {
        thread::sleep(ON_ITS_WAY);
        let mut state = state();
        if state.kept.is_empty() {
            state.watched = false;
            return std::ptr::null_mut();
        }
        let (State { kept, uncaught, .. }, mut at) = (&mut *state, 0);
        while let Some(panic) = kept.get_mut(at) {
            panic.seen += 1;
            *uncaught += u64::from(panic.seen == 2);
            if panic.seen < 2 || *uncaught <= TOLD || uncaught.is_power_of_two() {
                at += 1;
            } else {
                kept.remove(at);
            }
        }
        drop(state);
        tell(&|panic| panic.seen >= 2);
    }
}

impl Panic {
    fn tell(&self, host: &Host) {
        let (place, text) = (&self.message[BEGIN.len()..self.place], &self.message[self.place + 2..]);
        let fields = [("panic.text", text), ("panic.place", place), ("thread", &*self.name)];
        #[cfg(feature = "backtrace")]
        if self.backtrace.status() == BacktraceStatus::Captured {
            let backtrace = self.backtrace.to_string();
            let [text, place, thread] = fields;
            return host.log(LogLevel::Error, &self.message, &[text, place, thread, ("panic.backtrace", &backtrace)]);
        }
        host.log(LogLevel::Error, &self.message, &fields);
    }
}
