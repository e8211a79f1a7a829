//! The signals that the calling thread blocks.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::linux::signal_names::{bits, names};
use crate::process_state::part::Part;
use std::mem::MaybeUninit;

pub(crate) struct SignalMask(libc::sigset_t);

impl Part for SignalMask {
    fn now() -> Self {
        let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: without a new mask the call writes the old one, and cannot fail; all-zero is a set too.
        Self(unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), set.as_mut_ptr());
            set.assume_init()
        })
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        let (before, after) = (bits(&self.0), bits(&now.0));
        if before != after {
            let texts = (names(before), names(after));
            changes.add((ProcessPart::SignalMask, By::ThisThread), "", texts, || {
                // SAFETY: the set is one that this thread had.
                unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) == 0 }
            });
        }
    }
}
