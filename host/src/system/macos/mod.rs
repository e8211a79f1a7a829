//! macOS: the bytes that were checked are a private copy when they are loaded, which other users cannot change. It was
//! compiled and linked, and never run.

pub(crate) mod files;
pub(crate) mod linker;

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::closed_world;
use crate::system::macos::files::exec_policy;
use crate::system::macos::files::private_copy::PrivateCopy;
use crate::system::macos::linker::Mapping;
use crate::system::posix::files::file_system::PosixFiles;
use crate::system::posix::files::memory;
use crate::system::posix::files::open_file::OpenFile;
use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Where the system's own libraries are: on a volume that is sealed, and in the cache of the dynamic linker, not in files.
const OF_THE_SYSTEM: [&str; 2] = ["/usr/lib/", "/System/Library/"];

pub(crate) enum MacOs {}

impl System for MacOs {
    type Files = PosixFiles;
    type Headroom = ();
    type Sealed = PrivateCopy;
    type Bytes = Arc<[u8]>;
    type Mapping = Mapping;
    type Thread = JoinHandle<()>;

    const FORMAT: Format = Format::MachO;
    const NO_PROBE: Option<&'static str> =
        Some("macOS has no sandbox that keeps a process in without its program's signature");
    const JUDGED_BY: Option<&'static str> = Some("by owners and modes, from / on; access lists are not looked at");
    const PLACES: &'static [&'static str] = &[];

    fn headroom() {}

    fn make_sure_within((): (), step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
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
