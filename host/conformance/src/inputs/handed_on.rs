//! The status of a writer or sink, which a call returns as it is.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::inputs::moving_writer::MovingWriter;
use crate::inputs::refusing::refusing_writer;
use sochdb_plugin_host::sdk::abi::soch_writer;
use sochdb_plugin_host::sdk::{Error, ErrorKind, Result as Called};

/// Sees to it that a call returns the status of its writer, which refuses at once, or what was written into its room.
pub(crate) fn hands_on(slot: &str, call: impl FnMut(&soch_writer) -> Called<()>) -> Result<(), NotPassed> {
    with_both(call, |result| is_handed_on(slot, result))
}

/// The same of a slot that may be unsupported.
pub(crate) fn hands_on_where_it_is(slot: &str, call: impl FnMut(&soch_writer) -> Called<()>) -> Result<(), NotPassed> {
    with_both(call, |result| is_handed_on_where_it_is(slot, result))
}

fn with_both(
    mut call: impl FnMut(&soch_writer) -> Called<()>,
    mut check: impl FnMut(Called<()>) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    check(call(&refusing_writer()))?;
    check(call(&MovingWriter::refusing().as_raw()))
}

/// Sees to it that a call returned what it was lent said.
pub(crate) fn is_handed_on(slot: &str, result: Called<()>) -> Result<(), NotPassed> {
    let kind = result.as_ref().err().map(Error::kind);
    ensure!(
        kind == Some(ErrorKind::Denied),
        "{slot} gave {kind:?} where what it was lent said SOCH_DENIED: return that as it is (Status)"
    );
    Ok(())
}

/// The same of a slot that may be unsupported.
pub(crate) fn is_handed_on_where_it_is(slot: &str, result: Called<()>) -> Result<(), NotPassed> {
    match result {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
        result => is_handed_on(slot, result),
    }
}
