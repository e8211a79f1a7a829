//! The handlers of signals.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::linux::signal_names::{bits, name, LAST};
use crate::system::linux::linker;
use std::mem::MaybeUninit;

/// The C library adds this flag to what it is given, and tells it.
const OF_THE_LIBRARY: i32 = 0x0400_0000;

/// Which signals are not left at their default, as masks whose lowest bit is the first signal: a question less for each that
/// is.
#[derive(Clone, Copy)]
pub(crate) struct Masks {
    pub(crate) ignored: u64,
    pub(crate) caught: u64,
}

/// The handlers of signals that are not at their default.
pub(crate) struct Handlers(Vec<(i32, libc::sigaction)>);

impl Handlers {
    /// The handlers of now; of all signals if `masks` is not known.
    pub(crate) fn now(masks: Option<Masks>) -> Self {
        let asked = masks.map_or(u64::MAX, |masks| masks.ignored | masks.caught);
        let signals = (1..=LAST).filter(|signal| asked >> (signal - 1) & 1 != 0);
        Self(signals.filter_map(|signal| Some((signal, handler(signal)?))).collect())
    }

    fn of(&self, signal: i32) -> libc::sigaction {
        let known = self.0.iter().find(|(other, _)| *other == signal).map(|(_, handler)| *handler);
        // SAFETY: all-zero is the default without flags.
        known.unwrap_or_else(|| unsafe { MaybeUninit::zeroed().assume_init() })
    }

    pub(crate) fn compare(&self, now: &Self, changes: &mut Changes) {
        let mut signals: Vec<i32> = self.0.iter().chain(&now.0).map(|(signal, _)| *signal).collect();
        signals.sort_unstable();
        signals.dedup();
        for signal in signals {
            let (before, after) = (self.of(signal), now.of(signal));
            if parts(&before) == parts(&after) {
                continue;
            }
            let by = if linker::is_of_a_plugin(after.sa_sigaction) { By::PluginInstance } else { By::AnyThread };
            changes.add((ProcessPart::SignalHandler, by), &name(signal), (text(&before), text(&after)), || {
                // SAFETY: the program had this handler for this signal.
                unsafe { libc::sigaction(signal, &before, std::ptr::null_mut()) == 0 }
            });
        }
    }
}

/// Nothing for a signal that the C library keeps for itself.
fn handler(signal: i32) -> Option<libc::sigaction> {
    let mut handler = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new handler the call writes the old one.
    let status = unsafe { libc::sigaction(signal, std::ptr::null(), handler.as_mut_ptr()) };
    // SAFETY: all-zero is a handler too.
    (status == 0).then(|| unsafe { handler.assume_init() })
}

/// The part that makes a difference: a signal that is ignored, or does its default, has no use for flags.
fn parts(handler: &libc::sigaction) -> (usize, i32, u64) {
    match handler.sa_sigaction {
        what @ (libc::SIG_DFL | libc::SIG_IGN) => (what, 0, 0),
        address => (address, handler.sa_flags & !OF_THE_LIBRARY, bits(&handler.sa_mask)),
    }
}

fn text(handler: &libc::sigaction) -> String {
    match parts(handler) {
        (libc::SIG_DFL, ..) => "default".to_owned(),
        (libc::SIG_IGN, ..) => "ignored".to_owned(),
        (address, flags, mask) => format!("function at {address:#x}, flags {flags:#x}, mask {mask:#x}"),
    }
}
