//! The trait of a system's files, for the steps of a load.

use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::trust::policy::Demands;
use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// A text that decides on plugins, and how its file looked when it was read; nothing if there is no such file.
pub(crate) type Text<Stamp> = Option<(Vec<u8>, Stamp)>;

/// A system's files, as the steps of a load know them.
pub(crate) trait FileSystem {
    /// The users who may own what the loader reads.
    type Owners: Copy;
    /// How a file looked when it was read: what looks so still need not be read again.
    type Stamp: Clone + Debug + Send + Sync + 'static;
    /// A directory, open, that only trusted users can change.
    type Directory;
    /// A file, open for reading, that only trusted users can change.
    type File;

    /// The owners that a policy demands.
    fn owners(demands: Demands) -> Self::Owners;
    /// The owners of what belongs to the system alone.
    fn owners_of_the_system() -> Self::Owners;

    /// The step `path`.
    fn path(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal>;
    /// The step `directories`.
    fn directories(
        path: &PlainPath<'_>,
        owners: Self::Owners,
    ) -> Result<(Self::Directory, impl Words<Self::Directory>), Refusal>;
    /// Where a directory is: absolute, and free of links.
    fn path_of(directory: &Self::Directory) -> &Path;
    /// The step `file`, for a plugin of at most `most` bytes.
    fn file(
        path: &PlainPath<'_>,
        directory: &Self::Directory,
        owners: Self::Owners,
        most: u64,
    ) -> Result<(Self::File, impl Words<Self::File>), Refusal>;
    /// The same for a library that a plugin needs, `name` in a directory; `path` is where that is.
    fn library(
        path: &Path,
        directory: &Self::Directory,
        name: &OsStr,
        owners: Self::Owners,
    ) -> Result<Self::File, Refusal>;
    /// How a file looked when it was opened.
    fn status(file: &Self::File) -> Status;
    /// Whether a name leads to another file than the one that looked so.
    fn is_replaced(directory: &Self::Directory, name: &OsStr, opened: &Status) -> Result<bool, Refusal>;
    /// The name to which links inside the directory lead. Only who can write the directory can turn one.
    fn behind_links(directory: &Self::Directory, name: &OsStr) -> Result<OsString, Refusal>;
    /// Whether the directory has such a name.
    fn has(directory: &Self::Directory, name: &Path) -> bool;
    /// The bytes of a library that only the system's owners can change, and the directory that it is in.
    fn read_library(path: &Path) -> Result<(Vec<u8>, PathBuf), Refusal>;

    /// Reads the small text `name` in a directory, which is at `path`, as carefully as a plugin.
    fn read_text(
        path: &Path,
        directory: &Self::Directory,
        name: &OsStr,
        owners: Self::Owners,
    ) -> Result<Text<Self::Stamp>, Refusal>;
    /// Whether `name` in a directory still is the file that was read when it looked so, for these owners too.
    fn is_unchanged(
        path: &Path,
        directory: &Self::Directory,
        name: &OsStr,
        owners: Self::Owners,
        stamp: &Self::Stamp,
    ) -> bool;
    /// Reads the text at an absolute path. The way to it is checked as for a plugin.
    fn read_text_at(path: &Path) -> Result<Text<Self::Stamp>, Refusal>;
    /// Whether the file at an absolute path still is the one that was read when it looked so.
    fn is_unchanged_at(path: &Path, stamp: &Self::Stamp) -> bool;
}
