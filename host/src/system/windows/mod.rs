//! Windows: the file is held, from before it is hashed for as long as the process lives, such that nobody can write, rename or
//! delete it; it needs no copy.

pub(crate) mod files;
pub(crate) mod linker;

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::{System, Text};
use crate::system::closed_world;
use crate::system::windows::files::directory::{self, Held};
use crate::system::windows::files::held_file::{self, Bounds, HeldFile};
use crate::system::windows::files::owners::Owners;
use crate::system::windows::files::{imports, memory, plain_path, text};
use crate::system::windows::linker::Mapping;
use crate::trust::policy::Demands;
use std::any::Any;
use std::ffi::{CStr, OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) enum Windows {}

impl System for Windows {
    type Headroom = ();
    type Owners = Owners;
    /// Every text is read again: what changes who may write a file shows in none of its times.
    type Stamp = ();
    type Directory = Held;
    type File = HeldFile;
    type Sealed = HeldFile;
    type Bytes = Arc<[u8]>;
    type Mapping = Mapping;
    type Thread = JoinHandle<()>;

    const FORMAT: Format = Format::Pe;
    const NO_PROBE: Option<&'static str> = Some("nobody has made one for Windows");
    const PLACES: &'static [&'static str] = &[];

    fn headroom() {}

    fn make_sure_within((): (), step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

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

    fn exec_policy(_: &Path, _: &HeldFile, _: bool) -> Result<((), impl Words<()>), Refusal> {
        Ok(((), |_: &()| "what this system's policy says it says when the library is loaded".to_owned()))
    }

    fn seal(path: &Path, file: &HeldFile) -> Result<(HeldFile, impl Words<HeldFile>), Refusal> {
        file.with_bytes(path)
    }

    fn bytes(sealed: &HeldFile) -> Result<Arc<[u8]>, Refusal> {
        Ok(sealed.bytes())
    }

    fn check(facts: &Facts, _: &OsStr) -> Result<(), ElfError> {
        closed_world::check(facts, Self::is_standard)
    }

    fn is_standard(name: &str) -> bool {
        imports::is_of_the_system(name)
    }

    /// The system's are found in its own directory, whenever they are asked for; no plugin may have the name of one.
    fn is_resident(name: &OsStr) -> bool {
        name.to_str().is_some_and(Self::is_standard)
    }

    fn identity(sealed: &mut HeldFile) -> Result<PathBuf, Refusal> {
        sealed.path()
    }

    /// Does nothing: who has the file keeps it.
    fn keep(_: &HeldFile) {}

    fn probe(_: &HeldFile, _: &[NeededLibrary<'_, HeldFile>], _: &CStr, _: Duration) -> Result<Report, ProbeError> {
        Err(ProbeError::Unavailable { why: Self::NO_PROBE.unwrap_or_default().to_owned() })
    }

    unsafe fn open(path: &OsStr) -> Result<Mapping, String> {
        // SAFETY: the caller promises it.
        unsafe { Mapping::open(path) }
    }

    fn address(mapping: &Mapping, symbol: &str) -> Option<*const u8> {
        mapping.address(symbol)
    }

    fn start(name: &'static CStr, stack: usize, work: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name(name.to_string_lossy().into_owned()).stack_size(stack).spawn(work)
    }

    fn join(thread: JoinHandle<()>) -> Result<(), Box<dyn Any + Send>> {
        thread.join()
    }
}
