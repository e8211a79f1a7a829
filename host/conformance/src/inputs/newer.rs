//! Operations, forms and flags that only a later minor version has, which a plugin does not know yet.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{Error, ErrorKind};

/// An operation, a form or an element that no version lists.
pub(crate) const UNLISTED: u32 = 0x5AF0;
/// A flag of options that must be known, and one that may be passed over (rule 13).
pub(crate) const MUST_BE_KNOWN: u64 = 1 << 29;
pub(crate) const MAY_BE_PASSED_OVER: u64 = 1 << 61;

/// Sees that the call said that it does not know what it was asked for.
pub(crate) fn is_refused(what: &str, result: Result<(), Error>) -> Result<(), NotPassed> {
    let kind = result.err().map(|error| error.kind());
    ensure!(
        kind == Some(ErrorKind::Unsupported),
        "{what} gave {kind:?}: what a plugin does not know is SOCH_UNSUPPORTED (rules 3 and 13)"
    );
    Ok(())
}

/// Sees that a call with options of these flags refuses one that must be known, and no other. One that is refused without any
/// has nothing to look at.
pub(crate) fn flags(what: &str, mut call: impl FnMut(u64) -> Result<(), Error>) -> Result<(), NotPassed> {
    if call(0).is_err() {
        return Ok(());
    }
    is_refused(&format!("{what} with a flag that must be known and is not"), call(MUST_BE_KNOWN))?;
    let passed = call(MAY_BE_PASSED_OVER);
    ensure!(passed.is_ok(), "{what} with a flag that may be passed over gave {passed:?} (rule 13)");
    Ok(())
}
