//! What comes from outside: files that may be slow or odd, passwords, keys, paths.

pub(crate) mod missing;
pub(crate) mod password;
pub(crate) mod paths;
pub(crate) mod reading;
pub(crate) mod secret;
pub(crate) mod similar;
