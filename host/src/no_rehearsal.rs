//! Stands in for `rehearsal.rs` on operating systems that the trusted loader does not know: nothing gets so far.

use crate::loader::{Admitted, LoadError, Options, Record, Worker};

/// How a probe ended that found nothing against the plugin.
pub(crate) enum Rehearsed {
    /// There was none.
    Passed {
        /// The sandbox was whole.
        confined: bool,
    },
    /// The dynamic linker did not load it, for this reason.
    NotLoadable(String),
}

/// The step.
pub(crate) fn run(
    admitted: Admitted,
    _options: &Options,
    _worker: &mut Worker,
    _record: &mut Record,
) -> Result<((Admitted, Rehearsed), String), LoadError> {
    match admitted.file {}
}
