//! How a test says what does not hold.

use sochdb_plugin_host::sdk::{Error, ErrorKind};

/// Ends a test with a text unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}

pub(crate) use ensure;

/// A method that turns a failed call into a text: which call failed, and how.
pub(crate) trait Must<T> {
    fn must(self, what: &str) -> Result<T, String>;
}

impl<T, E: std::fmt::Display> Must<T> for Result<T, E> {
    fn must(self, what: &str) -> Result<T, String> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}

/// The result of a call that an extension need not have; None if it is unsupported.
pub(crate) fn supported<T>(what: &str, result: Result<T, Error>) -> Result<Option<T>, String> {
    match result {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        result => result.map(Some).must(what),
    }
}

/// Bytes as a message shows them: the first 32 of them.
pub(crate) fn show(bytes: &[u8]) -> String {
    let rest = if bytes.len() > 32 { format!("... ({} bytes)", bytes.len()) } else { String::new() };
    format!("{:02x?}{rest}", &bytes[..bytes.len().min(32)])
}
