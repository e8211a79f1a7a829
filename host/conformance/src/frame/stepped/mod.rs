//! A call that stops at its machine instructions while another thread makes calls: what two calls do to each other, even within
//! one instruction of the plugin's, is met on one processor too. At which of its instructions is another choice each time.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod points;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod trap;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod turns;

use crate::frame::checker::checker;
use crate::frame::must::unseen;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use trap::Steps;

/// Where no call can be stopped, there is none of it.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(crate) enum Steps {}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
impl Steps {
    pub(crate) fn at_most(&self, _: usize) {
        match *self {}
    }

    pub(crate) fn call<T>(&self, _: impl FnOnce() -> T) -> T {
        match *self {}
    }
}

/// Tells the suite that a function of the plugin begins on this thread, and nothing else of the program runs until it ends: where the
/// suite stops calls at their instructions, it stops at those alone. Without it what the host does is stopped, too, which takes long.
///
/// ```
/// use sochdb_plugin_conformance::{call_begins, call_ended};
/// use sochdb_plugin_host::{CallRecorder, RecordedCall};
/// use std::time::Duration;
///
/// struct Tells;
///
/// impl CallRecorder for Tells {
///     fn begins(&self, _: &RecordedCall<'_>) {
///         call_begins();
///     }
///
///     fn ended(&self, _: &RecordedCall<'_>, _: Option<i32>, _: Duration) {
///         call_ended();
///     }
/// }
/// ```
pub fn call_begins() {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    trap::call_begins();
}

/// Tells the suite that the function of the plugin has ended which began last on this thread. See [`call_begins`].
pub fn call_ended() {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    trap::call_ended();
}

/// Runs `test` with what stops its calls. Wherever one is stopped, another thread makes the calls of `other`, each as often as
/// `test` lets calls be stopped.
///
/// # Errors
/// What `test` or `other` returns first; that nothing can be stopped here.
pub(crate) fn beside(
    subject: &Subject,
    other: impl FnMut() -> Result<(), NotPassed> + Send,
    test: impl FnOnce(&Steps) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(checker) = checker() {
        unseen!("{checker}, and no call stops at its instructions");
    }
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    {
        trap::beside(subject.is_loaded(), subject.random(75), other, test)
    }
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    {
        let _ = (other, test);
        unseen!("a call is stopped at its instructions on x86-64 Linux alone");
    }
}
