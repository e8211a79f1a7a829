//! macOS: the bytes that were checked are a private copy when they are loaded, which other users cannot change. It was
//! compiled and linked, and never run.

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
use crate::system::macos::files::exec_policy;
use crate::system::macos::files::private_copy::PrivateCopy;
use crate::system::macos::linker::Mapping;
use crate::system::posix::files::directory_walk::{self, Walked};
use crate::system::posix::files::open_file::{self, Bounds, OpenFile};
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use crate::system::posix::files::stamp::ReadStamp;
use crate::system::posix::files::{links, memory, plain_path, small_file};
use crate::trust::policy::Demands;
use std::any::Any;
use std::ffi::{CStr, OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Where the system's own libraries are: on a volume that is sealed, and in the cache of the dynamic linker, not in files.
const OF_THE_SYSTEM: [&str; 2] = ["/usr/lib/", "/System/Library/"];

pub(crate) enum MacOs {}

impl System for MacOs {
    type Headroom = ();
    type Owners = Owners;
    type Stamp = ReadStamp;
    type Directory = Walked;
    type File = OpenFile;
    type Sealed = PrivateCopy;
    type Bytes = Arc<[u8]>;
    type Mapping = Mapping;
    type Thread = JoinHandle<()>;

    const FORMAT: Format = Format::MachO;
    const NO_PROBE: Option<&'static str> =
        Some("macOS has no sandbox that keeps a process in without its program's signature");
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

    fn exec_policy(path: &Path, file: &OpenFile, ask_kernel: bool) -> Result<((), impl Words<()>), Refusal> {
        exec_policy::check(path, file, ask_kernel)
    }

    fn seal(path: &Path, file: &OpenFile) -> Result<(PrivateCopy, impl Words<PrivateCopy>), Refusal> {
        PrivateCopy::make(path, file)
    }

    fn bytes(sealed: &PrivateCopy) -> Result<Arc<[u8]>, Refusal> {
        Ok(sealed.bytes())
    }

    fn check(facts: &Facts, _: &OsStr) -> Result<(), ElfError> {
        closed_world::check(facts, Self::is_standard)
    }

    fn is_standard(name: &str) -> bool {
        OF_THE_SYSTEM.iter().any(|place| name.starts_with(place)) && !name.split('/').any(|part| part == "..")
    }

    /// The system's are there whenever they are asked for, and no plugin may have the name of one.
    fn is_resident(name: &OsStr) -> bool {
        name.to_str().is_some_and(Self::is_standard)
    }

    fn identity(sealed: &mut PrivateCopy) -> Result<PathBuf, Refusal> {
        sealed.unchanged()
    }

    /// Takes the copy away: what is mapped stays so without its file.
    fn keep(sealed: &PrivateCopy) {
        sealed.remove();
    }

    fn probe(
        _: &PrivateCopy,
        _: &[NeededLibrary<'_, PrivateCopy>],
        _: &CStr,
        _: Duration,
    ) -> Result<Report, ProbeError> {
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
