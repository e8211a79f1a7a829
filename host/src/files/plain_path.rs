//! A path that has one meaning.

use std::ffi::OsStr;
use std::path::Path;

/// An absolute path, split, that the step `path` let pass.
pub(crate) struct PlainPath<'a> {
    pub(crate) path: &'a Path,
    /// The directories from the root on.
    pub(crate) directories: Vec<&'a OsStr>,
    pub(crate) file: &'a OsStr,
}
