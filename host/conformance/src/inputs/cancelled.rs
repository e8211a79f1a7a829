//! A call that takes long ends when it is cancelled.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{Error, ErrorKind};
use sochdb_plugin_host::{CallOptions, CancelToken};
use std::time::{Duration, Instant};

/// A call that takes less is over before anybody could cancel it.
pub(crate) const LONG: Duration = Duration::from_millis(200);
/// The time that a good plugin takes to end.
const PATIENCE: Duration = Duration::from_millis(50);

/// Runs a call of `what` that takes longer than [`LONG`], cancels it, and sees to it that it ends soon. `after` is told
/// whether it was done all the same, as one may be that was nearly done.
pub(crate) fn ends_when_cancelled<T>(
    what: &str,
    target: &mut T,
    mut call: impl FnMut(&mut T) -> Result<(), Error>,
    mut after: impl FnMut(&mut T, bool) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let mut waited = Duration::MAX;
    // The machine may be busy with something else.
    for _ in 0..5 {
        let cancel = CancelToken::new();
        let (result, since) = std::thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                std::thread::sleep(LONG / 4);
                cancel.cancel();
                Instant::now()
            });
            let result = CallOptions::new().with_cancel(&cancel).run(|| call(target));
            (result, canceller.join().expect("it cancels").elapsed())
        });
        waited = since.min(waited);
        if let Err(error) = &result {
            ensure!(error.kind() == ErrorKind::Cancelled, "a {what} that is cancelled ends with: {error}");
        }
        after(target, result.is_ok())?;
        if waited <= PATIENCE {
            return Ok(());
        }
    }
    Err(format!("a {what} that is cancelled ends {waited:?} later: ask `soch_go_on` at least every 10 ms").into())
}
