//! Operations, forms and flags that only a later minor version has, which a plugin does not know yet.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::abi::SOCH_OPTIONS_MUST_UNDERSTAND;
use sochdb_plugin_host::sdk::{Error, ErrorKind};

/// An operation, a form or an element that no version lists.
pub(crate) const UNLISTED: u32 = 0x5AF0;
/// A flag of options that must be known, and one that may be passed over (rule 13).
const MUST_BE_KNOWN: u64 = 1 << 29;
const MAY_BE_PASSED_OVER: u64 = 1 << 61;
/// The bits that are tried alone. Those below are the ones that later versions list next, and a plugin may be of such a one.
const BITS: std::ops::Range<u32> = 8..64;

/// Sees that the call said that it does not know what it was asked for.
pub(crate) fn is_refused(what: &str, result: Result<(), Error>) -> Result<(), NotPassed> {
    let kind = result.err().map(|error| error.kind());
    ensure!(
        kind == Some(ErrorKind::Unsupported),
        "{what} gave {kind:?}: what a plugin does not know is SOCH_UNSUPPORTED (rules 3 and 13)"
    );
    Ok(())
}

/// Sees that a call with options of these flags refuses those that must be known, and no others, each alone and beside one that is
/// known, which then means what it means alone. One that is refused without any has nothing to look at.
pub(crate) fn flags<T: PartialEq>(
    what: &str,
    known: &[u64],
    mut call: impl FnMut(u64) -> Result<T, Error>,
) -> Result<(), NotPassed> {
    if call(0).is_err() {
        return Ok(());
    }
    for flag in BITS.map(|bit| 1 << bit).filter(|flag| !known.contains(flag)) {
        let result = call(flag).map(drop);
        if flag & SOCH_OPTIONS_MUST_UNDERSTAND != 0 {
            is_refused(&format!("{what} with the flag {flag:#x}, which must be known and is not,"), result)?;
        } else {
            ensure!(
                result.is_ok(),
                "{what} with the flag {flag:#x}, which may be passed over, gave {result:?} (rule 13)"
            );
        }
    }
    for beside in known {
        // It may be unsupported, or give others each time.
        let (Ok(before), Ok(again)) = (call(*beside), call(*beside)) else { continue };
        is_refused(
            &format!("{what} with a flag that must be known and is not, beside {beside:#x}, which is,"),
            call(beside | MUST_BE_KNOWN).map(drop),
        )?;
        let passed = call(beside | MAY_BE_PASSED_OVER);
        ensure!(
            passed.is_ok(),
            "{what} with a flag that may be passed over, beside {beside:#x}, gave {:?} (rule 13)",
            passed.map(drop)
        );
        ensure!(
            before != again || passed.is_ok_and(|is| is == before),
            "{what} with a flag that may be passed over, beside {beside:#x}, is other than without it: that one is passed over alone \
            (rule 13)"
        );
    }
    Ok(())
}
