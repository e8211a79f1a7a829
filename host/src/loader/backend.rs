//! Where the bytes are that were checked and that run.

use std::fmt;

/// What keeps the copy of a file from being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// The kernel: a sealed memfd. Nobody can change it.
    Sealed,
    /// Its having no name: a file that only this user could open, through `/proc`. For processes that may not make a
    /// memfd.
    Unnamed,
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sealed => "sealed memory",
            Self::Unnamed => "unnamed file",
        })
    }
}
