//! The interval timers, whose signals end a program that does not expect them.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use std::mem::MaybeUninit;

const TIMERS: [(i32, &str); 3] =
    [(libc::ITIMER_REAL, "ITIMER_REAL"), (libc::ITIMER_VIRTUAL, "ITIMER_VIRTUAL"), (libc::ITIMER_PROF, "ITIMER_PROF")];

/// Seconds and microseconds.
// How wide they are is as the C library has it; musl's will grow.
#[allow(deprecated)]
type Time = (libc::time_t, libc::suseconds_t);

/// Whether each runs, and how often it comes again: what is left of its time passes by itself.
pub(crate) struct Timers([(bool, Time); TIMERS.len()]);

impl Part for Timers {
    fn now() -> Self {
        Self(TIMERS.map(|(timer, _)| timer_of(timer)))
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        for (((timer, name), before), after) in TIMERS.into_iter().zip(&self.0).zip(&now.0) {
            // One that ran may have come to its end.
            if before == after || (before.0 && !after.0 && before.1 == (0, 0)) {
                continue;
            }
            let texts = (text(*before), text(*after));
            changes.add((ProcessPart::Timer, By::AnyThread), name, texts, || !before.0 && stop(timer));
        }
    }
}

fn timer_of(timer: i32) -> (bool, Time) {
    let mut value = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: the call writes the timer's value; all-zero, that of one that does not run, is a value too.
    let value = unsafe {
        libc::getitimer(timer, value.as_mut_ptr());
        value.assume_init()
    };
    let time = |time: libc::timeval| (time.tv_sec, time.tv_usec);
    (time(value.it_value) != (0, 0), time(value.it_interval))
}

fn stop(timer: i32) -> bool {
    // SAFETY: all-zero is the value of a timer that does not run.
    unsafe { libc::setitimer(timer, &MaybeUninit::zeroed().assume_init(), std::ptr::null_mut()) == 0 }
}

fn text((runs, interval): (bool, Time)) -> String {
    match (runs, interval) {
        (false, _) => "stopped".to_owned(),
        (true, (0, 0)) => "running, once".to_owned(),
        (true, (seconds, micros)) => format!("running, every {seconds}.{micros:06} s"),
    }
}
