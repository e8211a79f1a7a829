//! Where a plugin's bytes were read from.

use std::path::PathBuf;

/// The file of one load. The same bytes at another path have another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileOrigin {
    /// The file.
    pub(crate) path: PathBuf,
    /// The directory that it is in.
    pub(crate) directory: PathBuf,
    /// The user whom the file belongs to.
    pub(crate) owner: u32,
    /// The permission bits of the file.
    pub(crate) mode: u32,
}
