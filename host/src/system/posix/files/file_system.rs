//! The files of systems with owners and modes, for the steps of a load.

use crate::files::backend::{FileSystem, Text};
use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::system::posix::files::directory_walk::{self, Walked};
use crate::system::posix::files::open_file::{self, Bounds, OpenFile};
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use crate::system::posix::files::stamp::ReadStamp;
use crate::system::posix::files::{links, plain_path, small_file};
use crate::trust::policy::Demands;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub(crate) enum PosixFiles {}

impl FileSystem for PosixFiles {
    type Owners = Owners;
    type Stamp = ReadStamp;
    type Directory = Walked;
    type File = OpenFile;

    fn owners(demands: Demands) -> Owners {
        Owners::of(demands)
    }

    fn owners_of_the_system() -> Owners {
        Owners::ROOT
    }

    fn path(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
        plain_path::check(path)
    }

    fn directories(path: &PlainPath<'_>, owners: Owners) -> Result<(Walked, impl Words<Walked>), Refusal> {
        directory_walk::check(path, owners, Own::open)
    }

    fn path_of(directory: &Walked) -> &Path {
        &directory.path
    }

    fn file(
        path: &PlainPath<'_>,
        directory: &Walked,
        owners: Owners,
        most: u64,
    ) -> Result<(OpenFile, impl Words<OpenFile>), Refusal> {
        open_file::check(path, directory, Bounds::of_plugin(owners, most))
    }

    fn library(path: &Path, directory: &Walked, name: &OsStr, owners: Owners) -> Result<OpenFile, Refusal> {
        OpenFile::open(path, directory, name, Bounds::of_library(owners))
    }

    fn status(file: &OpenFile) -> Status {
        file.status()
    }

    fn is_replaced(directory: &Walked, name: &OsStr, opened: &Status) -> Result<bool, Refusal> {
        links::is_replaced(directory, name, opened)
    }

    fn behind_links(directory: &Walked, name: &OsStr) -> Result<OsString, Refusal> {
        links::behind_links(directory, name)
    }

    fn has(directory: &Walked, name: &Path) -> bool {
        links::has(directory, name)
    }

    fn read_library(path: &Path) -> Result<(Vec<u8>, PathBuf), Refusal> {
        let (plain, _) = Self::path(path)?;
        let (walked, _) = Self::directories(&plain, Owners::ROOT)?;
        let file = Self::library(path, &walked, plain.file, Owners::ROOT)?;
        Ok((file.text(path)?, walked.path))
    }

    fn read_text(path: &Path, directory: &Walked, name: &OsStr, owners: Owners) -> Result<Text<ReadStamp>, Refusal> {
        small_file::read(path, directory, name, owners)
    }

    fn is_unchanged(path: &Path, directory: &Walked, name: &OsStr, owners: Owners, stamp: &ReadStamp) -> bool {
        small_file::is_unchanged(path, directory, name, owners, stamp)
    }

    fn read_text_at(path: &Path) -> Result<Text<ReadStamp>, Refusal> {
        small_file::read_at(path)
    }

    fn is_unchanged_at(path: &Path, stamp: &ReadStamp) -> bool {
        small_file::is_unchanged_at(path, stamp)
    }
}
