//! Calls that are made many times, to see what stays behind.

use crate::frame::checker::checker;
use crate::frame::must::{ensure, unseen};
use crate::frame::not_passed::NotPassed;
use crate::life::held::leaks;
use sochdb_plugin_host::sdk::{Error, ErrorKind};
use std::path::Path;

pub(crate) type Call<'a> = Box<dyn FnMut() -> Result<(), Error> + 'a>;

/// A call, whatever it returns.
pub(crate) fn any<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() == ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

/// Makes each call many times; those that are unsupported are left out.
pub(crate) fn all_leave_nothing(directory: &Path, calls: Vec<(&str, Call<'_>)>) -> Result<(), NotPassed> {
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    for (what, mut call) in calls {
        if call().is_err_and(|error| error.kind() == ErrorKind::Unsupported) {
            continue;
        }
        let found = leaks(directory, || call().map_err(|error| NotPassed::Failed(format!("{what}: {error}"))))?;
        ensure!(
            found.is_none(),
            "of {what}, {}; what a call took, it or the end of its handle gives back",
            found.unwrap_or_default()
        );
    }
    Ok(())
}
