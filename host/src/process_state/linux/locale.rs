//! How the C library writes numbers, dates and texts: in the program, and in the calling thread.

use crate::base::text::UntrustedText;
use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use std::ffi::CStr;

/// `LC_GLOBAL_LOCALE` of POSIX: the program's own.
const OF_PROGRAM: libc::locale_t = -1_isize as libc::locale_t;
const CATEGORIES: [(i32, &str); 6] = [
    (libc::LC_CTYPE, "LC_CTYPE"),
    (libc::LC_NUMERIC, "LC_NUMERIC"),
    (libc::LC_TIME, "LC_TIME"),
    (libc::LC_COLLATE, "LC_COLLATE"),
    (libc::LC_MONETARY, "LC_MONETARY"),
    (libc::LC_MESSAGES, "LC_MESSAGES"),
];

/// A copy of the program's locale: it keeps the names, which `setlocale` of another thread would free.
pub(crate) struct OfProgram(libc::locale_t);

impl OfProgram {
    /// The name of the locale of a category, such as `de_DE.UTF-8`; nothing if there was no memory for the copy.
    fn name(&self, category: i32) -> Option<&CStr> {
        if self.0.is_null() {
            return None;
        }
        // glibc and musl: the item that names a category's locale.
        let item = category << 16 | 0xffff;
        // SAFETY: the copy is ours, and keeps the name as long as `self` does.
        unsafe {
            let name = libc::nl_langinfo_l(item, self.0);
            (!name.is_null()).then(|| CStr::from_ptr(name))
        }
    }
}

impl Part for OfProgram {
    fn now() -> Self {
        // SAFETY: the program's locale may be copied at any time.
        Self(unsafe { libc::duplocale(OF_PROGRAM) })
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        for (category, item) in CATEGORIES {
            let (Some(before), Some(after)) = (self.name(category), now.name(category)) else { continue };
            if before != after {
                let text = |name: &CStr| UntrustedText::from(name.to_bytes()).to_string();
                let texts = (text(before), text(after));
                changes.add((ProcessPart::Locale, By::AnyThread), item, texts, || {
                    // SAFETY: the name is a text that outlives the call; no other thread changes the locale, or this
                    // would not run.
                    unsafe { !libc::setlocale(category, before.as_ptr()).is_null() }
                });
            }
        }
    }
}

impl Drop for OfProgram {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it is our copy, and nobody else has it.
            unsafe { libc::freelocale(self.0) };
        }
    }
}

/// The calling thread's locale, which may be the program's.
pub(crate) struct OfThread(libc::locale_t);

impl Part for OfThread {
    fn now() -> Self {
        // SAFETY: with NULL it tells the locale, and changes nothing.
        Self(unsafe { libc::uselocale(std::ptr::null_mut()) })
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        if self.0 == now.0 {
            return;
        }
        let text = |locale| if locale == OF_PROGRAM { "the program's" } else { "its own" }.to_owned();
        let texts = (text(self.0), if self.0 == OF_PROGRAM { text(now.0) } else { "another".to_owned() });
        changes.add((ProcessPart::ThreadLocale, By::ThisThread), "", texts, || {
            // SAFETY: this thread used it when the plugin's code began, and nobody else may free it meanwhile.
            unsafe { !libc::uselocale(self.0).is_null() }
        });
    }
}
