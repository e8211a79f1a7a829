//! The texts of panics in plugins that are part of the program, of calls that tell of no error.

use std::cell::RefCell;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the text of this thread's last one.
pub(crate) fn keep(text: &str) {
    // At the end of a thread nobody asks any more.
    let _ = LAST.try_with(|last| *last.borrow_mut() = Some(text.to_owned()));
}

/// Takes it.
pub(crate) fn taken() -> Option<String> {
    LAST.try_with(|last| last.borrow_mut().take()).ok().flatten()
}
