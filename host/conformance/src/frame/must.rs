//! How a test says what does not hold.

use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{Error, ErrorKind};

/// Ends a test with a text unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::frame::not_passed::NotPassed::Failed(format!($($text)+)));
        }
    };
}

/// Ends a test that has nothing to look at, with the reason.
macro_rules! skip {
    ($($text:tt)+) => {
        return Err($crate::frame::not_passed::NotPassed::Skipped(format!($($text)+)))
    };
}

/// Ends a test that cannot see what it looks at, with what it needs.
macro_rules! unseen {
    ($($text:tt)+) => {
        return Err($crate::frame::not_passed::NotPassed::Unseen(format!($($text)+)))
    };
}

pub(crate) use {ensure, skip, unseen};

/// A method that turns a failed call into a text: which call failed, and how.
pub(crate) trait Must<T> {
    fn must(self, what: &str) -> Result<T, NotPassed>;
}

impl<T, E: std::fmt::Display> Must<T> for Result<T, E> {
    fn must(self, what: &str) -> Result<T, NotPassed> {
        self.map_err(|error| NotPassed::Failed(format!("{what}: {error}")))
    }
}

/// The result of a call that an extension need not have; None if it is unsupported.
pub(crate) fn supported<T>(what: &str, result: Result<T, Error>) -> Result<Option<T>, NotPassed> {
    match result {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        result => result.map(Some).must(what),
    }
}

/// The result of a call without which a test has nothing to look at: it is skipped if an extension does not have it.
pub(crate) fn needed<T>(what: &str, result: Result<T, Error>) -> Result<T, NotPassed> {
    match supported(what, result)? {
        Some(result) => Ok(result),
        None => skip!("`{what}` is unsupported"),
    }
}

/// Bytes as a message shows them: the first 32 of them.
pub(crate) fn show(bytes: &[u8]) -> String {
    let rest = if bytes.len() > 32 { format!("... ({} bytes)", bytes.len()) } else { String::new() };
    format!("{:02x?}{rest}", &bytes[..bytes.len().min(32)])
}
