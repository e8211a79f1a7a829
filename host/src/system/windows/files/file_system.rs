//! The files of Windows, for the steps of a load.

use crate::files::backend::{FileSystem, Text};
use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::windows::files::directory::{self, Held};
use crate::system::windows::files::held_file::{self, Bounds, HeldFile};
use crate::system::windows::files::owners::Owners;
use crate::system::windows::files::{plain_path, text};
use crate::trust::policy::Demands;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub(crate) enum WindowsFiles {}

impl FileSystem for WindowsFiles {
    type Owners = Owners;
    /// Every text is read again: what changes who may write a file shows in none of its times.
    type Stamp = ();
    type Directory = Held;
    type File = HeldFile;

    fn owners(demands: Demands) -> Owners {
        Owners::of(demands)
    }

    fn owners_of_the_system() -> Owners {
        Owners::SYSTEM
    }

    fn path(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
        plain_path::check(path)
    }

    fn directories(path: &PlainPath<'_>, owners: Owners) -> Result<(Held, impl Words<Held>), Refusal> {
        directory::check(path, owners)
    }

    fn path_of(directory: &Held) -> &Path {
        &directory.path
    }

    fn file(
        path: &PlainPath<'_>,
        _: &Held,
        owners: Owners,
        most: u64,
    ) -> Result<(HeldFile, impl Words<HeldFile>), Refusal> {
        held_file::check(path.path, Bounds::of_plugin(owners, most))
    }

    fn library(path: &Path, _: &Held, _: &OsStr, owners: Owners) -> Result<HeldFile, Refusal> {
        HeldFile::open(path, Bounds::of_library(owners))
    }

    fn status(file: &HeldFile) -> Status {
        file.status()
    }

    fn is_replaced(directory: &Held, name: &OsStr, opened: &Status) -> Result<bool, Refusal> {
        held_file::is_another(&directory.path.join(name), opened)
    }

    /// Links are refused where the file is opened.
    fn behind_links(_: &Held, name: &OsStr) -> Result<OsString, Refusal> {
        Ok(name.to_owned())
    }

    fn has(directory: &Held, name: &Path) -> bool {
        directory.path.join(name).symlink_metadata().is_ok()
    }

    fn read_library(path: &Path) -> Result<(Vec<u8>, PathBuf), Refusal> {
        let (plain, _) = Self::path(path)?;
        let (held, _) = Self::directories(&plain, Owners::SYSTEM)?;
        let file = HeldFile::open(path, Bounds::of_library(Owners::SYSTEM))?;
        Ok((file.read(path, Step::Dependencies)?, held.path))
    }

    fn read_text(path: &Path, _: &Held, _: &OsStr, owners: Owners) -> Result<Text<()>, Refusal> {
        text::read(path, owners)
    }

    fn is_unchanged(_: &Path, _: &Held, _: &OsStr, _: Owners, (): &()) -> bool {
        false
    }

    fn read_text_at(path: &Path) -> Result<Text<()>, Refusal> {
        text::read_at(path)
    }

    fn is_unchanged_at(_: &Path, (): &()) -> bool {
        false
    }
}
