//! The stack on which the calling thread handles signals. The standard library has one for overflows of the usual one.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use std::mem::MaybeUninit;

pub(crate) struct SignalStack(libc::stack_t);

impl Part for SignalStack {
    fn now() -> Self {
        let mut stack = MaybeUninit::<libc::stack_t>::zeroed();
        // SAFETY: without a new stack the call writes the old one; all-zero is a stack too.
        Self(unsafe {
            libc::sigaltstack(std::ptr::null(), stack.as_mut_ptr());
            stack.assume_init()
        })
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        let place = |stack: &libc::stack_t| (stack.ss_sp as usize, stack.ss_size, stack.ss_flags);
        if place(&self.0) == place(&now.0) {
            return;
        }
        let text = |stack: &libc::stack_t| match stack.ss_flags & libc::SS_DISABLE {
            0 => format!("{} bytes at {:p}", stack.ss_size, stack.ss_sp),
            _ => "none".to_owned(),
        };
        changes.add((ProcessPart::SignalStack, By::ThisThread), "", (text(&self.0), text(&now.0)), || {
            // SAFETY: this thread had this stack when the plugin's code began, and nobody else may free it meanwhile.
            unsafe { libc::sigaltstack(&self.0, std::ptr::null_mut()) == 0 }
        });
    }
}
